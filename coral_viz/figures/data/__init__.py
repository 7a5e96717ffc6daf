"""What methods are trained on: samples, masks, and the information that a task holds."""
