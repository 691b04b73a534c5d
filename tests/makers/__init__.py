"""What tests are made from: invented studies, results, papers and syntheses, and how they are read."""
