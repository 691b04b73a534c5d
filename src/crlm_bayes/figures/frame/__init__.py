"""What every figure shares: style, axes, labels."""
