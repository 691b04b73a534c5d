"""Bayesian reanalysis of published clinical trials: does the published benefit survive a sceptic?"""

__version__ = "0.1.0"
