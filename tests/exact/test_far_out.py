"""Curves of a synthesis against brute force, out to ratios of exp(24): far from the data nothing may look likely."""

import numpy as np
import pytest
from scipy.special import logsumexp

from crlm_bayes.arrays import Floats
from crlm_bayes.exact.curve import REACH, EvidenceCurve
from crlm_bayes.exact.synthesis.members import Member, PowerPrior, Shift, Structure
from crlm_bayes.exact.synthesis.synthesis import Synthesis, synthesise
from crlm_bayes.likelihoods.arm_level.blur import Side
from crlm_bayes.likelihoods.arm_level.integrals import ArmIntegrals
from exact.test_synthesis import BLOCKERS
from makers.synthetic_members import half_normal, normal_members, normal_prior, table_curve
from oracles import scattered_tables
from oracles.scattered_tables import Table, spreads

MU = np.array([-24, -16, -8, -3, -1, -0.4, 0, 0.4, 1, 3, 8, 16, 24])
SIX: list[Table] = [
    (3, 39, 3, 38), (0, 20, 5, 25), (0, 20, 0, 25), (20, 20, 22, 25), (14, 116, 7, 114), (5, 12, 3, 11),
]  # fmt: skip
TABLES: dict[str, list[Table]] = {
    "one": [(9, 60, 4, 58)],
    "no events in one arm": [(0, 20, 5, 25)],
    "separated": [(0, 20, 20, 20), (4, 20, 5, 25)],
    "all or none": [(20, 20, 25, 25), (3, 20, 0, 25), (10, 40, 8, 45)],
    "sixty": SIX * 10,
}
ARMS = {
    "three": ((False, 30.0, 60.0), (False, 7.0, 20.0), (True, 11.0, 14.0)),
    "all or none": ((False, 0.0, 12.0), (True, 9.0, 9.0), (True, 0.0, 3.0)),
    "thirty-two": ((False, 3.0, 20.0), (True, 0.0, 15.0), (False, 5.0, 40.0), (True, 8.0, 33.0)) * 8,
}


def of_tables(tables: list[Table], s: float, tau: float | None = 0.5) -> Synthesis:
    """Synthesis of tables; the middle of the arms has prior N(0, s²)."""
    members = [
        Member(f"t{i}", table_curve((rc, rt), (nc, nt), alpha_sd=s)) for i, (rc, nc, rt, nt) in enumerate(tables)
    ]
    return synthesise(members, Structure(half_normal(tau) if tau else None))


def holds(curve: EvidenceCurve, exact: Floats, most: float = 0.01, within: float = 2e-3) -> None:
    """A curve is right to 2e-6 near its top, to 1 in 500 of its depth below, and only falls from its mode on.

    Parameters
    ----------
    exact : array, at MU
    most : float
        How far it may lie above from a depth of 60 on, as a share of it; with 0 it may fall as it likes there.
    within : float
        How far off it may be between a depth of 10 and one of 60, as a share of it.
    """
    best = int(exact.argmax())
    depth = exact[best] - exact
    gap = curve.log_likelihood(MU) - curve.log_likelihood(MU[best]) + depth
    assert np.abs(gap)[depth < 4].max() < 2e-6
    assert np.abs(gap)[depth < 10].max() < 5e-5
    assert (np.abs(gap) <= within * depth)[(depth >= 10) & (depth < 60)].all()
    assert (gap <= most * depth)[depth >= 60].all()
    assert (gap >= -0.01 * depth)[(depth >= 60) & (most > 0)].all()
    falls = np.diff(curve.log_likelihood(np.linspace(-REACH, REACH, 4801)))
    assert len(np.flatnonzero(np.diff(np.sign(falls[np.abs(falls) > 1e-9])))) <= 1


@pytest.mark.parametrize(("s", "mean"), [(1.5, -0.247256), (3.0, -0.248757), (10.0, -0.249235)])
def test_many_sharp_tables_have_no_second_mode(s: float, mean: float) -> None:
    """Means by :func:`oracles.scattered_tables.pooled`."""
    pooled = of_tables(BLOCKERS, s).under(normal_prior(0, 4))
    assert pooled.mu.mean == pytest.approx(mean, abs=2e-6)


