"""Test statistics and p values, recomputed."""
