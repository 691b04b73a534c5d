"""Figures of one analysis."""
