"""Integrals of concave logarithms against densities that are known to integrate to one."""

import numpy as np
import pytest
from scipy import special, stats

from crlm_bayes.exact.quadrature import log_integral_concave


@pytest.mark.parametrize("centre", [-30.0, 0.0, 12.3])
@pytest.mark.parametrize("sd", [0.001, 0.3, 5.0])
def test_concave_integral_of_a_normal_density_is_one(centre: float, sd: float) -> None:
    found = log_integral_concave(lambda x: stats.norm.logpdf(x, centre, sd), -80, 80, ())
    assert float(found) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("a", [0.2, 1.0, 40.0])
def test_concave_integral_of_a_gamma_density_of_the_logarithm_is_one(a: float) -> None:
    found = log_integral_concave(lambda x: a * x - np.exp(x) - special.gammaln(a), -250, 30, ())
    assert float(found) == pytest.approx(0.0, abs=1e-9)


def test_concave_integrals_of_a_family_are_those_of_its_members() -> None:
    shift = np.linspace(-3, 3, 7)
    found = log_integral_concave(lambda x: stats.logistic.logpdf(x, shift[:, None], 0.7) + np.log(5), -60, 60, (7,))
    np.testing.assert_allclose(found, np.log(5), atol=1e-9)
