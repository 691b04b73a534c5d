"""What the tests hold the program to and the program itself has no use for: other ways to the same numbers."""
