"""Arms compared across studies: which arms, what the curve integrates, what the model samples, and what is refused."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import optimize, special, stats

from crlm_bayes.answers.question import Question
from crlm_bayes.answers.result import Result
from crlm_bayes.answers.tables import curve_estimates, judge, nuts_estimates
from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import check_meaning, check_studies
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence.arms import assemble_arms, exact_interval
from crlm_bayes.evidence.values import ArmLevelEvidence, BinomialEvidence, ComparedArm, Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.figures.frame.style import rendering
from crlm_bayes.figures.one.arm_level import draw_arm_level
from crlm_bayes.likelihoods import binomial
from crlm_bayes.likelihoods.arm_level import blur as arm_level_blur
from crlm_bayes.likelihoods.arm_level import model as arm_level
from crlm_bayes.likelihoods.arm_level.integrals import USUAL
from crlm_bayes.priors.density import Prior
from crlm_bayes.prose.equations import equations
from crlm_bayes.sampling.compiled import Density
from crlm_bayes.sampling.nuts import Fit, fit
from crlm_bayes.sampling.settings import Settings

NAME = "orr_arm_level"
HALF_NORMAL = {"dist": "half_normal", "sd": 0.4, "rationale": "test"}
LOG_NORMAL = {"dist": "log_normal", "mean": -1.28, "sd": 0.87, "rationale": "test"}
FINER = USUAL._replace(spreads=2 * USUAL.spreads, knots=2 * USUAL.knots - 1, step=USUAL.step / 2)
MIXED = ((False, 30.0, 60.0), (False, 7.0, 20.0), (True, 11.0, 14.0))

Arms = tuple[tuple[bool, float, float], ...]
Studies = dict[str, Study]


def evidence_of(arms: Arms) -> ArmLevelEvidence:
    """Arms (treated, events, n), each of a study of its own."""
    return ArmLevelEvidence(tuple(ComparedArm(f"s{i}", "x", "X", *arm) for i, arm in enumerate(arms)))


@pytest.fixture(scope="module")
def spec_with(make_spec: Callable[..., AnalysisSpec]) -> Callable[..., AnalysisSpec]:
    """An analysis of arms with a prior of τ; studies `a2020` and `b2020`."""

    def build(heterogeneity: Mapping[str, Any] = HALF_NORMAL, **changes: Any) -> AnalysisSpec:
        document = {"structure": "arm_level", "studies": ["a2020", "b2020"], "better": "higher", "endpoint": "orr"}
        priors = changes.pop("priors", {}) | {"heterogeneity": heterogeneity}
        return make_spec("binomial", priors=priors, **document | changes)

    return build


@pytest.fixture(scope="module")
def two(make_study: Callable[..., Study]) -> Studies:
    """One study with both arms, one with an arm that had the treatment and one of role other."""
    both = [{"endpoint": "orr", "arm": "control", "events": 40, "n": 100},
            {"endpoint": "orr", "arm": "treated", "events": 50, "n": 100}]  # fmt: skip
    single = [{"id": "drug_a", "role": "treatment", "label": "Drug and A"},
              {"id": "drug_b", "role": "other", "label": "Drug and B", "n": 25}]  # fmt: skip
    counts = [{"endpoint": "orr", "arm": "drug_a", "events": 12, "n": 20},
              {"endpoint": "orr", "arm": "drug_b", "n": 25, "percent": "52"}]  # fmt: skip
    return {
        "a2020": make_study(id="a2020", counts=both),
        "b2020": make_study(id="b2020", design="single_arm", arms=single, counts=counts),
    }


# which arms


def test_every_arm_of_the_bundled_studies_is_on_its_side(analyses: dict[str, AnalysisSpec], published: Studies) -> None:
    evidence = assemble_arms(analyses[NAME], published)
    assert len(evidence.compared) == 13 and sum(evidence.treated) == 9
    olivia = [arm for arm in evidence.compared if arm.study == "olivia"]
    assert [arm.arm for arm in olivia] == ["bev_mfolfox6", "bev_folfoxiri"] and all(arm.treated for arm in olivia)
    (unsized,) = [arm for arm in evidence.compared if arm.study == "asso_lm1"]
    assert published["asso_lm1"].arms[0].n is None and (unsized.events, unsized.n) == (pytest.approx(25.08), 38)
    assert [(row.study, row.arm) for row in evidence.rows] == [(arm.study, arm.arm) for arm in evidence.compared]
    assert all(("arm taken as with the treatment" in row.how) == arm.treated for row, arm in
               zip(evidence.rows, evidence.compared, strict=True))  # fmt: skip


def test_texts_say_that_nobody_was_randomised_to_the_comparison(
    analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    spec = analyses[NAME]
    assert "sensitivity analysis" in spec.title and "without randomisation" in spec.title
    assert (
        spec.question.startswith("What if") and "without regard to randomisation" in spec.question and spec.hypothetical
    )
    words = " ".join(line.words for line in equations(spec, priors))
    assert "without randomisation" in words and "unadjusted indirect comparison" in words


def test_roles_say_which_arms_unless_the_analysis_does(spec_with: Callable[..., AnalysisSpec], two: Studies) -> None:
    def names(**per_study: Any) -> list[tuple[str, bool]]:
        spec = spec_with(per_study=per_study)
        return [(arm.name, arm.treated) for arm in assemble_arms(spec, two).compared]

    roles = [("a2020.control", False), ("a2020.treated", True)]
    assert names() == [*roles, ("b2020.drug_a", True)]
    both = {"reading": "percent", "treated": ["drug_b"]}
    assert names(b2020=both) == [*roles, ("b2020.drug_b", True)]
    # an arm that is named on one side is not taken by its role on the other
    assert names(a2020={"untreated": ["treated"]}) == [("a2020.treated", False), ("b2020.drug_a", True)]


@pytest.mark.parametrize(
    ("per_study", "error", "words"),
    [
        ({"b2020": {"treated": ["drug_c"]}}, UnknownName, "per_study.b2020: treated: there is no arm of b2020 'drug_c'; "
         "allowed: drug_a, drug_b; did you mean"),
        ({"b2020": {"treated": ["drug_a"], "untreated": ["drug_a"]}}, InvalidInput, "arm 'drug_a' is named twice"),
        ({"b2020": {"treated": []}}, InvalidInput, "no arm of b2020 has role control or treatment"),
        ({"a2020": {"treated": [], "untreated": ["control"]}, "b2020": {"treated": [], "untreated": ["drug_b"]}},
         InvalidInput, "no arm is with the treatment, so there is nothing to compare"),
        ({"a2020": {"treated": ["treated"], "untreated": []}}, InvalidInput, "no arm is without the treatment"),
    ],
)  # fmt: skip
def test_arms_that_cannot_be_compared(
    per_study: dict[str, Any],
    error: type[Exception],
    words: str,
    spec_with: Callable[..., AnalysisSpec],
    two: Studies,
) -> None:
    with pytest.raises(error, match=words.replace(".", r"\.")):
        check_studies(spec_with(per_study=per_study), two, "made.toml")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"per_study": {"a2020": {"discount": 0.5}}}, "per_study.a2020: discount: has no role with structure 'arm_level'"),
        ({"per_study": {"a2020": {"biased": True}}}, "per_study.a2020: biased: has no role"),
        ({"per_study": {"a2020": {"likelihood": "log_ratio"}}}, "per_study.a2020: likelihood: 'log_ratio' does not fit"),
        ({"structure": "random", "per_study": {"a2020": {"treated": ["treated"]}}}, "treated: has no role with structure 'random'"),
        ({"studies": ["a2020"]}, "1 study with structure 'arm_level'; allowed: two or more"),
        ({"heterogeneity": None}, "priors.heterogeneity: is required with structure 'arm_level'"),
    ],
)  # fmt: skip
def test_words_that_do_not_go_together(
    changes: dict[str, Any], words: str, spec_with: Callable[..., AnalysisSpec], priors: dict[str, Prior]
) -> None:
    with pytest.raises(InvalidInput, match=words.replace(".", r"\.")):
        check_meaning(spec_with(**changes), priors, "made.toml")


def test_only_counts_are_compared_by_arm(spec_with: Callable[..., AnalysisSpec], priors: dict[str, Prior]) -> None:
    spec = spec_with().model_copy(update={"likelihood": "log_ratio", "reading": "contrast"})
    with pytest.raises(
        InvalidInput, match=r"likelihood: 'log_ratio' does not fit structure 'arm_level'; allowed: binomial"
    ):
        check_meaning(spec, priors, "made.toml")


def test_an_endpoint_that_a_study_does_not_print(spec_with: Callable[..., AnalysisSpec], two: Studies) -> None:
    spec = spec_with(per_study={"b2020": {"endpoint": "orrr"}})
    with pytest.raises(UnknownName, match=r"study b2020: there is no endpoint 'orrr'.*did you mean 'orr'"):
        assemble_arms(spec, two)


# the curve


def test_without_spread_the_curve_is_that_of_the_pooled_counts(spec_with: Callable[..., AnalysisSpec]) -> None:
    spec = spec_with(HALF_NORMAL | {"sd": 1e-8})
    pooled = BinomialEvidence("s", ("c", "t"), ("C", "T"), np.array([37.0, 11.0]), np.array([80.0, 14.0]))
    ours, theirs = arm_level.curve(evidence_of(MIXED), spec), binomial.curve(pooled, spec)
    theta = np.linspace(-6, 6, 49)
    gap = ours.log_likelihood(theta) - theirs.log_likelihood(theta)
    assert np.ptp(gap) < 2e-8
    assert ours.mode == pytest.approx(theirs.mode, abs=1e-7) and ours.width == pytest.approx(theirs.width, rel=1e-6)


def test_curve_is_the_integral_taken_by_brute_force(spec_with: Callable[..., AnalysisSpec]) -> None:
    """Gauss rules and a plain sum in place of everything that the curve does cleverly."""
    theta, alpha = np.array([-2.0, -0.5, 0.3, 1.0, 2.5, 4.0]), np.linspace(-12, 12, 201)
    z, weight_z = np.polynomial.hermite_e.hermegauss(100)
    x, weight_x = np.polynomial.legendre.leggauss(44)
    total = np.zeros(len(theta))
    for tau, weight in zip(1.6 * (x + 1), 1.6 * weight_x * stats.halfnorm.pdf(1.6 * (x + 1), scale=0.4), strict=True):
        inner = np.tile(stats.norm.pdf(alpha, 0, 1.5), (len(theta), 1))
        for treated, r, n in MIXED:
            eta = alpha + (theta[:, None] / 2 if treated else -theta[:, None] / 2)
            p = 1 / (1 + np.exp(-(eta[..., None] + tau * z)))
            inner *= stats.binom.pmf(r, n, p) @ weight_z / np.sqrt(2 * np.pi)
        total += weight * inner.sum(axis=1)
    curve = arm_level.curve(evidence_of(MIXED), spec_with())
    gap = curve.log_likelihood(theta) - np.log(total)
    assert np.ptp(gap) < 1e-6


@pytest.mark.parametrize(("r", "n"), [(0.0, 12.0), (9.0, 9.0), (0.2, 6.0), (33.21, 41.0), (700.0, 2000.0)])
@pytest.mark.parametrize("tau", [0.01, 0.3, 3.0, 40.0, 1e4])
def test_blurred_likelihood_of_an_arm(r: float, n: float, tau: float) -> None:
    """Against a sum over even points, three within the least width that the integrand can have anywhere."""
    eta = np.array([-30.0, -4.0, -0.7, 0.5, 6.0, 25.0])
    side = arm_level_blur.Side(np.array([r]), np.array([n]))
    found, _ = arm_level_blur.blurred(side, eta, tau, 0.2, eta[None])
    for x, ours in zip(eta, found, strict=True):

        def log_f(u: Floats, x: float = x) -> Floats:
            return r * special.log_expit(u) + (n - r) * special.log_expit(-u) + stats.norm.logpdf(u, x, tau)

        ends = [x, x + tau**2 * (r - n * special.expit(x))]
        mode = optimize.minimize_scalar(
            lambda u, f=log_f: -f(u), bounds=(min(ends), max(ends) + 1e-9), method="bounded"
        ).x
        step = (n / 4 + tau**-2) ** -0.5 / 3
        reach = [
            optimize.brentq(lambda u, f=log_f, m=mode: f(u) - f(m) + 40, mode, mode + way * 9.5 * tau)
            for way in (-1, 1)
        ]
        u = np.arange(reach[0], reach[1], step)
        assert ours == pytest.approx(special.logsumexp(log_f(u)) + np.log(step), abs=3e-7)


HALF_CAUCHY = {"dist": "half_cauchy", "sd": 0.5, "rationale": "test"}
HALF_T = {"dist": "half_student_t", "df": 4, "sd": 0.3, "rationale": "test"}
ALL_OR_NONE = ((False, 0.0, 12.0), (True, 9.0, 9.0), (True, 0.0, 3.0))
LARGE = ((False, 700.0, 2000.0), (True, 900.0, 2000.0)) * 3


@pytest.mark.parametrize(
    ("arms", "heterogeneity"),
    [
        (MIXED, HALF_NORMAL), (MIXED, LOG_NORMAL | {"mean": -4.0, "sd": 0.1}), (ALL_OR_NONE, LOG_NORMAL),
        *(pytest.param(*case, marks=pytest.mark.statistical) for case in (
            (MIXED, HALF_T), (LARGE, LOG_NORMAL), (LARGE, HALF_CAUCHY), (ALL_OR_NONE, HALF_NORMAL | {"sd": 3.0}),
            (ALL_OR_NONE, HALF_CAUCHY),
        )),
    ],
)  # fmt: skip
def test_finer_quadrature_changes_nothing_that_matters(
    heterogeneity: dict[str, Any], arms: Arms, spec_with: Callable[..., AnalysisSpec]
) -> None:
    spec, evidence = spec_with(heterogeneity), evidence_of(arms)
    curve, finer = arm_level.curve(evidence, spec), arm_level.curve(evidence, spec, FINER)
    theta = np.linspace(-8, 8, 161)
    matters = finer.log_likelihood(theta) > -20
    gap = (curve.log_likelihood(theta) - finer.log_likelihood(theta))[matters]
    assert np.ptp(gap) < 2e-6


def test_the_bundled_curve_is_tabulated_quickly(analyses: dict[str, AnalysisSpec], published: Studies) -> None:
    spec = analyses[NAME]
    evidence = assemble_arms(spec, published)
    start = time.process_time()
    curve = arm_level.curve(evidence, spec)
    assert time.process_time() - start < 1.5  # 0.4 s; a shared machine may be slower
    assert curve.error < 1e-6


@pytest.mark.statistical
def test_the_bundled_curve_is_accurate(analyses: dict[str, AnalysisSpec], published: Studies) -> None:
    spec = analyses[NAME]
    evidence = assemble_arms(spec, published)
    curve, finer = arm_level.curve(evidence, spec), arm_level.curve(evidence, spec, FINER)
    theta = np.linspace(-3, 4, 71)
    assert np.ptp(curve.log_likelihood(theta) - finer.log_likelihood(theta)) < 2e-7


def test_arms_that_change_sides_turn_the_sign(spec_with: Callable[..., AnalysisSpec]) -> None:
    spec = spec_with(LOG_NORMAL)
    curve = arm_level.curve(evidence_of(MIXED), spec)
    turned = arm_level.curve(evidence_of(tuple((not treated, r, n) for treated, r, n in MIXED)), spec)
    theta = np.linspace(-6, 6, 49)
    np.testing.assert_allclose(turned.log_likelihood(-theta), curve.log_likelihood(theta), atol=1e-7)


def test_order_of_the_studies_does_not_matter(analyses: dict[str, AnalysisSpec], published: Studies) -> None:
    spec = analyses[NAME]
    back = spec.model_copy(update={"studies": spec.studies[::-1]})
    curves = [arm_level.curve(assemble_arms(s, published), s) for s in (spec, back)]
    np.testing.assert_array_equal(curves[0].log_likelihood_at_knots, curves[1].log_likelihood_at_knots)
    assert curves[0].mode == curves[1].mode


def test_spread_between_arms_widens_and_a_single_arm_moves(spec_with: Callable[..., AnalysisSpec]) -> None:
    arms = ((False, 40.0, 100.0), (True, 50.0, 100.0))
    narrow = arm_level.curve(evidence_of(arms), spec_with(HALF_NORMAL | {"sd": 0.01}))
    wide = arm_level.curve(evidence_of(arms), spec_with(LOG_NORMAL))
    assert wide.width > 1.3 * narrow.width
    more = arm_level.curve(evidence_of((*arms, (True, 38.0, 40.0))), spec_with(LOG_NORMAL))
    assert more.mode > wide.mode + 0.3


# the model


def test_compiled_model_is_the_same_in_numpy(spec_with: Callable[..., AnalysisSpec]) -> None:
    import pymc as pm

    spec, evidence = spec_with(LOG_NORMAL), evidence_of((*MIXED, (True, 25.08, 38.0)))
    with pm.Model(coords={"arm": ["control", "treatment"]}) as model:
        arm_level.build(pm.Normal("theta", 0, 1), arm_level.shape(evidence, spec))
    density = Density(model, "test")
    with model:
        pm.set_data(density.data.split(density.filled(arm_level.data(evidence, spec))))
    spare = arm_level.ARMS - 4
    eta = -0.2 + 0.7 * np.array([-0.5, -0.5, 0.5, 0.5]) + 0.3 * np.array([0.5, -1.0, 0.2, 1.5])
    point = {"theta": 0.7, "alpha": -0.2, "tau_log__": np.log(0.3), "log_odds": np.append(eta, np.ones(spare))}
    logp = model.compile_logp(mode="FAST_COMPILE", sum=False)({k: np.asarray(v) for k, v in point.items()})
    found = dict(zip([v.name for v in model.basic_RVs], logp, strict=True))
    expected = binomial.log_binomial(evidence.events, evidence.n, eta)
    np.testing.assert_allclose(found["y"], np.append(expected, np.zeros(spare)), rtol=1e-10)
    np.testing.assert_allclose(expected[:3], stats.binom.logpmf([30, 7, 11], [60, 20, 14], 1 / (1 + np.exp(-eta[:3]))))
    np.testing.assert_allclose(found["tau"], stats.lognorm.logpdf(0.3, 0.87, scale=np.exp(-1.28)) + np.log(0.3))


def prior_tree(spec: AnalysisSpec, evidence: ArmLevelEvidence, size: int = 4000) -> xr.Dataset:
    """Draws of everything from the prior, as the sampler names them."""
    rng = np.random.default_rng(1)
    theta = rng.normal(size=size)
    drawn: dict[str, Any] = {"theta": ((), theta)} | arm_level.sample_nuisance(evidence, spec, theta, rng)
    labels = arm_level.coordinates(evidence)
    return xr.Dataset({k: (("chain", "draw", *dims), v[None]) for k, (dims, v) in drawn.items()}, coords=labels)


def test_draws_from_the_prior_follow_the_model(spec_with: Callable[..., AnalysisSpec]) -> None:
    spec, evidence = spec_with(), evidence_of(MIXED)
    draws = prior_tree(spec, evidence)
    x = xr.DataArray([-0.5, -0.5, 0.5], dims="study_arm")
    eta = draws["alpha"] + draws["theta"] * x + draws["tau"] * draws["z"]
    np.testing.assert_allclose(draws["arm_probability"], 1 / (1 + np.exp(-eta)))
    y = arm_level.replicate(draws, evidence, np.random.default_rng(2))["y"]
    share = (y / evidence.n - draws["arm_probability"]).mean(("chain", "draw"))
    mcse = np.sqrt(
        (draws["arm_probability"] * (1 - draws["arm_probability"])).mean(("chain", "draw")) / evidence.n / 4000
    )
    assert (abs(share) < 4 * mcse).all() and (y <= evidence.n).all()
    derived = arm_level.derive(draws, evidence, spec)
    odds = draws["probability"] / (1 - draws["probability"])
    ratio = odds.sel(arm="treatment", drop=True) / odds.sel(arm="control", drop=True)
    np.testing.assert_allclose(ratio, np.exp(draws["theta"]))
    control, treatment = (derived["probability"].sel(arm=arm, drop=True) for arm in evidence.arms)
    np.testing.assert_allclose(derived["risk_difference"], treatment - control)


# what is shown


@pytest.mark.parametrize(("events", "n", "printed"), [(24, 39, (45, 77)), (33, 41, (65, 91))])
def test_exact_intervals_are_those_that_a_paper_prints(events: int, n: int, printed: tuple[int, int]) -> None:
    """OLIVIA's abstract: 62% (45 to 77) of 39 and 81% (65 to 91) of 41."""
    assert tuple(round(100 * limit) for limit in exact_interval(events, n)) == printed
    reference = stats.binomtest(events, n).proportion_ci(0.95, method="exact")
    assert exact_interval(events, n) == pytest.approx((reference.low, reference.high))
    assert exact_interval(0, n)[0] == 0 and exact_interval(n, n)[1] == 1


