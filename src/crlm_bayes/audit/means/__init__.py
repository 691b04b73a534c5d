"""Means and standard deviations."""
