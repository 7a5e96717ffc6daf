"""Sweeps: the effect of hyperparameters and settings."""
