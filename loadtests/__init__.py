"""Load on a merchant, and the reckoning afterwards: what was paid must add up."""
