"""Likelihoods: one file per statistical idea, each with its equation, PyMC builder and exact evidence curve."""
