"""Training data: samples, masks, and the information of a task."""
