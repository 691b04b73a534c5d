"""Paragraphs and references for a manuscript, made from a run."""
