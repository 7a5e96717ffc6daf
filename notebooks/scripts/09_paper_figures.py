# %% [markdown]
# # Figures for a paper
#
# **A figure in a paper has a width that is not yours to choose, and a reader who cannot ask you anything. What has to
# be in it, and where does every number come from?**
#
# - **Questions.** How wide is a column, and how large is the type in it? What are n and the interval of a picture? How
#   do your own results get into the same set?
# - **Objectives.** Afterwards you can make the whole set for a venue by one command, trace a number in it back to the
#   runs, and put your own results in its place.
# - **You need** [03](03_train_methods.ipynb): bits kept and what a linear probe is. Some LaTeX helps.
# - **Time.** 10 minutes to read, 15 with its exercises. *Run → Run All Cells* takes under a minute.

# %%
import json
import re
import tempfile
import textwrap

import pandas as pd

from coral_viz import figures, style, teach
from coral_viz.figures.layout.display import show
from coral_viz.publishing import paper
from coral_viz.results import tables

# %% [markdown]
# ## 1. A venue is a width
#
# Papers are set in columns of a fixed width, in inches here. A one-column venue has one width, the others two: that of
# a column, and that of the page for figures that span both columns.

# %%
{venue: " and ".join(f"{inches:g}" for inches in widths) for venue, widths in style.WIDTHS.items()}

# %% [markdown]
# **Try it.** pdf files measure in points, 72 to the inch. How many points wide is a figure for one column of ICML?

# %%
points = None
teach.check(points, "column_in_points")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The table above has the inches.
# </details>
# <details><summary>Solution</summary>
#
# `points = 234`
# </details>

# %% jupyter={"source_hidden": true}
teach.predict(
    "A figure is drawn once for a column of ICML (3.25 inches) and once for NeurIPS (5.5 inches). What is the same?",
    ("the size of its type", "how wide a panel is", "the shape of the whole picture"),
    "the size of its type",
    "Readers need the same type size at any width, so the panels take what room is left, and the picture is redrawn.",
)

# %% [markdown]
# **See it.** The same table, drawn for two venues and shown at true size (at 96 dots to the inch). Neither is the other
# one scaled: the type is as large in both.

# %%
SCREEN = {"figure.dpi": 96}
table = tables.read("../data/results/xnor.parquet")
fused = table[table["method"].isin(["cross", "comm", "coral", "symile"])]
show(figures.bits_kept(fused, look=style.paper("icml") | SCREEN))

# %%
show(figures.bits_kept(fused, look=style.paper("neurips") | SCREEN))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# A line per method, and in both pictures the same dots: filled for the best [readout](glossary.md#readout), hollow
# for a linear one, a tick for every [seed](glossary.md#seed). In the wider picture the axis is longer and the small
# print has fewer lines; letters and dots have the same size. Colour is never alone: what it tells is told by place,
# shape or hatch, too.
# </details>

# %% [markdown]
# **Try it.** Somebody draws a figure 6.5 inches wide with type of 8 points, and the paper squeezes it into a column of
# 3.25 inches (`\includegraphics[width=\columnwidth]`). How large is the type in print, in points?

# %%
printed = None
teach.check(printed, "type_in_print")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Everything shrinks by the same factor.
# </details>
# <details><summary>Solution</summary>
#
# `printed = 4.0`
# </details>
#
# ## 2. Make the set
#
# One call draws all figures of a paper on this subject and writes tables beside them: in a terminal
# `python -m coral_viz figures --out out/paper --venue icml`, here for three names only.

# %%
chosen = ["bits_kept", "solver", "table_accuracy"]
made = paper.make(tempfile.mkdtemp(), venue="icml", data="../data", only=chosen)
pd.Series(
    {
        name: ", ".join(path.suffix[1:] for path in paths)
        for name, paths in (made.figures | made.tables).items()
    }
)

# %% [markdown]
# `pdf` goes into the paper, `svg` and `png` onto slides and web pages, `txt` is the caption, `tex` a table to set with
# `\usepackage{booktabs}`, `csv` the same to count with. Is the pdf what the venue wants? Its width must be 486 points
# (6.75 inches), and no font may be of Type 3, which submission systems reject.

