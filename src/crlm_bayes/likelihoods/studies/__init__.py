"""Several studies: how they are stacked in one model, and their exact synthesis."""
