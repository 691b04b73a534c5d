"""NUTS: the only sampler, its settings, and the gate that its draws must pass."""
