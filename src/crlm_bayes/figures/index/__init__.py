"""Figures of all analyses side by side."""
