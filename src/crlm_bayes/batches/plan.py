"""What every trial of a batch is put before, and the columns of its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crlm_bayes.documents.analyses import PRIORS_FILE, read_priors
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.priors.density import Prior

PRIMARY: Final = "sceptical"
"""The primary prior where none is named; the first of the panel where it has no such prior."""

SAID: Final = ("id", "measure", "better")

OF_TRIAL: Final = (
    "mcid", "matthews_limit", "critical_sd", "null_events", "e_value", "e_value_ci", "advocacy_limit",
    "critical_advocacy", "p_intrinsic", "bias_limit", "discount_limit",
)  # fmt: skip
"""Numbers of a trial, as `sceptic --json` names them."""

UNDER_PRIOR: Final = (
    "median", "lower", "upper", "p_benefit", "p_mcid", "p_harm", "bf10", "prior_needed", "fail_safe_mean", "conflict_p",
)  # fmt: skip
"""Numbers of a trial under one prior; the name of the prior stands behind them."""

VERDICT: Final = "verdict"

FAULT: Final = "error"


@dataclass(frozen=True)
class Plan:
    """The priors of a batch, on the benefit scale (negative favours the treatment), in order, and the primary one."""

    priors: Mapping[str, Prior]
    primary: str

    @property
    def numbers(self) -> list[str]:
        """Columns of numbers, in order."""
        return [*OF_TRIAL, *(f"{key}_{name}" for name in self.priors for key in UNDER_PRIOR)]

    @property
    def columns(self) -> list[str]:
        """All columns, in order."""
        under = [f"{key}_{name}" for name in self.priors for key in (VERDICT, *UNDER_PRIOR)]
        return [*SAID, VERDICT, *OF_TRIAL, *under, FAULT]


def plan(models: Path, names: Sequence[str] | None = None, primary: str | None = None) -> Plan:
    """Choose the priors of a batch from a prior book.

    Parameters
    ----------
    models : Path
        Folder of the book.
    names : sequence of str, optional
        Names of densities; all of the book if not given. Priors computed from other trials have no place here: they fit one
        endpoint only.
    primary : str, optional
        The prior that the verdict rests on.

    Raises
    ------
    UnknownName, InvalidInput
        If a name is not that of a density, or stands twice, or the book is not usable.
    """
    book = {name: prior for name, prior in read_priors(models).items() if isinstance(prior, Prior)}
    chosen = list(names or book)
    for name in chosen:
        if name not in book:
            raise UnknownName.among(f"{models / PRIORS_FILE}", "density", name, book)
        if chosen.count(name) > 1:
            raise InvalidInput("priors", f"'{name}' is named twice", allowed="each prior once")
    if not chosen:
        raise InvalidInput(f"{models / PRIORS_FILE}", "holds no density", allowed="one prior or more")
    if primary is not None and primary not in chosen:
        raise UnknownName.among("primary", "prior of the batch", primary, chosen)
    first = PRIMARY if PRIMARY in chosen else chosen[0]
    return Plan({name: book[name] for name in chosen}, primary or first)
