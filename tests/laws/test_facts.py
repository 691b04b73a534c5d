"""Likelihoods and families of priors state their own facts: who adds one finds every place from here."""

import ast
import inspect
import itertools
import re
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from scipy import integrate

from crlm_bayes.documents.analysis_parts import LIKELIHOODS, LikelihoodName
from crlm_bayes.evidence.assemble import ASSEMBLERS
from crlm_bayes.likelihoods.contract import Likelihood
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.likelihoods.registry import MODELS
from crlm_bayes.likelihoods.variables import EFFECT, SPREAD, components, effect_variable, prior_data, spread_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import FAMILIES, Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.nuisance import Beta, FixedCorrelation, RandomWalk, UniformCorrelation
from crlm_bayes.priors.spreads import HalfCauchy, HalfNormal, HalfStudentT, LogNormal, ScalePrior

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "crlm_bayes"

PRIORS: list[Prior] = [
    Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t"),
    StudentT(dist="student_t", df=5, mean=0.1, sd=0.3, rationale="t"),
    StudentT(dist="student_t", df=2, mean=0.1, sd=0.3, rationale="t"),
    Cauchy(dist="cauchy", mean=-0.2, sd=0.25, rationale="t"),
    Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.4, 0.3), sds=(0.1, 1.0), rationale="t"),
    TwoPiece(dist="two_piece", mode=-0.2, sd_below=0.4, sd_above=0.1, rationale="t"),
    Quantiles(dist="quantiles", probabilities=(0.1, 0.5, 0.9), values=(-0.5, -0.1, 0.2), rationale="t"),
]
SPREADS: list[ScalePrior] = [
    HalfNormal(dist="half_normal", sd=0.5, rationale="t"),
    HalfStudentT(dist="half_student_t", df=3, sd=0.5, rationale="t"),
    HalfCauchy(dist="half_cauchy", sd=0.5, rationale="t"),
    LogNormal(dist="log_normal", mean=-1.0, sd=0.5, rationale="t"),
]
OTHERS = [
    RandomWalk(dist="random_walk", mean=-3.0, sd=1.5, step_sd=0.5, rationale="t"),
    UniformCorrelation(dist="uniform", low=-0.5, high=0.5, rationale="t"),
    FixedCorrelation(dist="fixed", value=0.2, rationale="t"),
    Beta(dist="beta", a=1, b=2, rationale="t"),
]


def test_vocabulary_modules_and_assemblers_are_of_the_same_likelihoods() -> None:
    assert set(get_args(LikelihoodName)) == set(LIKELIHOODS) == set(LEAVES) == set(ASSEMBLERS)


def test_no_two_likelihoods_share_evidence_or_a_block() -> None:
    evidence = [module.EVIDENCE for module in LEAVES.values()]
    assert not [(a, b) for a in evidence for b in evidence if a is not b and issubclass(a, b)]
    blocks = [stack.name for module in LEAVES.values() for stack in module.STACKS]
    assert len(set(evidence)) == len(LEAVES) and len(set(blocks)) == len(blocks)


@pytest.mark.parametrize("name", LEAVES)
def test_likelihood_has_a_baseline_where_its_word_says_so(name: str, make_spec: Any) -> None:
    spec = make_spec(name)
    assert bool(LEAVES[name].nuisance(spec)) == (LIKELIHOODS[name].baseline is not None)  # type: ignore[index]
    assert LEAVES[name].equations(spec)
    figure = LEAVES[name].FIGURE
    assert figure is None or (figure.name and figure.heading)


def test_every_model_has_what_the_contract_names() -> None:
    """The types are checked by mypy; here the names of arguments, by which functions are called."""
    for name, module in MODELS.items():
        wanted: Any = Likelihood if name in LEAVES else Likelihood.__mro__[1]
        for member in (m for m in dir(wanted) if not m.startswith("_")):
            assert hasattr(module, member), f"{name} has no {member}"
            stated = getattr(wanted, member)
            if inspect.isfunction(stated):
                names = list(inspect.signature(stated).parameters)[1:]
                assert list(inspect.signature(getattr(module, member)).parameters)[: len(names)] == names, member


def test_name_of_a_likelihood_stands_nowhere_but_with_its_facts() -> None:
    """In the vocabulary, the registry, the table of assemblers, and its own module."""
    at_home = {"documents/analysis_parts.py", "likelihoods/leaves.py", "evidence/assemble.py"}
    for path in [p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".jinja", ".js")]:
        place = str(path.relative_to(PACKAGE))
        for name in set(LIKELIHOODS) - {path.stem}:
            if place not in at_home:
                found = re.findall(rf"[\"']{name}[\"']", path.read_text(encoding="utf-8"))
                assert not found, f"{place} knows the likelihood {name}"