def shown_result(spec: AnalysisSpec, evidence: ArmLevelEvidence, studies: Studies, priors: dict[str, Prior]) -> Result:
    """A result whose posterior is its prior: enough to draw."""
    from crlm_bayes.audits.study_audit import StudyAudit

    draws = prior_tree(spec, evidence, 400)
    panel = {"sceptical": priors["sceptical"]}
    table = nuts_estimates(spec, evidence, "sceptical", draws)
    audits = {name: StudyAudit(study, (), (), (), ()) for name, study in studies.items()}
    question = Question(spec, audits, evidence, panel)
    trees = {"sceptical": xr.DataTree.from_dict({"posterior": draws})}
    return Result(question, estimates=table, trees=trees)


def test_figure_shows_every_arm_as_in_the_table(
    spec_with: Callable[..., AnalysisSpec], two: Studies, priors: dict[str, Prior]
) -> None:
    spec = spec_with()
    result = shown_result(spec, assemble_arms(spec, two), two, priors)
    with rendering():
        figure = draw_arm_level(result)
    lines = {line.get_label(): line.get_xdata() for axes in figure.axes for line in axes.lines}
    table: pd.DataFrame = result.estimates.set_index("quantity")
    for name, printed in (("a2020.control", 40.0), ("a2020.treated", 50.0), ("b2020.drug_a", 60.0)):
        row = table.loc[f"arm_probability[{name}]"]
        assert list(lines[f"{name}-interval"]) == pytest.approx([100 * row["eti95_lower"], 100 * row["eti95_upper"]])
        assert list(lines[f"{name}-median"]) == pytest.approx([100 * row["median"]])
        assert list(lines[f"{name}-printed"]) == pytest.approx([printed])
    texts = [text.get_text() for axes in figure.axes for text in axes.texts] + [t.get_text() for t in figure.texts]
    assert "B 2020 †" in texts and "A 2020" in texts and "12 / 20" in texts
    assert any("without randomisation" in text and "sensitivity" in text for text in texts)


