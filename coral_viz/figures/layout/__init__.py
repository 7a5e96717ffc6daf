"""Parts of figures: canvas and sheet, panels, strips, marks, measured lettering, and saving."""
