"""Biased groups, unknown discounts and robust priors: against Gaussian algebra, brute force, and limits."""

from dataclasses import replace

import numpy as np
import pytest

from crlm_bayes.errors import InvalidInput
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis import robust_map
from crlm_bayes.exact.synthesis.blur import log_product
from crlm_bayes.exact.synthesis.members import Member, PowerPrior, Shift, Structure
from crlm_bayes.exact.synthesis.synthesis import synthesise
from makers.synthetic_members import half_normal, normal_curve, normal_members, normal_prior, table_curve
from oracles.paths import bias_path, discount_path
from oracles.robust_weight import log_bayes_factor, wide_after

UNIT = normal_prior(0.0, 1.0)
Y, SE = np.array([-0.4, 0.1, -0.9, -0.6, -0.8]), np.array([0.2, 0.3, 0.15, 0.25, 0.1])
SHIFTED = np.array([False, False, True, True, True])
TAU, SIGMA, BETA = half_normal(0.4), half_normal(0.3), normal_prior(-0.2, 0.35)


def members(shifted: np.ndarray = SHIFTED, discounted: np.ndarray | None = None) -> list[Member]:
    flags = np.zeros(len(Y), dtype=bool) if discounted is None else discounted
    return [
        replace(member, shifted=bool(a), discounted=bool(b))
        for member, a, b in zip(normal_members(Y, SE), shifted, flags, strict=True)
    ]


