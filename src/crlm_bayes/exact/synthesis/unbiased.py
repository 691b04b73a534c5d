r"""The effect of a study that is taken to be biased, with the bias taken out.

The study informs ψ = θ + b, b ~ N(β, σ²), θ ~ N(μ, τ²). Given μ, m = μ + β, τ, σ and the data of the study, with
v² = τ² + σ² and ℓ the blurred log likelihood of the study,

.. math:: E[\theta] = \mu + \tau^2 \, \partial_m \ell(m, v), \quad
          \mathrm{Var}[\theta] = \tau^2 + \tau^4 \, \partial_m^2 \ell(m, v), \quad
          \kappa_3[\theta] = \tau^6 \, \partial_m^3 \ell(m, v)

(Tweedie's formula, Robbins 1956). These cumulants are exact for any curve. The conditional distribution is given them
by two normals of one width, a normal alone for a normal curve, and mixed over the posterior of μ, m, τ and σ.
"""

import numpy as np

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.grids import Grid
from crlm_bayes.exact.synthesis.location import GroupLocation, others
from crlm_bayes.exact.synthesis.scatter import line_about, normalised

SIDE = 39

BINS = 401

WIDTHS = 48


def bias_free(
    i: int, location: GroupLocation, log_joint: Floats, mu_posterior: GridPosterior, beta_posterior: GridPosterior
) -> GridPosterior:
    """Posterior of θ_i for a shifted member.

    Parameters
    ----------
    i : int
        Place of the member.
    location : GroupLocation
        Of μ + β.
    log_joint : array, shape (K, T, Q)
        Log posterior probability of δ, τ and μ at their nodes.
    mu_posterior, beta_posterior : GridPosterior
        Of the pooled effect and of the shift.
    """
    engine = location.engine
    assert engine.structure.shift is not None, "a shifted member has a shift"
    prior = engine.structure.shift.mean
    mu, beta, log_weights = _pairs(location, mu_posterior, beta_posterior)
    m = mu + beta
    taus = _thinned(log_sum(log_sum(log_joint, axis=2), axis=0), len(engine.members))
    sigmas = _thinned(location.log_sigma, len(engine.group.who))
    tau, sigma = engine.tau.points[taus], engine.sigma.points[sigmas]
    to_v = engine.group.spreads.interpolation(np.hypot(tau[:, None], sigma).ravel())
    at_m = engine.group.line.interpolation(m).T
    slope = engine.group.line.differentiation(engine.group.line.points).T
    fixed = others(engine, location.log_layers, mu, location.prior)[:, taus] + prior.logpdf(beta) + log_weights
    sums = engine.group.sums(engine.everyone)
    log_masses, cumulants = [], []
    for k in range(len(sums)):
        table = engine.group.of(i, k)
        derivatives = [table @ slope, table @ slope @ slope, table @ slope @ slope @ slope]
        shape = (len(tau), len(sigma), len(m))
        log_group, *at_nodes = ((to_v @ (values @ at_m)).reshape(shape) for values in (sums[k], *derivatives))
        log_masses.append(log_group + fixed[k][:, None] + engine.sigma.log_weights[sigmas, None])
        tau2 = (tau**2)[:, None, None]
        cumulants.append((mu + tau2 * at_nodes[0], tau2 + tau2**2 * at_nodes[1], tau2**3 * at_nodes[2]))
    log_mass = np.array(log_masses)
    mass = np.exp(log_mass - log_mass.max()).ravel()
    kept = mass > 1e-8
    mean, variance, third = (np.array(each).ravel()[kept] for each in zip(*cumulants, strict=True))
    return _mixed(*_two_normals(mean, np.clip(variance, 0.0, None), third, mass[kept] / mass[kept].sum()))


def _two_normals(mean: Floats, variance: Floats, third: Floats, mass: Floats) -> tuple[Floats, Floats, Floats]:
    """Means, variances and masses of pairs of normals with these cumulants and no excess kurtosis.

    A distribution on two points with skewness √2 has the kurtosis of a normal; so has its sum with a normal.
    """
    if np.abs(third).max() < 1e-9 * variance.max() ** 1.5:  # a normal curve
        return mean, variance, mass
    share = np.minimum(np.cbrt(np.abs(third) / np.sqrt(2)) ** 2, 0.8 * variance)  # of the variance, on two points
    p = 0.5 * (1 - np.sqrt(1 / 3))
    side = np.sign(third) * np.sqrt(share)
    means = np.concatenate([mean + side * np.sqrt((1 - p) / p), mean - side * np.sqrt(p / (1 - p))])
    return means, np.tile(variance - share, 2), np.concatenate([p * mass, (1 - p) * mass])