def test_many_sharp_tables_far_out() -> None:
    s, mu = 3.0, np.array([-21.5, -3.0, -0.4, -0.25, 24.0])
    curve, exact = of_tables(BLOCKERS, s).curve, scattered_tables.pooled(BLOCKERS, s, 0.5, mu)
    depth = exact.max() - exact
    assert depth[0] == pytest.approx(256.3, abs=0.1)
    gap = curve.log_likelihood(mu) - curve.log_likelihood(mu[exact.argmax()]) + depth
    assert np.abs(gap)[depth < 10].max() < 1e-6
    assert (np.abs(gap) <= 0.01 * depth).all()


LESS_OFTEN = [pytest.param(s, marks=pytest.mark.statistical) for s in (0.5, 20.0)]


@pytest.mark.parametrize("s", [3.0, *LESS_OFTEN])
@pytest.mark.parametrize("name", TABLES)
def test_tables_that_scatter(name: str, s: float) -> None:
    holds(of_tables(TABLES[name], s).curve, scattered_tables.pooled(TABLES[name], s, 0.5, MU))


@pytest.mark.parametrize("s", [3.0, *LESS_OFTEN])
def test_a_common_effect_of_tables(s: float) -> None:
    each, count = np.array(SIX), 10
    exact = np.array([count * sum(scattered_tables.table(tuple(e), s, m, 1e-5) for e in each) for m in MU])
    holds(of_tables(TABLES["sixty"], s, None).curve, exact)


