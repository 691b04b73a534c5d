"""Sentences about several studies taken together."""
