"""One folder that tells what was run and what came of it: a page to read, its pictures, and the table behind them."""

from coral_viz.publishing.report.folder import write

__all__ = ["write"]