@pytest.mark.parametrize("s", [0.5, 3.0, 20.0])
def test_every_blurred_table(s: float) -> None:
    """What is tabulated of each study, at whatever mean and spread: relative to the depth, not to the top."""
    tables = [*SIX, BLOCKERS[9]]
    engine = of_tables(tables, s).engine
    block, rng = engine.free, np.random.default_rng(1)
    nearly_none = [scattered_tables.table(counts, s, 0.0, 1e-5) for counts in tables]
    at_none = np.array([member.curve.log_likelihood(0.0) for member in engine.members])
    for c, m in zip(rng.integers(1, block.spreads.size, 60), rng.integers(0, len(block.line.knots), 60), strict=True):
        mu, tau = float(block.line.points[m]), float(block.spreads.points[c])
        exact = np.array([scattered_tables.table(counts, s, mu, tau) for counts in tables]) - nearly_none
        assert block.table[c, m] - at_none == pytest.approx(exact, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("s", [3.0, LESS_OFTEN[0]])
@pytest.mark.parametrize("name", ARMS)
def test_arms_that_scatter(name: str, s: float) -> None:
    """Below 60 the spread ends too early: there the curve may only be too low."""
    sides = (
        Side(*np.array([(r, n) for is_treated, r, n in ARMS[name] if is_treated is side]).T) for side in (False, True)
    )
    integrals = ArmIntegrals(*sides, normal_prior(0, s), half_normal(0.5), REACH)
    exact = scattered_tables.arms_apart(ARMS[name], s, 0.5, MU)
    holds(EvidenceCurve.tabulate(integrals.log_likelihood), exact, most=0.0)


# normal studies: closed forms given the spreads


def gaussian(y: Floats, se: Floats, shifted: Floats, shift: tuple[float, float], sigma: float, tau: float) -> Floats:
    """Log likelihood of μ where τ ~ HN(tau) and the shifted are moved by β ~ N(shift), and scatter by σ ~ HN(sigma)."""
    taus, log_t = spreads(tau, 30.0)
    sigmas, log_s = spreads(sigma, 8 * sigma)
    v = se**2 + taus[:, None, None] ** 2 + sigmas[:, None] ** 2 * shifted
    found = []
    for mu in MU:
        miss = y - mu - shift[0] * shifted
        information, pull = (shifted / v).sum(axis=-1), (shifted * miss / v).sum(axis=-1)
        inflated = 1 + shift[1] ** 2 * information
        fit = (miss**2 / v).sum(axis=-1) - shift[1] ** 2 * pull**2 / inflated
        log_p = -0.5 * (fit + np.log(v).sum(axis=-1) + np.log(inflated)) + log_t[:, None] + log_s
        found.append(float(logsumexp(log_p)))
    return np.array(found)


@pytest.mark.parametrize(("studies", "share"), [(1, 1.0), (4, 0.5), (30, 0.3)])
@pytest.mark.parametrize(("shift", "sigma"), [((-0.1, 0.05), 0.1), ((0.0, 0.5), 0.3)])
def test_biased_studies(studies: int, share: float, shift: tuple[float, float], sigma: float) -> None:
    rng = np.random.default_rng(studies)
    y, se = rng.normal(-0.3, 0.3, studies), np.exp(rng.normal(-1.6, 0.6, studies))
    shifted = np.arange(studies) < share * studies
    members = [
        Member(member.name, member.curve, shifted=bool(moved))
        for member, moved in zip(normal_members(y, se), shifted, strict=True)
    ]
    structure = Structure(half_normal(0.5), Shift(normal_prior(*shift), half_normal(sigma)))
    holds(synthesise(members, structure).curve, gaussian(y, se, shifted, shift, sigma, 0.5))


def test_a_difference_between_groups() -> None:
    y, se, moved = np.array([-0.4, 0.2, -0.1, -0.6]), np.array([0.2, 0.05, 0.3, 0.15]), np.array([0, 1, 1, 0]) > 0
    members = [Member(m.name, m.curve, shifted=bool(x)) for m, x in zip(normal_members(y, se), moved, strict=True)]
    curve = synthesise(members, Structure(half_normal(0.5), Shift(normal_prior(0.0, 0.3)))).curve
    holds(curve, gaussian(y, se, moved, (0.0, 0.3), 1e-9, 0.5))


def test_an_unknown_discount() -> None:
    y, se, learnt = np.array([-0.4, 0.2, -0.1]), np.array([0.2, 0.05, 0.3]), np.array([0, 1, 1]) > 0
    members = [Member(m.name, m.curve, discounted=bool(x)) for m, x in zip(normal_members(y, se), learnt, strict=True)]
    initial = normal_prior(0.0, 1.0)
    curve = synthesise(members, Structure(half_normal(0.5), None, PowerPrior(2.0, 3.0, initial))).curve
    x, w = np.polynomial.legendre.leggauss(200)
    deltas, (taus, log_t) = (x + 1) / 2, spreads(0.5, 30.0)
    layers = []
    for delta, weight in zip(deltas, w * deltas * (1 - deltas) ** 2, strict=True):
        # L^δ is a normal curve of variance se²/δ, and 1 at its maximum
        s2 = se**2 / np.where(learnt, delta, 1.0)
        v = s2 + taus[:, None] ** 2
        each = -0.5 * ((y - MU[:, None, None]) ** 2 / v + np.log(v / s2))
        alone = [
            logsumexp(-0.5 * (y[learnt] @ np.linalg.solve(cov, y[learnt]) + np.linalg.slogdet(cov)[1]) + a)
            for cov, a in ((np.diag(row[learnt]) + initial.sd**2, a) for row, a in zip(v, log_t, strict=True))
        ]
        normaliser = logsumexp(alone) + 0.5 * np.log(s2[learnt]).sum()
        layers.append(logsumexp(each.sum(axis=-1) + log_t, axis=1) + np.log(weight) - normaliser)
    # far out everything lies with the last of the 24 nodes of δ
    holds(curve, logsumexp(layers, axis=0), within=4e-3)


@pytest.mark.parametrize(("studies", "apart", "tau"), [(10, 3.0, 0.1), (20, 1.0, 0.05)])
def test_studies_that_contradict_each_other_and_the_prior_of_their_spread(
    studies: int, apart: float, tau: float
) -> None:
    """The spread that is needed lies far beyond its prior's last quantiles."""
    y, se = np.where(np.arange(studies) % 2, apart, -apart) + 0.3, np.full(studies, 0.1)
    pooled = synthesise(normal_members(y, se), Structure(half_normal(tau))).under(normal_prior(0, 1))
    t = np.exp(np.linspace(-7, 3, 2001))
    v = se**2 + t[:, None] ** 2
    precision = (1 / v).sum(axis=1) + 1
    mean = (y / v).sum(axis=1) / precision
    log_p = -0.5 * (np.log(v) + y**2 / v).sum(axis=1) + 0.5 * (precision * mean**2 - np.log(precision))
    log_p += -0.5 * (t / tau) ** 2 + np.log(t)
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    sd = np.sqrt(p @ (1 / precision + mean**2) - (p @ mean) ** 2)
    assert (pooled.mu.mean, pooled.mu.sd) == pytest.approx((p @ mean, sd), abs=1e-6)
    assert pooled.tau is not None and pooled.tau.mean == pytest.approx(p @ t, abs=1e-6)
