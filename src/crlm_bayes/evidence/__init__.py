"""From print to arrays."""
