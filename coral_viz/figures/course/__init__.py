"""One training looked into: its losses, what probes read along the way, and maps of its embedding."""