# two engines


@pytest.fixture(scope="module")
def sampled(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> Callable[[str], Fit]:
    return lambda prior: fit(analyses[NAME], evidence_of(NAME), prior, priors[prior], Settings())


@pytest.mark.statistical
@pytest.mark.parametrize("prior", ["reference", "sceptical", "enthusiastic"])
def test_nuts_agrees_with_the_curve(
    prior: str,
    sampled: Callable[[str], Fit],
    analyses: dict[str, AnalysisSpec],
    curve_of: Callable[[str], EvidenceCurve],
    evidence_of: Callable[[str], Evidence],
    priors: dict[str, Prior],
) -> None:
    spec, tree = analyses[NAME], sampled(prior).tree
    table = nuts_estimates(spec, evidence_of(NAME), prior, tree["posterior"].to_dataset())
    exact = curve_estimates(spec, curve_of(NAME), priors)
    gate = judge(spec, table, exact[exact["prior"] == prior], tree["sample_stats"].to_dataset())
    assert gate.passed, gate.failures  # 4 MCSE from the curve among its thresholds
    assert tree["log_likelihood"]["y"].dims == ("chain", "draw", "study_arm")
    rank = (tree["posterior_predictive"]["y"] < tree["observed_data"]["y"]).mean(("chain", "draw"))
    assert (abs(rank - 0.5) < 0.5).all(), "an arm that the model could not have printed"
