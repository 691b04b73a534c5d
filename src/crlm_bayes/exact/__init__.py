"""One effect without a sampler: evidence curves, their posteriors, and exact synthesis."""
