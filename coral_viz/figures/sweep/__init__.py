"""Sweeps: what a setting changes."""
