"""Results: the tidy table that every run writes, and what it says over seeds."""
