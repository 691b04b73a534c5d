"""Pages, and the only writer of the output folder."""
