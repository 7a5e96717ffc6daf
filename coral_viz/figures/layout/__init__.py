"""What pictures are made of: canvas and sheet, panels, strips, marks, measured lettering, and how they are stored."""
