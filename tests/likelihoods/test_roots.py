"""Intercepts of mixtures of centres: by NumPy, compiled, and their gradients, against a root finder of SciPy's."""

import math

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from crlm_bayes.likelihoods.centres.roots import MixtureRoot, solve

CASES = {
    "alike": (np.array([[0.1, 0.1, 0.1]]), np.array([[10.0, 20.0, 3.0]]), np.array([0.4])),
    "two arms": (np.array([[-0.3, 0.2, 0.9], [0.4, -1.0, 0.1]]), np.array([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]]), np.array([-2.0, 0.7])),
    "orders of magnitude": (np.array([[-9.0, 0.0, 7.0]]), np.array([[0.5, 0.3, 0.2]]), np.array([0.1])),
    "nearly nobody": (np.array([[-2.0, 0.5, 1.0]]), np.array([[0.5, 0.3, 0.2]]), np.array([-11.0])),
    "nearly all": (np.array([[-2.0, 0.5, 1.0]]), np.array([[0.5, 0.3, 0.2]]), np.array([2.5])),
}  # fmt: skip


def outcome(hazards: bool, x: float, offsets: np.ndarray, weights: np.ndarray) -> float:
    """Log odds, or log cumulative hazard, of one arm."""
    if hazards:
        return math.log(-math.log1p((weights * np.expm1(-np.exp(x + offsets))).sum()))
    return math.log((weights * expit(x + offsets)).sum() / (weights * expit(-x - offsets)).sum())


@pytest.mark.parametrize("hazards", [False, True], ids=["odds", "hazards"])
@pytest.mark.parametrize("case", CASES)
def test_root_is_that_of_a_root_finder(case: str, hazards: bool) -> None:
    offsets, weights, wanted = CASES[case]
    weights = weights / weights.sum(axis=1, keepdims=True)
    found = solve(hazards, offsets, weights, wanted)
    for arm in range(len(wanted)):
        low, high = wanted[arm] - offsets[arm].max() - 1e-9, wanted[arm] - offsets[arm].min() + 1e-9
        expected = brentq(
            lambda x, arm=arm: outcome(hazards, x, offsets[arm], weights[arm]) - wanted[arm], low, high, xtol=1e-14
        )
        assert found[arm] == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_draws_are_solved_at_once() -> None:
    """What differs between draws is broadcast against what does not."""
    offsets, weights, wanted = CASES["two arms"]
    draws = offsets + np.linspace(-1, 1, 6).reshape(2, 3, 1, 1)
    found = solve(True, draws, weights, wanted)
    assert found.shape == (2, 3, 2)
    np.testing.assert_allclose(found[1, 2], solve(True, draws[1, 2], weights, wanted), rtol=1e-13)


@pytest.mark.parametrize("hazards", [False, True], ids=["odds", "hazards"])
def test_compiled_root_and_its_gradient(hazards: bool) -> None:
    """The root itself to the digits of NumPy's; its gradient against differences, all three inputs moved at once."""
    offsets, weights, wanted = pt.matrix("offsets"), pt.matrix("weights"), pt.vector("wanted")
    root = MixtureRoot(hazards)(offsets, weights, wanted)
    out = [root, *pt.grad((root * np.array([1.0, -0.4])).sum(), [offsets, weights, wanted])]
    with pytensor.config.change_flags(numba__cache=False):
        compiled = pytensor.function([offsets, weights, wanted], out, mode="NUMBA")
    values = CASES["two arms"]
    x, *gradient = compiled(*values)
    np.testing.assert_allclose(x, solve(hazards, *values), rtol=1e-12)
    rng = np.random.default_rng(1)
    towards = [rng.standard_normal(value.shape) for value in values]
    up, down = (solve(hazards, *(v + s * t for v, t in zip(values, towards, strict=True))) for s in (1e-6, -1e-6))
    expected = ((up - down) / 2e-6 * np.array([1.0, -0.4])).sum()
    along = sum(float((g * t).sum()) for g, t in zip(gradient, towards, strict=True))
    assert along == pytest.approx(expected, rel=1e-7)
