"""Densities as values: families of effect priors, priors of spreads and of nuisance parameters."""
