"""Many normal estimates before many normal priors at once: every search of a critical prior has a closed form here.

Everything is on the benefit scale: negative values favour the treatment. An estimate y with standard error σ has the
likelihood N(y; θ, σ²), a prior is N(m, s²), z = Φ⁻¹(0.5 + the interval's probability / 2); arrays broadcast. A number
that does not exist is NaN. What is said of any curve elsewhere (:mod:`crlm_bayes.scepticism.critical`,
:mod:`crlm_bayes.scepticism.tipping`) keeps its meaning here, the range that is searched included.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.exact.curve import FLAT, REACH
from crlm_bayes.rule import Z, survives
from crlm_bayes.scepticism.critical import FAR, SD_RANGE, normal_fail_safe_mean
from crlm_bayes.scepticism.normal_forms import advocacy_limit, matthews_sd
from crlm_bayes.scepticism.tipping import MOST_BIAS


class NormalPosterior(NamedTuple):
    """Posterior means and standard deviations."""

    mean: Floats
    sd: Floats

    def below(self, cut: Floats | float) -> Floats:
        """P(θ < cut)."""
        return np.asarray(scipy.special.ndtr((cut - self.mean) / self.sd))

    def above(self, cut: Floats | float) -> Floats:
        """P(θ > cut)."""
        return np.asarray(scipy.special.ndtr((self.mean - cut) / self.sd))


def each(f: Callable[..., float | None], *arrays: Floats) -> Floats:
    """Apply a function of numbers element by element; None becomes NaN."""
    with np.errstate(invalid="ignore"):  # a comparison with NaN is no fault
        return np.asarray(np.frompyfunc(f, len(arrays), 1)(*arrays), dtype=float)


def limits(y: Floats, se: Floats) -> tuple[Floats, Floats]:
    """95% limits of the estimates."""
    return y - Z * se, y + Z * se


def posterior(y: Floats, se: Floats, mean: Floats | float, sd: Floats | float) -> NormalPosterior:
    """Combine estimates and priors by their precisions."""
    precision = se**-2 + sd**-2
    return NormalPosterior((y / se**2 + mean / sd**2) / precision, precision**-0.5)


def has_estimate(y: Floats, se: Floats) -> NDArray[np.bool_]:
    """Whether the likelihood falls within the grid of ratios, as :func:`crlm_bayes.scepticism.normal_forms.estimate` asks.

    A standard error of 10 and more is no estimate, nor is one whose interval leaves the grid.
    """
    return np.asarray((se**-2 >= FLAT) & (np.abs(y) + Z * se <= REACH))


def log_density_of_no_effect(y: Floats, se: Floats) -> Floats:
    """Log N(y; 0, σ²): how probable the estimates are without an effect."""
    return np.asarray(-0.5 * (y / se) ** 2 - np.log(se) - LOG_SQRT_2PI)


def log_bf10(y: Floats, se: Floats, mean: Floats | float, sd: Floats | float) -> Floats:
    """Log Bayes factor of priors against no effect: log N(y; m, σ² + s²) - log N(y; 0, σ²)."""
    variance = se**2 + sd**2
    return np.asarray(0.5 * ((y / se) ** 2 - (y - mean) ** 2 / variance - np.log(variance / se**2)))


def critical_sds(y: Floats, se: Floats) -> Floats:
    """Sd of the N(0, s²) prior under which P(benefit) is at the threshold, that of Matthews' prior; NaN where it survives none.

    The lower end of :data:`crlm_bayes.scepticism.critical.SD_RANGE` where the claim survives every prior of that range.
    """
    found = np.maximum(each(matthews_sd, *limits(y, se)), SD_RANGE[0])
    return np.where(found <= SD_RANGE[1], found, np.nan)


def critical_advocacies(y: Floats, se: Floats) -> Floats:
    """Advocacy limits within the searched range; NaN where an advocate is not needed or not enough."""
    found = each(advocacy_limit, *limits(y, se))
    needed = np.isnan(critical_sds(y, se)) & (found <= -2 * SD_RANGE[0]) & (found >= -2 * FAR)
    return np.where(needed, found, np.nan)


def fail_safe_means(y: Floats, se: Floats, sd: Floats | float) -> Floats:
    """Mean of the N(m, s²) prior at which the benefit no longer survives, as in :mod:`crlm_bayes.scepticism.critical`."""
    found = np.minimum(normal_fail_safe_mean(y, se, sd), FAR)
    return np.where(found >= -FAR, found, np.nan)


def bias_limits(y: Floats, se: Floats, mean: Floats | float, sd: Floats | float) -> Floats:
    """Overstatement b at which a benefit that survives is lost: b = -y - σ² (m/s² + z √(1/σ² + 1/s²)).

    Infinite where a factor of a hundred does not suffice. For claims that survive as they stand.
    """
    found = -y - se**2 * (mean / sd**2 + Z * np.sqrt(se**-2 + sd**-2))
    return np.where(found <= MOST_BIAS, np.maximum(found, 0.0), np.inf)


def discount_limits(y: Floats, se: Floats, mean: Floats | float, sd: Floats | float) -> Floats:
    """Share of the evidence 1 - k at which a benefit that survives is lost; 1 where the prior alone says as much.

    With k of the evidence the claim is at the threshold where (a k + c)² = z² (b k + e), a = -y/σ², b = 1/σ²,
    c = -m/s², e = 1/s²: the greater root is the first that is met on the way from k = 1 down. For claims that survive
    as they stand.
    """
    a, b, c, e = np.broadcast_arrays(-y / se**2, se**-2, -mean / sd**2, sd**-2)
    # a² k² - 2 h k + q = 0; the two ways of writing a root lose no digits, whichever is near 0
    half, rest = 0.5 * Z**2 * b - a * c, c**2 - Z**2 * e
    with np.errstate(invalid="ignore", divide="ignore"):
        far = half + np.copysign(np.sqrt(half**2 - a**2 * rest), half)
        kept = np.fmax(far / a**2, rest / far)
    prior_alone = survives(scipy.special.ndtr(-mean / sd))
    return np.where((kept >= 0) & (kept <= 1), 1 - kept, np.where(prior_alone, 1.0, 0.0))
