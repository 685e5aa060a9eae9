"""What a dataset of futures says: what decides, when the plan fails, what holds in all."""
