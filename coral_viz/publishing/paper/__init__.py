"""The figures and tables of a paper, made by one call, each from one table that ships or one of your own.

``make`` writes to a folder: for every figure, a pdf of the venue's exact width with embedded fonts, the same as svg and
png, a json with its data's hash, and its caption as txt; for every table, LaTeX, CSV and caption; and
``manifest.json``, which names the source of each, its hash and its runs, and says why others could not be made.
"""

from coral_viz.publishing.paper.made import Paper, make

__all__ = ["Paper", "make"]
