"""Sentences about the answers that stand beside the answer."""
