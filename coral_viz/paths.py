"""Where the data lie that ship: tables, pictures, trained methods, recordings, grids."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = PACKAGE / "data"

DATA = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent / "data"
"""In the package if it was installed from a wheel, beside it in a clone."""
