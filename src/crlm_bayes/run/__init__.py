"""One analysis or many, from question to files: the only writer."""