def test_families_of_priors_are_told_apart_nowhere() -> None:
    families = {type(prior).__name__ for prior in (*PRIORS, *SPREADS)} | {"Beta", "FixedCorrelation"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told: ast.expr | None = None
            if isinstance(node, ast.MatchClass):
                told = node.cls
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
                told = node.args[1]
            apart = families & {part.id for part in ast.walk(told) if isinstance(part, ast.Name)} if told else set()
            if apart == {"Normal"} and path.parent.name == "likelihoods":
                continue  # a baseline that is asserted to be no random walk
            assert not apart, f"{path.name}:{node.lineno} tells {apart} apart"


def test_every_family_can_be_sampled() -> None:
    assert [type(prior).__name__ for prior in PRIORS if type(prior).__name__ not in EFFECT] == []
    assert set(EFFECT) == {family.__name__ for family in FAMILIES.values()}
    assert set(SPREAD) == {prior.dist for prior in SPREADS}  # type: ignore[attr-defined]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.plain)
def test_data_of_a_prior_are_those_of_its_variable(prior: Prior) -> None:
    import pymc as pm

    from crlm_bayes.likelihoods.contract import Shape

    with pm.Model() as model:
        effect_variable(Shape("", prior=type(prior).__name__, components=components(prior)))
    made = {name: np.shape(model[name].get_value()) for name in model.named_vars if name.startswith("prior_")}
    assert made == {name: np.shape(value) for name, value in prior_data(prior).items()}


@pytest.mark.parametrize("prior", SPREADS, ids=lambda prior: prior.plain)
def test_data_of_a_spread_are_those_of_its_variable(prior: ScalePrior) -> None:
    import pymc as pm

    from crlm_bayes.likelihoods.variables import spread_variable

    with pm.Model() as model:
        spread_variable("tau", prior.dist)  # type: ignore[attr-defined]
    assert {name for name in model.named_vars if name != "tau"} == set(spread_data("tau", prior))


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.plain)
def test_variance_is_that_of_the_density(prior: Prior) -> None:
    if prior.variance is None:
        assert type(prior) is Cauchy or getattr(prior, "df", 3) <= 2
        return
    edges = sorted({*prior.breaks, prior.centre - 60 * prior.spread, prior.centre, prior.centre + 60 * prior.spread})
    far = [-np.inf, *edges, np.inf]

    def moment(k: int, about: float = 0.0) -> float:
        pieces = itertools.pairwise(far)
        return sum(
            integrate.quad(lambda x: (x - about) ** k * np.exp(float(prior.logpdf(x))), a, b, limit=200)[0]
            for a, b in pieces
        )

    assert prior.variance == pytest.approx(moment(2, moment(1)), rel=1e-5)


def test_only_normal_priors_have_the_moments_of_one() -> None:
    assert [type(prior) for prior in PRIORS if prior.normal is not None] == [Normal]
    assert PRIORS[0].normal == (-0.3, 0.2)


@pytest.mark.parametrize("prior", [*PRIORS, *SPREADS, *OTHERS], ids=lambda prior: prior.plain)
def test_density_is_written_in_both_ways_with_its_numbers(prior: Any) -> None:
    given = [v for k, v in prior.model_dump().items() if k not in ("dist", "rationale")]
    numbers = [x for v in given for x in (v if isinstance(v, tuple) else (v,))]
    for text in (prior.latex, prior.plain, prior.cell):
        shown = [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", text)]
        assert all(any(abs(x - s) < 1e-9 or abs(100 * x - s) < 1e-9 for s in shown) for x in numbers), text


@pytest.mark.parametrize("size", [1, 4])
def test_joint_precision_of_a_baseline_is_the_inverse_of_its_covariance(size: int) -> None:
    walk, alone = OTHERS[0], Normal(dist="normal", mean=-3.0, sd=1.5, rationale="t")
    assert isinstance(walk, RandomWalk)
    k = np.arange(size)
    for baseline, covariance in (
        (alone, 1.5**2 * np.eye(size)),
        (walk, 1.5**2 + 0.5**2 * np.minimum.outer(k, k)),
    ):
        precision, log_det = baseline.joint_precision(size)
        np.testing.assert_allclose(precision @ covariance, np.eye(size), atol=1e-12)
        assert log_det == pytest.approx(-np.linalg.slogdet(covariance)[1], abs=1e-12)
