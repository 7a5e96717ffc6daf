"""Parts of figures: canvas and sheet, panels, strips, marks, text, and saving."""
