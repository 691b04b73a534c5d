"""Answers that stand beside the answer: of a study allowing for its bias, of each group of studies."""
