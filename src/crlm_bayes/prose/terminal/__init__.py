"""What the terminal alone says."""
