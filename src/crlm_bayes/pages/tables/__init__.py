"""Tables of a page, as values for the templates."""