def _thinned(log_mass: Floats, studies: int) -> Floats:
    """Places of every second or fourth of the nodes that matter, of all for many studies: the rule stays spectrally accurate (see STEP)."""
    stride = 4 if studies <= 12 else 2 if studies <= 50 else 1
    places = np.arange(0, len(log_mass), stride)
    return np.asarray(places[log_mass[places] > log_mass.max() - 30])


def _line(posterior: GridPosterior) -> Grid:
    """Nodes over all that matters of a posterior."""
    inside = posterior.theta[posterior.density > 1e-11 * posterior.density.max()]
    return Grid.over(posterior.median, 1.5 * posterior.sd, float(inside[0]), float(inside[-1]), SIDE)


def _pairs(
    location: GroupLocation, mu_posterior: GridPosterior, beta_posterior: GridPosterior
) -> tuple[Floats, Floats, Floats]:
    """Nodes of μ and β and log weights of their rule, in the two of μ, β and μ + β that the data know best.

    The third is then smooth on the scale of the nodes.
    """
    m = location.posterior
    lines = {
        "mu": (mu_posterior.sd, _line(mu_posterior)),
        "m": (m.sd, _line(m)),
        "beta": (beta_posterior.sd, _line(beta_posterior)),
    }
    widest = max(lines, key=lambda name: lines[name][0])
    (one, first), (two, second) = ((name, line) for name, (_, line) in lines.items() if name != widest)
    x, y = (part.ravel() for part in np.meshgrid(first.points, second.points, indexing="ij"))
    log_weights = (first.log_weights[:, None] + second.log_weights).ravel()
    found = {one: x, two: y}
    mu = found["mu"] if "mu" in found else found["m"] - found["beta"]
    beta = found["beta"] if "beta" in found else found["m"] - mu
    return mu, beta, log_weights


def _mixed(means: Floats, variances: Floats, mass: Floats) -> GridPosterior:
    """Mixture of very many normals, gathered by their means and widths; each is shared between its neighbours."""
    centre = float(mass @ means)
    sd = float(np.sqrt(mass @ (variances + (means - centre) ** 2)))
    bins = Grid.over(centre, 0.5 * sd, float(means.min()) - 1e-9 * sd, float(means.max()) + 1e-9 * sd, BINS)
    widths2 = np.maximum(variances, (1e-3 * sd) ** 2)
    ladder = np.geomspace(widths2.min(), widths2.max() * (1 + 1e-9), WIDTHS)
    a = np.minimum(((bins.position(means) - bins.knots[0]) / bins.step).astype(np.intp), BINS - 2)
    along = np.log(widths2 / ladder[0]) / np.log(ladder[1] / ladder[0])
    b = np.clip(along.astype(np.intp), 0, WIDTHS - 2)
    # shared so that mean and variance stay what they are
    to_a = np.clip((means - bins.points[a]) / (bins.points[a + 1] - bins.points[a]), 0.0, 1.0)
    to_b = np.clip((widths2 - ladder[b]) / (ladder[b + 1] - ladder[b]), 0.0, 1.0)
    gathered = np.zeros(BINS * WIDTHS)
    for da, share_a in ((0, 1 - to_a), (1, to_a)):
        for db, share_b in ((0, 1 - to_b), (1, to_b)):
            gathered += np.bincount((b + db) * BINS + a + da, weights=mass * share_a * share_b, minlength=BINS * WIDTHS)
    rows = gathered.reshape(WIDTHS, BINS)
    probability = rows.sum(axis=0)
    widest = float(np.sqrt(widths2[mass > 1e-12].max()))
    line = line_about(bins.points, probability, 8 * widest)
    density = np.zeros(len(line.points))
    z = line.points[:, None] - bins.points
    for width, row in zip(np.sqrt(ladder), rows, strict=True):
        widths = np.hypot(width, bins.spacing(bins.points))  # the gathered means are a step apart
        density += (np.exp(-0.5 * (z / widths) ** 2) / widths) @ row
    with np.errstate(divide="ignore"):
        return normalised(line, np.log(density), np.zeros_like, np.empty(0))
