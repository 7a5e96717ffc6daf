"""The figures and tables of a paper, made by one call, each from one table that ships or one of your own.

``make`` writes to a folder, for every figure, a pdf of the venue's exact width with embedded fonts, the same as svg and
png, a json of what it rests on and its caption as txt; for every table, LaTeX, CSV and caption; and ``manifest.json``,
which says for all of them the source, its hash and its runs, and what could not be made and why.
"""

from coral_viz.publishing.paper.made import Paper, make

__all__ = ["Paper", "make"]
