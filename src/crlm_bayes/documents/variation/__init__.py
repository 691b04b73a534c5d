"""Documents that hold several analyses: variants, and the choices of a multiverse."""
