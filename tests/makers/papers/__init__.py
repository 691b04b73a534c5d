"""Papers simulated so that they add up, and altered so that they do not."""
