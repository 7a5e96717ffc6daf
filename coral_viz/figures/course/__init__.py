"""A single training: its losses, the results of probes over its steps, and maps of its embedding."""
