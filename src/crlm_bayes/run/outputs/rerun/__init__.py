"""What a bundle holds beside results and documents: how to make them again, and what compares the two."""
