"""The summary of findings in words, in the manner of GRADE; the certainty is judged by its reader."""