def half_line(sd: float, nodes: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes over a half-normal prior, and weights with its density."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    points = 3.5 * sd * (x + 1)
    return points, w * np.exp(-0.5 * (points / sd) ** 2)


def gaussian(
    tau: float, sigma: float, delta: float, mu: tuple[float, float], shifted: np.ndarray, powered: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Mean and covariance of (μ, β, θ_1 …, b_1 …) given the scales and the weight, and the log evidence of the data.

    L^δ of a normal curve is, up to its constant, a normal curve of variance se²/δ.
    """
    n = len(Y)
    mean = np.concatenate([[mu[0], BETA.mean], np.full(n, mu[0]), np.where(shifted, BETA.mean, 0.0)])
    to_mu, to_beta = np.zeros(2 * n + 2), np.zeros(2 * n + 2)
    to_mu[0], to_mu[2 : n + 2] = 1, 1
    to_beta[1], to_beta[n + 2 :] = 1, shifted
    cov = mu[1] ** 2 * np.outer(to_mu, to_mu) + BETA.sd**2 * np.outer(to_beta, to_beta)
    cov += np.diag(np.concatenate([[0, 0], np.full(n, tau**2), shifted * sigma**2]))
    design = np.hstack([np.zeros((n, 2)), np.eye(n), np.eye(n)])
    weight = np.where(powered, delta, 1.0)
    noise = np.diag(SE**2 / weight)
    total = design @ cov @ design.T + noise
    gain = cov @ design.T @ np.linalg.inv(total)
    miss = Y - design @ mean
    log_evidence = -0.5 * miss @ np.linalg.solve(total, miss) - 0.5 * np.linalg.slogdet(total)[1]
    log_evidence += 0.5 * np.log(SE**2 / weight).sum()  # curves are 1 at their maximum, whatever the power
    return mean + gain @ miss, cov - gain @ design @ cov, float(log_evidence)


def mixed(parts: list[tuple[float, np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of a mixture: log weight, mean and covariance of each part."""
    log_w = np.array([part[0] for part in parts])
    w = np.exp(log_w - log_w.max())
    w /= w.sum()
    mean = w @ np.array([m for _, m, _ in parts])
    second = w @ np.array([np.diag(c) + m**2 for _, m, c in parts])
    return mean, np.sqrt(second - mean**2)


def agrees(posterior: GridPosterior | None, mean: float, sd: float, by: float) -> None:
    assert posterior is not None
    assert (posterior.mean, posterior.sd) == pytest.approx((mean, sd), abs=by * sd)


@pytest.mark.parametrize("spread", [SIGMA, None])
def test_biased_group_agrees_with_gaussian_algebra(spread: object) -> None:
    structure = Structure(TAU, Shift(BETA, spread))  # type: ignore[arg-type]
    pooled = synthesise(members(), structure).under(UNIT)
    sigmas, log_s = half_line(0.3, 30) if spread else (np.zeros(1), np.ones(1))
    taus, log_t = half_line(0.4, 40)
    parts, scales = [], []
    for tau, a in zip(taus, np.log(log_t), strict=True):
        for sigma, b in zip(sigmas, np.log(log_s), strict=True):
            mean, cov, log_p = gaussian(tau, sigma, 1.0, (0.0, 1.0), SHIFTED, np.zeros(5, dtype=bool))
            parts.append((log_p + a + b, mean, cov))
            scales.append((log_p + a + b, np.array([tau, sigma]), np.zeros((2, 2))))
    (mean, sd), (scale, scale_sd) = mixed(parts), mixed(scales)
    agrees(pooled.mu, mean[0], sd[0], 2e-5)
    agrees(pooled.beta, mean[1], sd[1], 2e-5)
    group_mean, group_sd = mixed([(w, m[:1] + m[1], _of_sum(c, 0, 1)) for w, m, c in parts])
    agrees(pooled.shifted, group_mean[0], group_sd[0], 2e-5)
    agrees(pooled.tau, scale[0], scale_sd[0], 2e-5)
    if spread:
        agrees(pooled.sigma, scale[1], scale_sd[1], 2e-5)
    else:
        assert pooled.sigma is None
    for i, effect in enumerate(pooled.effects):
        agrees(effect.effect, mean[2 + i], sd[2 + i], 4e-4)
        if SHIFTED[i]:
            estimated = [(w, m[2 + i : 3 + i] + m[7 + i], _of_sum(c, 2 + i, 7 + i)) for w, m, c in parts]
            both_mean, both_sd = mixed(estimated)
            agrees(effect.estimated, both_mean[0], both_sd[0], 2e-4)
    assert pooled.weights[-1].share == pytest.approx(pooled.mu.sd**2, abs=1e-6)


def _of_sum(cov: np.ndarray, i: int, j: int) -> np.ndarray:
    return np.array([[cov[i, i] + cov[j, j] + 2 * cov[i, j]]])


def test_biased_skewed_tables_agree_with_brute_force() -> None:
    curves = [
        normal_curve(-0.4, 0.2),
        normal_curve(0.1, 0.3),
        table_curve((7, 2), (24, 25)),
        table_curve((4, 1), (14, 12)),
    ]
    made = [Member(f"s{i}", curve, shifted=i >= 2) for i, curve in enumerate(curves)]
    prior = normal_prior(0.0, 0.6)
    pooled = synthesise(made, Structure(TAU, Shift(BETA, SIGMA))).under(prior)
    x = np.linspace(-22.0, 9.0, 1551)
    mu, m = np.linspace(-2.6, 2.2, 81), np.linspace(-4.0, 2.6, 81)
    likelihood = [np.exp(curve.log_likelihood(x)) for curve in curves]
    (taus, at), (sigmas, bs) = half_line(0.4, 18), half_line(0.3, 18)
    kernel = np.exp(prior.logpdf(mu)[:, None] + BETA.logpdf(m - mu[:, None]))
    z = np.linspace(-7, 7, 41)
    share = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()

    def blurred(i: int, at: np.ndarray, v: float) -> np.ndarray:
        if v < 0.05:
            return np.exp(curves[i].log_likelihood(at[:, None] + v * z)) @ share
        return np.exp(-0.5 * ((x - at[:, None]) / v) ** 2) @ likelihood[i] * (x[1] - x[0]) / (v * np.sqrt(2 * np.pi))

    joint = np.zeros((18, 18, len(mu), len(m)))
    for a, tau in enumerate(taus):
        free = blurred(0, mu, tau) * blurred(1, mu, tau)
        for b, sigma in enumerate(sigmas):
            v = float(np.hypot(tau, sigma))
            joint[a, b] = at[a] * bs[b] * free[:, None] * kernel * (blurred(2, m, v) * blurred(3, m, v))
    joint /= joint.sum()
    of_mu = joint.sum(axis=(0, 1, 3))
    assert pooled.mu.mean == pytest.approx(of_mu @ mu, abs=1e-5)
    assert pooled.beta is not None and pooled.tau is not None and pooled.sigma is not None
    assert pooled.beta.mean == pytest.approx(joint.sum(axis=(0, 1, 2)) @ m - of_mu @ mu, abs=1e-5)
    of_group = joint.sum(axis=(0, 1, 2))
    assert pooled.shifted is not None and pooled.shifted.mean == pytest.approx(of_group @ m, abs=1e-5)
    below = float(of_group[m < 0].sum() + of_group[np.isclose(m, 0)].sum() / 2)
    assert pooled.shifted.p_below(0) == pytest.approx(below, abs=2e-3)  # 81 points, none at 0
    assert pooled.tau.mean == pytest.approx(joint.sum(axis=(1, 2, 3)) @ taus, abs=1e-5)
    assert pooled.sigma.mean == pytest.approx(joint.sum(axis=(0, 2, 3)) @ sigmas, abs=1e-5)


def test_the_bias_free_effect_of_a_skewed_table_agrees_with_simulation() -> None:
    y, se, table = np.array([-0.4, 0.1]), np.array([0.2, 0.3]), table_curve((9, 1), (24, 25))
    made = [*normal_members(y, se), Member("t", table, shifted=True)]
    prior = normal_prior(0.0, 0.6)
    effect = synthesise(made, Structure(TAU, Shift(BETA, SIGMA))).under(prior).effects[2]
    rng, n = np.random.default_rng(11), 400_000
    mu, tau, sigma = rng.normal(0, 0.6, n), np.abs(rng.normal(0, 0.4, n)), np.abs(rng.normal(0, 0.3, n))
    theta = rng.normal(mu, tau)
    psi = theta + rng.normal(rng.normal(BETA.mean, BETA.sd, n), sigma)
    v = se**2 + tau[:, None] ** 2
    w = np.exp(table.quick(psi) - 0.5 * (np.log(v) + (mu[:, None] - y) ** 2 / v).sum(axis=1))
    w /= w.sum()
    for draws, posterior in ((theta, effect.effect), (psi, effect.estimated)):
        for p in (0.025, 0.5, 0.975):
            below = (draws < posterior.quantile(p)).astype(float)
            error = np.sqrt(w**2 @ (below - w @ below) ** 2)
            assert w @ below == pytest.approx(p, abs=4 * error)
        assert posterior.mean == pytest.approx(w @ draws, abs=4 * np.sqrt(w**2 @ (draws - w @ draws) ** 2))


def test_a_bias_of_nothing_is_no_bias() -> None:
    plain = synthesise(members(np.zeros(5, dtype=bool)), Structure(TAU)).under(UNIT)
    nothing = Shift(normal_prior(0.0, 1e-5), half_normal(1e-4))
    pooled = synthesise(members(), Structure(TAU, nothing)).under(UNIT)
    agrees(pooled.mu, plain.mu.mean, plain.mu.sd, 1e-4)
    assert plain.tau is not None
    agrees(pooled.tau, plain.tau.mean, plain.tau.sd, 1e-4)
    for one, other in zip(pooled.effects, plain.effects, strict=True):
        agrees(one.effect, other.effect.mean, other.effect.sd, 1e-3)
    shares = [weight.share for weight in pooled.weights]
    assert shares == pytest.approx([weight.share for weight in plain.weights], abs=2e-4)


def test_the_bias_free_effect_keeps_the_skewness_of_a_table() -> None:
    # without any bias to speak of it is the shrunken effect, which is computed another way, without cumulants
    made = [*normal_members([-0.4, 0.1], [0.2, 0.3]), Member("t", table_curve((9, 1), (24, 25)))]
    plain = synthesise(made, Structure(TAU)).under(UNIT).effects[2].effect
    nothing = Structure(TAU, Shift(normal_prior(0.0, 1e-4), half_normal(1e-3)))
    effect = synthesise([*made[:2], replace(made[2], shifted=True)], nothing).under(UNIT).effects[2].effect
    agrees(effect, plain.mean, plain.sd, 5e-4)
    assert effect.interval == pytest.approx(plain.interval, abs=4e-3 * plain.sd)


def test_sums_of_what_underflows() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(0, 1, (3, 20)), -0.5 * (np.arange(20) - np.array([[0.0], [5.0], [80.0], [900.0]])) ** 2
    a[1] -= 400 * np.arange(20)
    expected = np.array([[np.logaddexp.reduce(row + other) for other in b] for row in a])
    assert log_product(a, b) == pytest.approx(expected, rel=1e-12)


def test_a_vague_bias_takes_the_group_out() -> None:
    without = synthesise(members(np.zeros(5, dtype=bool))[:2], Structure(None)).under(UNIT)
    pooled = synthesise(members(), Structure(None, Shift(normal_prior(0.0, 100.0)))).under(UNIT)
    agrees(pooled.mu, without.mu.mean, without.mu.sd, 1e-4)


def test_a_known_bias_is_a_curve_moved() -> None:
    synthesis = synthesise(members(), Structure(TAU, Shift(BETA, SIGMA)))
    biases = [-0.6, 0.0, 0.3]
    path = bias_path(synthesis, biases, UNIT)
    for k, bias in enumerate(biases):
        moved = [
            replace(member, curve=member.curve.shifted(bias if member.shifted else 0.0), shifted=False)
            for member in members()
        ]
        mu = synthesise(moved, Structure(TAU)).under(UNIT).mu
        assert (path.p_below[k], path.median[k]) == pytest.approx((mu.p_below(0.0), mu.median), abs=1e-5)
        assert (path.lower[k], path.upper[k]) == pytest.approx(mu.interval, abs=1e-5)


def test_leaving_out_with_a_shift_is_a_refit() -> None:
    structure = Structure(TAU, Shift(BETA, SIGMA))
    for i, standing in enumerate(synthesise(members(), structure).leave_one_out(UNIT)):
        mu = synthesise(members()[:i] + members()[i + 1 :], structure).under(UNIT).mu
        assert (standing.median, standing.p_below) == pytest.approx((mu.median, mu.p_below(0.0)), abs=1e-5)


@pytest.mark.parametrize("shifted", [False, pytest.param(True, marks=pytest.mark.statistical)])
def test_unknown_discount_agrees_with_gaussian_algebra(shifted: bool) -> None:
    discounted = np.array([False, False, True, False, True])
    group = SHIFTED if shifted else np.zeros(5, dtype=bool)
    initial = normal_prior(0.1, 0.8)
    structure = Structure(TAU, Shift(BETA) if shifted else None, PowerPrior(2.0, 1.5, initial))
    pooled = synthesise(members(group, discounted), structure).under(UNIT)
    taus, at = half_line(0.4, 24)
    x, w = np.polynomial.legendre.leggauss(24)
    delta = 0.5 * (x + 1)
    parts, deltas = [], []
    for d, weight in zip(delta, w * delta * np.sqrt(1 - delta), strict=True):
        alone = [_group_only(tau, d, initial.mean, initial.sd, group, discounted) + np.log(a) for tau, a in zip(taus, at, strict=True)]  # fmt: skip
        log_c = np.logaddexp.reduce(alone)
        for tau, a in zip(taus, at, strict=True):
            mean, cov, log_p = gaussian(tau, 0.0, d, (0.0, 1.0), group, discounted)
            parts.append((log_p + np.log(a * weight) - log_c, mean, cov))
            deltas.append((parts[-1][0], np.array([d, tau]), np.zeros((2, 2))))
    (mean, sd), (scale, scale_sd) = mixed(parts), mixed(deltas)
    agrees(pooled.mu, mean[0], sd[0], 5e-5)
    agrees(pooled.delta, scale[0], scale_sd[0], 1e-4)
    agrees(pooled.tau, scale[1], scale_sd[1], 5e-5)
    if not shifted:
        for i, effect in enumerate(pooled.effects):
            agrees(effect.effect, mean[2 + i], sd[2 + i], 3e-4)
    if shifted:
        agrees(pooled.beta, mean[1], sd[1], 5e-5)
    assert pooled.weights[-1].share == pytest.approx(pooled.mu.sd**2, abs=1e-5)


def _group_only(tau: float, delta: float, mean: float, sd: float, shifted: np.ndarray, chosen: np.ndarray) -> float:
    """Log evidence of the discounted members alone under the initial prior of μ."""
    y, v = Y[chosen] - mean - BETA.mean * shifted[chosen], SE[chosen] ** 2 / delta
    cov = np.diag(v + tau**2) + sd**2 + BETA.sd**2 * np.outer(shifted[chosen], shifted[chosen])
    return float(
        -0.5 * y @ np.linalg.solve(cov, y) - 0.5 * np.linalg.slogdet(cov)[1] + 0.5 * np.log(v).sum()
    )  # fmt: skip


def test_a_discount_sure_to_be_nothing_leaves_the_group_out() -> None:
    discounted = np.array([False, False, True, False, True])
    made = members(np.zeros(5, dtype=bool), discounted)
    nothing = synthesise(made, Structure(TAU, None, PowerPrior(1.0, 1e7, UNIT))).under(UNIT)
    out = synthesise([m for m in made if not m.discounted], Structure(TAU)).under(UNIT)
    agrees(nothing.mu, out.mu.mean, out.mu.sd, 1e-4)
    whole = synthesise(made, Structure(TAU, None, PowerPrior(1e7, 1.0, UNIT))).under(UNIT)
    plain = synthesise(members(np.zeros(5, dtype=bool)), Structure(TAU)).under(UNIT)
    agrees(whole.mu, plain.mu.mean, plain.mu.sd, 1e-4)
    with pytest.raises(InvalidInput, match="unknown discount"):
        discount_path(synthesise(made, Structure(TAU, None, PowerPrior(1.0, 1.0, UNIT))), ["s2"], [0.5], UNIT)


def test_the_discount_does_not_hang_on_a_prior_put_on_afterwards_to_normalise() -> None:
    # one member, common effect: p(y | δ, μ) / c(δ) with the initial prior as prior of μ leaves δ as it was
    made = [Member("s", normal_curve(0.4, 0.3), discounted=True)]
    pooled = synthesise(made, Structure(None, None, PowerPrior(2.0, 3.0, UNIT))).under(UNIT)
    agrees(pooled.delta, 0.4, 0.2, 1e-5)


def test_robust_prior() -> None:
    made, wide = normal_members(Y[:4], SE[:4]), normal_prior(0.0, 1.5)
    found = robust_map(made, TAU, UNIT, weight=0.2, wide=wide, rationale="test")
    predictive = synthesise(made, Structure(TAU)).under(UNIT).predictive
    below = np.array([found.approximation.cdf(x) for x in predictive.theta])
    assert np.abs(below - predictive.cdf).max() == pytest.approx(found.cdf_error, abs=1e-9)
    assert found.cdf_error < 0.002
    assert found.prior.weights[-1] == pytest.approx(0.2)
    assert found.prior.means[-1] == 0.0 and found.prior.sds[-1] == 1.5
    taus, at = half_line(0.4, 80)
    v = SE[:4] ** 2 + taus[:, None] ** 2
    precision = (1 / v).sum(axis=1) + 1
    mean = (Y[:4] / v).sum(axis=1) / precision
    p = at * np.exp(-0.5 * (np.log(v) + Y[:4] ** 2 / v).sum(axis=1) + 0.5 * precision * mean**2) / np.sqrt(precision)
    p /= p.sum()
    assert predictive.mean == pytest.approx(p @ mean, abs=1e-5)
    for y, se in ((-0.5, 0.2), (1.5, 0.1), (-0.4, 0.02)):
        curve = normal_curve(y, se)
        exact = log_bayes_factor(found, curve)
        near = curve.apply(found.approximation).log_evidence - curve.apply(wide).log_evidence
        assert exact == pytest.approx(near, abs=0.02 if y < 0 else 0.5)
        spread = se**2 + taus**2 + 1 / precision
        by_hand = np.log(p @ (np.exp(-0.5 * (y - mean) ** 2 / spread) / np.sqrt(spread)))
        by_hand += 0.5 * y**2 / (se**2 + 1.5**2) + 0.5 * np.log(se**2 + 1.5**2)
        assert exact == pytest.approx(by_hand, abs=1e-4)
        weight = np.array([0.1, 0.5])
        odds = weight / (1 - weight) * np.exp(-exact)
        assert wide_after(found, curve, weight) == pytest.approx(odds / (1 + odds))
    with pytest.raises(InvalidInput, match="above 0"):
        robust_map(made, TAU, UNIT, weight=0.0, wide=wide, rationale="test")
