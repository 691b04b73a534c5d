"""Documents of several studies: what they may say, what is assembled from them, and rules that need no oracle."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

from crlm_bayes.answers.questions import read_questions
from crlm_bayes.answers.tables import curve_estimates
from crlm_bayes.documents.analyses import read_priors
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import check_meaning, check_studies
from crlm_bayes.documents.prior_book import RobustMapPrior
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError, InvalidInput, UnknownName
from crlm_bayes.evidence.assemble import assemble
from crlm_bayes.evidence.trial_priors import resolved
from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence, SynthesisEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods import binomial
from crlm_bayes.likelihoods.studies.exact import synthesis_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Mixture, Normal

SCEPTICAL = Normal(dist="normal", mean=0.0, sd=0.205, rationale="test")
SYNTHESES = (
    "pfs_seeds",
    "pfs_direct",
    "pfs_direct_and_metastatic",
    "orr_direct_and_metastatic",
    "hypertension_grade3plus",
)


def curve(spec: AnalysisSpec, studies: dict[str, Study]) -> EvidenceCurve:
    evidence = assemble(spec, studies)
    assert isinstance(evidence, SynthesisEvidence)
    return synthesis_of(evidence, spec).curve


def apart(one: EvidenceCurve, other: EvidenceCurve) -> float:
    """Largest difference of posterior quantiles under two priors, in posterior standard deviations."""
    gaps = []
    for prior in (SCEPTICAL, Normal(dist="normal", mean=0.1, sd=1.0, rationale="test")):
        a, b = one.apply(prior), other.apply(prior)
        gaps += [abs(x - y) / a.sd for x, y in zip((a.mean, *a.interval), (b.mean, *b.interval), strict=True)]
    return max(gaps)


def with_discount(spec: AnalysisSpec, value: float) -> AnalysisSpec:
    """Give every discounted study another weight."""
    changed = {
        name: own.model_copy(update={"discount": value}) if own.discount != 1.0 else own
        for name, own in spec.per_study.items()
    }
    return spec.model_copy(update={"per_study": changed})


@pytest.mark.parametrize("name", ["pfs_direct_and_metastatic", "orr_direct_and_metastatic"])
def test_a_discount_of_0_leaves_out_and_of_1_takes_as_it_stands(
    name: str, analyses: dict[str, AnalysisSpec], published: dict[str, Study]
) -> None:
    spec = analyses[name]
    indirect = [study for study, own in spec.per_study.items() if own.discount != 1.0]
    assert len(indirect) >= 2
    without = spec.model_copy(update={"studies": tuple(s for s in spec.studies if s not in indirect)})
    nothing, whole = curve(with_discount(spec, 0.0), published), curve(with_discount(spec, 1.0), published)
    assert apart(nothing, curve(without, published)) < 1e-3
    plain = {name: own for name, own in spec.per_study.items() if name not in indirect}
    plain |= {s: spec.per_study[s].model_copy(update={"discount": 1.0}) for s in indirect}
    assert apart(whole, curve(spec.model_copy(update={"per_study": plain}), published)) < 1e-6
    assert apart(nothing, whole) > 0.1


@pytest.mark.parametrize("name", SYNTHESES)
def test_order_of_studies_changes_nothing(
    name: str, analyses: dict[str, AnalysisSpec], published: dict[str, Study]
) -> None:
    spec = analyses[name]
    turned = spec.model_copy(update={"studies": tuple(reversed(spec.studies))})
    assert apart(curve(spec, published), curve(turned, published)) < 1e-4


def test_a_count_and_a_contrast_of_the_same_trial_are_the_same_evidence(make_study: Callable[..., Study]) -> None:
    """Arms as counts and the log odds ratio with its interval, in a trial large enough for a normal likelihood."""
    r, n = np.array([900, 1000]), 4000
    odds = np.log(r / (n - r))
    se = float(np.sqrt(np.sum(1 / r + 1 / (n - r))))
    low, high = (f"{np.exp(odds[1] - odds[0] + z * se):.6f}" for z in (-1.959964, 1.959964))
    counts = [
        {"endpoint": "orr", "arm": arm, "events": int(k), "n": n, "locator": "Table 1"}
        for arm, k in zip(("control", "treated"), r, strict=True)
    ]
    ratio = {"endpoint": "orr", "measure": "or", "value": f"{np.exp(odds[1] - odds[0]):.6f}", "ci": [low, high]}
    ratio |= {"numerator": "treated", "denominator": "control", "adjusted": False, "locator": "Table 1"}
    studies = {}
    for name in ("first", "second"):
        made = make_study((n, n), counts=counts, contrasts=[ratio])
        studies[name] = made.model_copy(update={"id": name})
    document: dict[str, Any] = {
        "id": "t", "title": "t", "question": "t", "endpoint": "orr", "measure": "or", "better": "higher",
        "studies": ["first", "second"], "likelihood": "binomial", "reading": "counts", "structure": "random",
        "effect_priors": ["sceptical"], "primary": "sceptical", "mcid": 1.25,
        "priors": {
            "baseline": {"dist": "normal", "mean": 0.0, "sd": 1.5, "rationale": "t"},
            "heterogeneity": {"dist": "half_normal", "sd": 0.3, "rationale": "t"},
        },
    }  # fmt: skip
    arms = AnalysisSpec.model_validate(document)
    mixed = AnalysisSpec.model_validate(
        document | {"per_study": {"second": {"likelihood": "log_ratio", "reading": "contrast"}}}
    )
    assert apart(curve(arms, studies), curve(mixed, studies)) < 0.01


def test_a_discounted_count_is_the_power_of_its_joint_likelihood() -> None:
    """Nuisance parameters are discounted before they are integrated out: brute force over α."""
    evidence = BinomialEvidence("t", ("a", "b"), ("a", "b"), np.array([3.0, 9.0]), np.array([20.0, 25.0]))
    weaker = evidence.discounted(0.4)
    assert isinstance(weaker, BinomialEvidence)
    alpha = np.linspace(-12, 12, 4001)
    prior = Normal(dist="normal", mean=0.0, sd=1.5, rationale="test")
    theta = np.array([-1.0, 0.0, 0.7, 2.0])

    def integrated(of: BinomialEvidence, power: float) -> np.ndarray:
        joint = power * binomial.log_likelihood(of, theta[:, None], alpha) + prior.logpdf(alpha)
        return np.asarray(logsumexp(joint, axis=1))

    ours, theirs = integrated(weaker, 1.0), integrated(evidence, 0.4)
    assert np.ptp(ours - theirs) < 1e-10
    tempered = 0.4 * integrated(evidence, 1.0)
    assert np.ptp(ours - tempered) > 1e-3, "the power of the integrated likelihood is something else"


def test_survival_of_a_discounted_study_is_that_of_fewer_patients() -> None:
    evidence = SurvivalEvidence(
        "t", ("a", "b"), ("a", "b"), np.array([0.0, 12.0]), np.array([[40.0, 50.0]]), np.array([[30.0, 44.0]]),
        np.array([[0.75, 0.88]]),
    )  # fmt: skip
    weaker = evidence.discounted(0.5)
    assert isinstance(weaker, SurvivalEvidence)
    assert weaker.at_risk.tolist() == [[20.0, 25.0]] and weaker.survivors.tolist() == [[15.0, 22.0]]


@pytest.mark.parametrize("name", ["pfs_direct", "orr_direct"])
def test_estimates_hold_everything_that_a_synthesis_answers(name: str, root: Path, priors: dict[str, Prior]) -> None:
    (question,) = read_questions(root / "data" / "published", root / "models", [name])
    assert isinstance(question.evidence, SynthesisEvidence)
    synthesis = synthesis_of(question.evidence, question.spec)
    table = curve_estimates(question.spec, synthesis.curve, question.priors, synthesis)
    primary = table[table["prior"] == question.spec.primary].set_index("quantity")
    wanted = {question.spec.measure, question.spec.quantity, "mu", "tau", "predictive", "beta", "bias_spread"}
    wanted |= {f"{what}[{study}]" for study in question.spec.studies for what in ("effect", "estimated", "weight")}
    assert wanted | {"weight[prior]"} <= set(primary.index)
    shares = primary[primary.index.str.startswith("weight[")]["median"].astype(float)
    assert shares.sum() == pytest.approx(1.0, abs=1e-6)
    assert primary.loc["predictive", "sd"] > primary.loc["mu", "sd"]
    assert set(table["prior"]) == set(question.spec.effect_priors)


FAULTS: list[tuple[str, dict[str, Any], type[CrlmBayesError], str]] = [
    ("no heterogeneity", {"priors.heterogeneity": None}, InvalidInput, "priors.heterogeneity: is required"),
    ("bias without a prior", {"structure": "bias_adjusted"}, InvalidInput, "priors.bias_mean: is required"),
    ("unknown study", {"per_study": {"chem2025": {}}}, UnknownName, "did you mean 'chen2025'"),
    ("learnt without a prior", {"per_study": {"chen2025": {"discount": "learnt", "likelihood": "log_ratio", "reading": "contrast"}}}, InvalidInput, "priors.discount: is required with a discount that is learnt"),
    ("learnt with nuisance parameters", {"per_study": {"chen2025": {"discount": "learnt"}}}, InvalidInput, "whose nuisance parameters it would discount"),
    ("reading of another likelihood", {"per_study": {"chen2025": {"reading": "contrast"}}}, InvalidInput, "per_study.chen2025: reading"),
    ("no moderator", {"structure": "meta_regression", "priors.moderator": {"dist": "normal", "mean": 0.0, "sd": 0.3, "rationale": "t"}}, InvalidInput, "moderator: is required"),
    ("heterogeneity of one effect", {"structure": "common"}, InvalidInput, "priors.heterogeneity: has no role"),
    ("hazards that are not proportional", {"proportional": False}, InvalidInput, "false fits only structure 'single'"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "said"), [c[1:] for c in FAULTS], ids=[c[0] for c in FAULTS])
def test_a_fault_in_a_document_of_several_studies_is_one_line(
    changes: dict[str, Any], error: type[CrlmBayesError], said: str, analyses: dict[str, AnalysisSpec], root: Path
) -> None:
    document = analyses["pfs_seeds"].model_dump(mode="json", exclude_none=True)
    for key, value in changes.items():
        table, _, inner = key.rpartition(".")
        target = document[table] if table else document
        target.pop(inner, None) if value is None else target.__setitem__(inner, value)
    with pytest.raises(error) as caught:
        check_meaning(AnalysisSpec.model_validate(document), read_priors(root / "models"), "here.toml")
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_moderator_must_split_the_studies_and_bias_needs_somebody_to_bear_it(
    analyses: dict[str, AnalysisSpec], published: dict[str, Study]
) -> None:
    by_timing = analyses["pfs_by_timing"]
    alike = by_timing.model_copy(update={"studies": ("yan2025", "hepatica")})
    with pytest.raises(InvalidInput, match="does not split the studies, whose timing is adjuvant"):
        check_studies(alike, published, "here.toml")
    direct = analyses["pfs_direct"].model_copy(update={"studies": ("yan2025", "hepatica")})
    with pytest.raises(InvalidInput, match="no study may be biased"):
        check_studies(direct, published, "here.toml")


def test_robust_prior_from_other_trials_is_wide_where_it_says_so(published: dict[str, Study], root: Path) -> None:
    declared = read_priors(root / "models")["robust_metastatic"]
    assert isinstance(declared, RobustMapPrior)
    prior = resolved(declared, published)
    assert isinstance(prior, Mixture)
    assert prior.weights[-1] == pytest.approx(declared.weight) and prior.sds[-1] == declared.wide_sd
    trusted = resolved(declared.model_copy(update={"weight": 0.05}), published)
    # the trials found benefit: the more they are trusted, the more the prior expects it
    assert 0.5 < float(prior.cdf(0.0)) < float(trusted.cdf(0.0)) < 1
    assert "NO16966 0.83" in prior.rationale
