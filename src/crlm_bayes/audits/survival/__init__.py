"""Points of survival curves, medians and hazard ratios."""