# %%
pdf = made.figures["bits_kept"][0].read_bytes()
width = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", pdf)[1].decode()
asked = {"Type 3 fonts": b"/Type3", "pictures made of pixels": b"/Subtype /Image"}
print(f"{width} points wide", *(f"{name}: {mark in pdf}" for name, mark in asked.items()), sep="; ")

# %% [markdown]
# ## 3. Where do the numbers come from?
#
# **The caption.** What is shown, how it was measured, [n](glossary.md#seed), and what the
# [interval](glossary.md#interval) is: all but the first sentences is read from the table.

# %%
print(textwrap.fill(made.figures["bits_kept"][-1].read_text(encoding="utf-8"), 100))

# %% [markdown]
# **The manifest.** The tables that all is drawn from, each with its hash and the ids of the runs in it; an id is a hash
# of all settings of that run. Make the set twice and you get the same bytes: a figure that changed means that its data
# changed.

# %%
manifest = json.loads(made.manifest.read_text(encoding="utf-8"))
sources = {
    path: [said["sha256"][:12], len(said["run_ids"])] for path, said in manifest["sources"].items()
}
print(manifest["command"])
pd.DataFrame(sources.values(), index=sources, columns=["SHA-256 begins with", "runs"])

# %% [markdown]
# ## 4. Your own results
#
# `make tour` and `python -m coral_viz sweep GRID.toml` write a `results.parquet`. A tour's table takes the place of the
# main one; a sweep's gives a figure of all its cells and one for every number that it turns. In place of your own, here
# are two methods from the shipped table.

# %%
own = tables.read("../data/results/factors.parquet")
own = own[own["method"].isin(["comm", "coral"]) & (own["knob"] == "")]
mine = tempfile.mkdtemp()
tables.write(own, f"{mine}/results")
ours = paper.make(
    f"{mine}/paper",
    results=f"{mine}/results.parquet",
    data="../data",
    only=["bits_kept", "between_parts"],
)
print(textwrap.fill(ours.figures["bits_kept"][-1].read_text(encoding="utf-8"), 100))
show(figures.bits_kept(own, look=style.paper("icml", columns=2) | SCREEN))

# %% [markdown]
# **What is missing is said.** A figure whose table is not there, or whose table holds nothing of the kind, is named
# with the reason; nothing is drawn from thin air. With CoMM alone there is no shared part to look at:

# %%
tables.write(own[own["method"] == "comm"], f"{mine}/results")
alone = paper.make(
    f"{mine}/paper", results=f"{mine}/results.parquet", data="../data", only=["between_parts"]
)
print(alone.missing)

# %% [markdown]
# **Try it, with an open end.** Put your own `results.parquet` (or `out/tour/results.parquet`) into the call above,
# leave out `only`, and open the pdf files. Which of the figures would you put into the paper, and which into its
# appendix?
#
# ## 5. Is it a good figure? A checklist
#
# | ask | here |
# |:--|:--|
# | Is it drawn at its width, not scaled? | `style.paper(venue, columns)` |
# | Can the smallest type be read in print? | 6 points or more |
# | Does it say n, and what the interval is? | small print and caption |
# | Is every seed to be seen, or only a mean? | ticks or pale dots |
# | Is there a zero, a chance level or a truth to compare with? | upright and dotted lines |
# | Does it work without colour? | markers, hatches, direct labels |
# | Could a reader who cannot see it follow? | `alt` in the json |
# | Can you name the runs behind each dot? | `manifest.json` |
# | Would it come out the same tomorrow? | same bytes |
#
# ## Key points
#
# - Draw at the final width; never scale a figure.
# - A figure is a function of a table: keep the table, its hash and its runs with the picture.
# - No estimate without n and an interval; say what the interval is over.
# - One command makes the set, with captions, tables and a manifest; your own results go through the same one.
#
# **Glossary.** [Bits kept](glossary.md#bits-kept) · [interval](glossary.md#interval) ·
# [linear probe](glossary.md#linear-probe) · [readout](glossary.md#readout) · [seed](glossary.md#seed)
#
# **References.** Colours that stay apart for everybody: [Petroff, 2021](references.md#reading).
#
# **Next.** Back to the [overview of the workshop](README.md).
