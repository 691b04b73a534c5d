"""How things are written: numbers and nouns; no study and no analysis is known here."""
