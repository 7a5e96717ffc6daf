"""The report: a folder with a page to read, its figures, and their tables."""

from coral_viz.publishing.report.folder import write

__all__ = ["write"]
