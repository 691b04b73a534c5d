"""The only reader of `models/`: analysis documents and the named priors.

Validation in two stages: *shape* by the pydantic models below, *meaning* by :func:`check_meaning`. Everything is
validated before the first sample.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, RootModel, StrictBool, model_validator

from crlm_bayes.documents import Frozen, read_toml, validate
from crlm_bayes.elicited import Quantiles, TwoPiece
from crlm_bayes.empirical import EmpiricalPrior
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.priors import Cauchy, Mixture, Normal, Positive, Prior, StudentT
from crlm_bayes.published.entries import Measure, Text, Word
from crlm_bayes.scales import SpreadPrior
from crlm_bayes.walks import RandomWalk

LikelihoodName = Literal["binomial", "piecewise_exponential", "log_ratio"]
Reading = Literal["counts", "percent", "landmark", "pinned", "at_risk", "contrast"]

READINGS: dict[str, tuple[str, ...]] = {
    "binomial": ("counts", "percent"),
    "piecewise_exponential": ("landmark", "percent", "pinned", "at_risk"),
    "log_ratio": ("contrast",),
}
MEASURES: dict[str, tuple[str, ...]] = {
    "binomial": ("or",),
    "piecewise_exponential": ("hr",),
    "log_ratio": ("hr", "or", "rr"),
}
PRIORS_FILE = "priors.toml"


class NuisancePriors(Frozen):
    """Priors of everything that is not the effect; each states its rationale."""

    baseline: Annotated[Normal | RandomWalk, Field(discriminator="dist")] | None = None
    time_variation: SpreadPrior | None = None


class EffectiveN(Frozen):
    """Patients that the printed percentages stand for, where the print does not say or says what cannot be."""

    arms: dict[Word, Positive]
    basis: Text


class AnalysisSpec(Frozen):
    """One analysis: which print, which likelihood, which priors.

    `proportional = false` lets the effect differ between the intervals of a survival curve, θ_k = θ + ω (z_k - z̄),
    with the prior of ω stated as `priors.time_variation`. `hypothetical = true` marks a reading that asks *what if*:
    it is shown with the others but is no evidence, and no summary counts it.
    """

    id: Word
    title: Text
    question: Text
    endpoint: Word
    measure: Measure
    better: Literal["lower", "higher"]
    studies: Annotated[tuple[Word, ...], Field(min_length=1)]
    likelihood: LikelihoodName
    reading: Reading
    structure: Literal["single"]
    proportional: StrictBool = True
    adjusted: StrictBool | None = None
    hypothetical: StrictBool = False
    effect_priors: Annotated[tuple[Word, ...], Field(min_length=1)]
    primary: Word
    accepts: tuple[str, ...] = ()
    mcid: Positive
    effective_n: EffectiveN | None = None
    priors: NuisancePriors = NuisancePriors()

    @model_validator(mode="after")
    def _priors_are_distinct(self) -> Self:
        if len(set(self.effect_priors)) < len(self.effect_priors):
            raise ValueError("effect_priors names a prior twice")
        return self

    @property
    def sign(self) -> int:
        """Multiply a log ratio by it and negative values favour the treatment."""
        return 1 if self.better == "lower" else -1

    def effect_prior(self, prior: Prior) -> Prior:
        """Return the prior on the scale of the reported log ratio (the one place where it is turned)."""
        return prior if self.sign == 1 else prior.turned()

    @property
    def quantity(self) -> str:
        """Name of the log ratio in tables: ``log_hr``."""
        return f"log_{self.measure}"


BookPrior = Annotated[
    Normal | StudentT | Cauchy | Mixture | TwoPiece | Quantiles | EmpiricalPrior, Field(discriminator="dist")
]
"""A density, or a declaration of the trials that one is computed from."""


class PriorBook(RootModel[dict[str, BookPrior]]):
    """The named effect priors; the same name always means the same density."""


def check_meaning(spec: AnalysisSpec, priors: Mapping[str, Prior | EmpiricalPrior], where: str) -> None:
    """Check what the shape cannot: words that must fit each other.

    Raises
    ------
    InvalidInput, UnknownName
        One line each.
    """
    for name in spec.effect_priors:
        if name not in priors:
            raise UnknownName.among(f"{where}: effect_priors", "prior", name, priors)
        prior = priors[name]
        if isinstance(prior, EmpiricalPrior) and (own := sorted(set(prior.studies) & set(spec.studies))):
            what = f"'{name}' is computed from {own[0]}, which the analysis analyses"
            raise InvalidInput(f"{where}: effect_priors", what, allowed="priors from other studies")
    if spec.primary not in spec.effect_priors:
        raise UnknownName.among(f"{where}: primary", "prior in effect_priors", spec.primary, spec.effect_priors)
    for key, table in (("reading", READINGS), ("measure", MEASURES)):
        allowed = table[spec.likelihood]
        if getattr(spec, key) not in allowed:
            raise InvalidInput(
                f"{where}: {key}",
                f"'{getattr(spec, key)}' does not fit likelihood '{spec.likelihood}'",
                allowed=", ".join(allowed),
            )
    if len(spec.studies) != 1:
        raise InvalidInput(
            f"{where}: studies", f"{len(spec.studies)} studies with structure 'single'", allowed="exactly one"
        )
    baseline, survival = spec.priors.baseline, spec.likelihood == "piecewise_exponential"
    if (baseline is None) != (spec.likelihood == "log_ratio"):
        what = "is required" if baseline is None else "has no role"
        raise InvalidInput(f"{where}: priors.baseline", f"{what} with likelihood '{spec.likelihood}'")
    if isinstance(baseline, RandomWalk) and not (survival and spec.proportional):
        what = "'random_walk' fits only likelihood 'piecewise_exponential' with proportional hazards"
        raise InvalidInput(f"{where}: priors.baseline: dist", what, allowed="normal")
    if not spec.proportional and not survival:
        raise InvalidInput(f"{where}: proportional", "false fits only likelihood 'piecewise_exponential'")
    if spec.proportional != (spec.priors.time_variation is None):
        what = (
            "is required with proportional = false"
            if not spec.proportional
            else "has no role unless proportional = false"
        )
        raise InvalidInput(f"{where}: priors.time_variation", what)
    if spec.effective_n is not None and not survival and spec.reading != "percent":
        what = "fits only printed percentages (likelihood 'piecewise_exponential', or reading 'percent')"
        raise InvalidInput(f"{where}: effective_n", what)
    if (spec.mcid < 1) != (spec.better == "lower") or spec.mcid == 1:
        side = "below 1" if spec.better == "lower" else "above 1"
        raise InvalidInput(
            f"{where}: mcid",
            f"{spec.mcid:g} is not a benefit where better = '{spec.better}'",
            allowed=f"a ratio {side}",
        )


def read_priors(folder: Path) -> dict[str, Prior | EmpiricalPrior]:
    """Read the named effect priors of a folder, in the order of the document.

    Raises
    ------
    InvalidInput
        If `priors.toml` is not usable.
    """
    path = folder / PRIORS_FILE
    return dict(validate(PriorBook, read_toml(path), path).root)


def read_spec(path: Path, priors: Mapping[str, Prior | EmpiricalPrior]) -> AnalysisSpec:
    """Read one analysis document.

    Raises
    ------
    InvalidInput, UnknownName
        One line with file, key, what is allowed, and what is nearest.
    """
    spec = validate(AnalysisSpec, read_toml(path), path)
    if spec.id != path.stem:
        raise InvalidInput(f"{path}: id", f"'{spec.id}' is not the file name", allowed=path.stem)
    check_meaning(spec, priors, str(path))
    return spec


def spec_paths(folder: Path) -> dict[str, Path]:
    """Map analysis ids to their files, sorted by id."""
    if not folder.is_dir():
        raise InvalidInput(
            str(folder), "is not a folder", allowed="a folder of analysis documents (*.toml) and priors.toml"
        )
    return {path.stem: path for path in sorted(folder.glob("*.toml")) if path.name != PRIORS_FILE}


def read_specs(
    folder: Path, names: Iterable[str] | None = None
) -> tuple[dict[str, AnalysisSpec], dict[str, Prior | EmpiricalPrior]]:
    """Read the named analyses of a folder, or all, and the named priors.

    Raises
    ------
    UnknownName
        If a name has no document in the folder.
    InvalidInput
        If any document is not usable.
    """
    paths = spec_paths(folder)
    priors = read_priors(folder)
    wanted = list(paths) if not names else list(dict.fromkeys(names))
    for name in wanted:
        if name not in paths:
            raise UnknownName.among(str(folder), "analysis", name, paths)
    return {name: read_spec(paths[name], priors) for name in wanted}, priors
