"""What a study document holds: printed numbers, and the tables of entries that they stand in."""
