"""Results: the tidy table that every run writes, and statistics over seeds."""
