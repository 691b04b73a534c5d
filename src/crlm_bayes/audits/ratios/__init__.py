"""Ratios, their limits, coefficients and directions."""
