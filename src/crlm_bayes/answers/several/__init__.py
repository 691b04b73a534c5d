"""Answers of several studies: how they are shown, what is assumed of them, and the same studies taken in other ways."""
