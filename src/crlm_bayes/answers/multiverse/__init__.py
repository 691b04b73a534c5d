"""The multiverse of a document: every combination of its declared choices, answered exactly."""
