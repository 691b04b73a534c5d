"""Centres within one study: printed tables, or a sensitivity analysis of what is not printed."""
