"""Single arms compared across studies."""
