"""The synthesis engine against published analyses, closed forms, and itself told another way."""

import numpy as np
import pytest

from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.members import Member, PowerPrior, Shift, Structure
from crlm_bayes.exact.synthesis.synthesis import Synthesis, synthesise
from crlm_bayes.priors.spreads import HalfStudentT, LogNormal
from makers.synthetic_members import half_cauchy, half_normal, normal_curve, normal_members, normal_prior, table_curve
from oracles.paths import bias_path, discount_path

Z = 1.959963984540054
WIDE = normal_prior(0.0, 10.0)
UNIT = normal_prior(0.0, 1.0)
# eight schools (Rubin 1981), in tens of points
SCHOOLS = np.array([28, 8, -3, 7, -1, 1, 18, 12]) / 10, np.array([15, 10, 16, 11, 9, 11, 10, 18]) / 10
# BCG vaccine (Colditz et al. 1994): tuberculosis and not, vaccinated and not
BCG = np.array([
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
    (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
]).T  # fmt: skip
# beta blockers after infarction (Yusuf et al. 1985; BUGS example Blocker): deaths and patients, control and treated
BLOCKERS = [
    (3, 39, 3, 38), (14, 116, 7, 114), (11, 93, 5, 69), (127, 1520, 102, 1533), (27, 365, 28, 355), (6, 52, 4, 59),
    (152, 939, 98, 945), (48, 471, 60, 632), (37, 282, 25, 278), (188, 1921, 138, 1916), (52, 583, 64, 873),
    (47, 266, 45, 263), (16, 293, 9, 291), (45, 883, 57, 858), (31, 147, 25, 154), (38, 213, 33, 207),
    (12, 122, 28, 251), (6, 154, 8, 151), (3, 134, 6, 174), (40, 218, 32, 209), (43, 364, 27, 391), (39, 674, 22, 680),
]  # fmt: skip


def close(posterior: GridPosterior | None, other: GridPosterior | None, by: float = 1e-4) -> None:
    """Two posteriors agree, in units of their sd."""
    assert posterior is not None and other is not None
    sd = other.sd
    pairs = [(posterior.mean, other.mean), (posterior.sd, sd), (posterior.median, other.median)]
    for a, b in [*pairs, *zip(posterior.interval, other.interval, strict=True)]:
        assert a == pytest.approx(b, abs=by * sd)


def test_two_published_trials() -> None:
    y = [np.log(1 / 1.324), np.log(0.426)]
    se = [np.log(1.673 / 1.048) / (2 * Z), np.log(0.787 / 0.231) / (2 * Z)]
    pooled = synthesise(normal_members(y, se), Structure(half_normal(0.5))).under(UNIT)
    assert pooled.mu.mean == pytest.approx(-0.424, abs=5e-4)
    assert pooled.mu.interval == pytest.approx((-1.10, 0.22), abs=0.011)
    assert pooled.tau is not None and pooled.tau.mean == pytest.approx(0.366, abs=5e-4)


def test_eight_schools() -> None:
    pooled = synthesise(normal_members(*SCHOOLS), Structure(half_cauchy(0.5))).under(normal_prior(0, 0.5))
    assert (10 * pooled.mu.mean, 10 * pooled.mu.sd) == pytest.approx((4.41, 3.31), abs=0.02)
    assert pooled.tau is not None and 10 * pooled.tau.mean == pytest.approx(3.60, abs=0.01)


def reml(y: np.ndarray, v: np.ndarray) -> tuple[float, float, float]:
    """Pooled mean, its standard error and τ² by restricted maximum likelihood (Fisher scoring)."""
    tau2 = 0.1
    for _ in range(100):
        w = 1 / (v + tau2)
        mean = w @ y / w.sum()
        tau2 = float((w**2 @ ((y - mean) ** 2 - v)) / (w**2).sum() + 1 / w.sum())
    w = 1 / (v + tau2)
    return float(w @ y / w.sum()), float(w.sum() ** -0.5), tau2


def test_bcg_trials_come_out_where_reml_puts_them() -> None:
    a, b, c, d = BCG
    y, v = np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    mean, se, tau2 = reml(y, v)
    assert (mean, se, tau2) == pytest.approx((-0.7145, 0.1798, 0.3132), abs=1e-4)  # metafor's dat.bcg
    wide = HalfStudentT(dist="half_student_t", df=4.0, sd=10.0, rationale="test")
    pooled = synthesise(normal_members(y, np.sqrt(v)), Structure(wide)).under(WIDE)
    assert pooled.mu.median == pytest.approx(mean, abs=0.1 * se)
    assert pooled.tau is not None and pooled.tau.median == pytest.approx(np.sqrt(tau2), rel=0.1)


def test_beta_blockers_from_their_counts() -> None:
    # flat priors on the odds ratio and on the level of each trial, as in BUGS
    members = [
        Member(f"t{i}", table_curve((rc, rt), (nc, nt), alpha_sd=10.0))
        for i, (rc, nc, rt, nt) in enumerate(BLOCKERS)
    ]  # fmt: skip
    pooled = synthesise(members, Structure(half_normal(1.0))).under(WIDE)
    assert pooled.mu.mean == pytest.approx(-0.25, abs=0.01)
    assert pooled.mu.sd == pytest.approx(0.065, abs=0.006)
    assert sum(w.share for w in pooled.weights[:-1]) == pytest.approx(1 - pooled.mu.sd**2 / 100, abs=1e-5)


@pytest.mark.parametrize("prior", [UNIT, normal_prior(-0.1, 0.05)])
def test_a_common_effect_is_the_inverse_variance_mean(prior: object) -> None:
    y, se = np.array([-0.4, 0.1, -0.25, -0.6]), np.array([0.2, 0.1, 0.35, 0.5])
    pooled = synthesise(normal_members(y, se), Structure(None)).under(prior)  # type: ignore[arg-type]
    w = np.append(se**-2, prior.sd**-2)  # type: ignore[attr-defined]
    mean = w @ np.append(y, prior.mean) / w.sum()  # type: ignore[attr-defined]
    assert (pooled.mu.mean, pooled.mu.sd) == pytest.approx((mean, w.sum() ** -0.5), abs=1e-8)
    assert [weight.share for weight in pooled.weights] == pytest.approx(list(w / w.sum()), abs=1e-7)
    assert pooled.tau is None and pooled.beta is None and pooled.delta is None
    assert pooled.predictive is pooled.mu and all(e.effect is pooled.mu for e in pooled.effects)


def test_normal_curves_agree_with_closed_forms_integrated_over_tau() -> None:
    y, se = SCHOOLS
    prior, spread = normal_prior(0.2, 0.7), half_normal(0.6)
    pooled = synthesise(normal_members(y, se), Structure(spread)).under(prior)
    x, w = np.polynomial.legendre.leggauss(200)
    tau, w = 2.4 * (x + 1), 2.4 * w
    v = se**2 + tau[:, None] ** 2
    precision = (1 / v).sum(axis=1) + prior.sd**-2
    mean = ((y / v).sum(axis=1) + prior.mean / prior.sd**2) / precision
    log_p = -0.5 * np.log(v).sum(axis=1) - 0.5 * np.log(precision) + 0.5 * precision * mean**2
    log_p += -0.5 * (y**2 / v).sum(axis=1) + spread.logpdf(tau)
    p = w * np.exp(log_p - log_p.max())
    p /= p.sum()

    def moments(m: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
        return float(p @ m), float(np.sqrt(p @ (variance + m**2) - (p @ m) ** 2))

    sd = moments(mean, 1 / precision)[1]
    assert (pooled.mu.mean, pooled.mu.sd) == pytest.approx(moments(mean, 1 / precision), abs=1e-6 * sd)
    assert pooled.tau is not None
    assert (pooled.tau.mean, pooled.tau.sd) == pytest.approx(moments(tau, 0 * tau), abs=1e-6)
    assert (pooled.predictive.mean, pooled.predictive.sd) == pytest.approx(
        moments(mean, 1 / precision + tau**2), abs=1e-5
    )
    for i, effect in enumerate(pooled.effects):
        keep = tau**2 / v[:, i]  # share of the study's own estimate
        shrunk = moments(keep * y[i] + (1 - keep) * mean, keep * se[i] ** 2 + (1 - keep) ** 2 / precision)
        assert (effect.effect.mean, effect.effect.sd) == pytest.approx(shrunk, abs=2e-5)
        assert effect.estimate == pytest.approx(y[i], abs=1e-6)
    fixed = (1 / v / precision[:, None]).T @ p
    shares = np.array([weight.share for weight in pooled.weights])
    # the shares are of the whole posterior; they differ from averaged weights by how τ hangs on the estimates
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert shares[-1] == pytest.approx(pooled.mu.sd**2 / prior.sd**2, abs=1e-6)
    assert shares[:-1] == pytest.approx(fixed, abs=0.05)


def test_a_share_is_how_far_the_pooled_mean_moves() -> None:
    y, se = np.array([-0.4, 0.1, -0.25]), np.array([0.2, 0.1, 0.35])
    structure, by = Structure(half_normal(0.4)), 1e-3
    shares = synthesise(normal_members(y, se), structure).under(UNIT).weights
    for i in range(3):
        up, down = (
            synthesise(normal_members(y + d * (np.arange(3) == i), se), structure).under(UNIT).mu.mean
            for d in (by, -by)
        )
        assert (up - down) / (2 * by) == pytest.approx(shares[i].share, abs=1e-5)


def test_a_skewed_table_agrees_with_brute_force() -> None:
    curves = [table_curve((7, 2), (24, 25)), table_curve((9, 1), (24, 25)), normal_curve(0.1, 0.3)]
    members = [Member(f"s{i}", curve) for i, curve in enumerate(curves)]
    prior, spread = normal_prior(0.0, 0.6), half_normal(0.4)
    pooled = synthesise(members, Structure(spread)).under(prior)
    x = np.linspace(-25.0, 10.0, 3501)
    mu, (node, w) = np.linspace(-3.5, 3.0, 131), np.polynomial.legendre.leggauss(40)
    tau = 1.4 * (node + 1)
    likelihood = [np.exp(curve.log_likelihood(x)) for curve in curves]
    joint = np.zeros((len(tau), len(mu)))
    moments = np.zeros((len(curves), 2))
    for t, scale in enumerate(tau):
        if scale > 0.02:
            kernel = np.exp(-0.5 * ((x - mu[:, None]) / scale) ** 2) * (x[1] - x[0]) / (scale * np.sqrt(2 * np.pi))
            each = [kernel @ values for values in likelihood]
            raw = [(kernel @ (values * x), kernel @ (values * x**2)) for values in likelihood]
        else:
            z = np.linspace(-7, 7, 57)
            share = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()
            points = mu[:, None] + scale * z
            values = [np.exp(curve.log_likelihood(points)) * share for curve in curves]
            each = [v.sum(axis=1) for v in values]
            raw = [((v * points).sum(axis=1), (v * points**2).sum(axis=1)) for v in values]
        joint[t] = w[t] * np.exp(prior.logpdf(mu) + spread.logpdf(scale)) * np.prod(each, axis=0)
        for i, (first, second) in enumerate(raw):
            moments[i] += [joint[t] @ (first / each[i]), joint[t] @ (second / each[i])]
    moments /= joint.sum()
    of_mu, of_tau = joint.sum(axis=0) / joint.sum(), joint.sum(axis=1) / joint.sum()
    assert pooled.mu.mean == pytest.approx(of_mu @ mu, abs=2e-6)
    assert pooled.tau is not None and pooled.tau.mean == pytest.approx(of_tau @ tau, abs=2e-6)
    for effect, (first, second) in zip(pooled.effects, moments, strict=True):
        assert (effect.effect.mean, effect.effect.sd) == pytest.approx((first, np.sqrt(second - first**2)), abs=2e-5)


def by_name(synthesis: Synthesis) -> dict[str, GridPosterior]:
    return {effect.name: effect.effect for effect in synthesis.under(UNIT).effects}


def test_order_of_members_does_not_matter() -> None:
    members = [*normal_members([-0.5, 0.2], [0.2, 0.3]), Member("table", table_curve((9, 2), (30, 28)))]
    one, other = (synthesise(m, Structure(half_normal(0.4))) for m in (members, members[::-1]))
    close(one.under(UNIT).mu, other.under(UNIT).mu, 1e-6)
    for name, effect in by_name(one).items():
        close(effect, by_name(other)[name], 1e-5)


def test_a_discount_of_nothing_leaves_out_and_a_whole_one_changes_nothing() -> None:
    members, structure = normal_members([-0.5, 0.2, 0.4], [0.2, 0.3, 0.15]), Structure(half_normal(0.4))
    out = synthesise([*members[:2], Member("s2", members[2].curve, discount=0.0)], structure).under(UNIT)
    close(out.mu, synthesise(members[:2], structure).under(UNIT).mu, 1e-6)
    close(out.tau, synthesise(members[:2], structure).under(UNIT).tau, 1e-5)
    whole, half = synthesise(members, structure), normal_curve(0.4, 0.15 / np.sqrt(0.5))
    path = discount_path(whole, ["s2"], [0.0, 0.5, 1.0], UNIT)
    tempered = synthesise([*members[:2], Member("s2", half)], structure).under(UNIT)
    for k, pooled in enumerate((out, tempered, whole.under(UNIT))):
        assert path.p_below[k] == pytest.approx(pooled.p_below(0.0), abs=1e-6)
        assert path.median[k] == pytest.approx(pooled.mu.median, abs=1e-6)


def test_a_tight_spread_is_a_common_effect() -> None:
    members = normal_members([-0.5, 0.2, 0.0], [0.2, 0.3, 0.25])
    tight = synthesise(members, Structure(half_normal(1e-4))).under(UNIT)
    close(tight.mu, synthesise(members, Structure(None)).under(UNIT).mu, 1e-4)
    assert tight.effects[0].effect.mean == pytest.approx(tight.mu.mean, abs=1e-5)


def test_every_spread_prior_gives_the_same_when_they_are_the_same() -> None:
    members = normal_members(*SCHOOLS)
    as_t = HalfStudentT(dist="half_student_t", df=1.0, sd=0.5, rationale="test")
    one, other = (synthesise(members, Structure(spread)).under(UNIT) for spread in (half_cauchy(0.5), as_t))
    close(one.mu, other.mu, 1e-8)
    spread = LogNormal(dist="log_normal", mean=-1.975, sd=0.67, rationale="Turner 2015, mortality")
    pooled = synthesise(members, Structure(spread)).under(UNIT)
    y, se = SCHOOLS
    z = np.linspace(-8, 8, 2001)
    tau = np.exp(-1.975 + 0.67 * z)
    v = se**2 + tau[:, None] ** 2
    precision = (1 / v).sum(axis=1) + 1
    mean = (y / v).sum(axis=1) / precision
    log_p = -0.5 * (np.log(v) + y**2 / v).sum(axis=1) - 0.5 * np.log(precision) + 0.5 * precision * mean**2
    p = np.exp(log_p - log_p.max() - 0.5 * z**2)
    p /= p.sum()
    assert pooled.mu.mean == pytest.approx(p @ mean, abs=1e-7)
    assert pooled.tau is not None and pooled.tau.mean == pytest.approx(p @ tau, abs=1e-6)


def test_leaving_out_and_adding_up_are_refits() -> None:
    members, structure = normal_members([-0.5, 0.2, 0.4, -0.1], [0.2, 0.3, 0.02, 0.25]), Structure(half_cauchy(0.3))
    synthesis = synthesise(members, structure)
    for i, standing in enumerate(synthesis.leave_one_out(UNIT)):
        mu = synthesise(members[:i] + members[i + 1 :], structure).under(UNIT).mu
        assert (standing.median, standing.p_below) == pytest.approx((mu.median, mu.p_below(0.0)), abs=2e-6)
    order = ["s2", "s0", "s3", "s1"]
    for k, standing in enumerate(synthesis.cumulative(order, UNIT), 1):
        mu = synthesise([members[int(name[1])] for name in order[:k]], structure).under(UNIT).mu
        assert (standing.median, *mu.interval) == pytest.approx((mu.median, standing.lower, standing.upper), abs=2e-5)
    with pytest.raises(UnknownName, match="s1"):
        synthesis.cumulative(["s11"], UNIT)


def test_edges_of_the_possible() -> None:
    separated = table_curve((0, 20), (20, 20))
    far = normal_members([-0.3, 0.4], [0.07, 0.02])  # ten standard errors apart
    cases = {
        "separated": [Member("a", separated), Member("b", normal_curve(0.3, 0.4))],
        "separated alone": [Member("a", separated)],
        "one": normal_members([-0.3], [0.2]),
        "conflict": far,
        "sharp among many": [
            *normal_members(np.linspace(-1, 1, 9), np.full(9, 0.3)),
            Member("x", normal_curve(1, 0.02)),
        ],
    }
    for name, members in cases.items():
        pooled = synthesise(members, Structure(half_cauchy(0.5))).under(UNIT)
        assert np.isfinite([pooled.mu.mean, pooled.mu.sd]).all(), name
        assert pooled.tau is not None and pooled.tau.p_below(1e9) == 1
        assert pooled.nodes.mean == pytest.approx(pooled.mu.mean, abs=1e-5 * pooled.mu.sd)
        assert pooled.predictive.cdf[-1] == pytest.approx(1)
        for member, effect in zip(members, pooled.effects, strict=True):
            assert (effect.estimate is None) == (not member.curve.has_mode)
            assert np.isfinite(effect.effect.median)
        assert sum(w.share for w in pooled.weights) == pytest.approx(1)
        assert pooled.weights[-1].share == pytest.approx(pooled.mu.sd**2, abs=2e-5), name
    # of two sharp studies far apart each keeps its own estimate, and the middle is in between
    pooled = synthesise(far, Structure(half_cauchy(0.5))).under(UNIT)
    assert pooled.effects[1].effect.mean == pytest.approx(0.4, abs=0.005)
    assert -0.3 < pooled.mu.median < 0.4


def test_a_hundred_members() -> None:
    rng = np.random.default_rng(3)
    se = rng.uniform(0.1, 0.5, 100)
    y = -0.3 + 0.2 * rng.standard_normal(100) + se * rng.standard_normal(100)
    pooled = synthesise(normal_members(y, se), Structure(half_normal(0.5))).under(UNIT)
    x, w = np.polynomial.legendre.leggauss(400)
    tau = 0.5 * (x + 1)
    v = se**2 + tau[:, None] ** 2
    precision = (1 / v).sum(axis=1) + 1
    mean = (y / v).sum(axis=1) / precision
    log_p = -0.5 * (np.log(v) + y**2 / v).sum(axis=1) - 0.5 * np.log(precision) + 0.5 * precision * mean**2
    p = w * np.exp(log_p - log_p.max() - 2 * tau**2)
    p /= p.sum()
    assert pooled.mu.mean == pytest.approx(p @ mean, abs=1e-4 * pooled.mu.sd)
    assert pooled.tau is not None and pooled.tau.mean == pytest.approx(p @ tau, abs=1e-4 * pooled.tau.sd)


def test_what_makes_no_sense_is_refused() -> None:
    members = normal_members([0.1, 0.2], [0.2, 0.2])
    shift, power = Shift(UNIT), PowerPrior(1.0, 1.0, UNIT)
    flagged = Member("f", normal_curve(0, 1), shifted=True)
    refused = [
        ([], Structure(None), "no members"),
        ([members[0], members[0]], Structure(None), "occurs twice"),
        ([Member("a", members[0].curve, discount=1.5)], Structure(None), "discount 1.5"),
        ([flagged], Structure(None), "states no shift"),
        (members, Structure(None, shift=shift), "no member is shifted"),
        (members, Structure(None, discount=power), "no member is discounted"),
        ([Member("a", members[0].curve, discount=0.5, discounted=True)], Structure(None, None, power), "both"),
        ([Member("a", members[0].curve, discounted=True)], Structure(None, None, PowerPrior(0.0, 1.0, UNIT)), "Beta"),
    ]
    for case, structure, words in refused:
        with pytest.raises(InvalidInput, match=words):
            synthesise(case, structure)
    plain = synthesise(members, Structure(None))
    with pytest.raises(InvalidInput, match="0 to 1"):
        discount_path(plain, ["s0"], [1.2], UNIT)
    with pytest.raises(UnknownName, match="s0"):
        discount_path(plain, ["s9"], [0.5], UNIT)
    with pytest.raises(InvalidInput, match="no shift"):
        bias_path(plain, [0.1], UNIT)
