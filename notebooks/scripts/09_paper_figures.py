# %% [markdown]
# # Figures for a paper
#
# **A venue sets the width of a figure, and readers cannot ask you questions. What must the figure contain, and where
# does every number come from?**
#
# - **Questions.** How wide is a column, and how large is its type? What are n and the interval of a figure? How do you
#   draw the same figures from your own results?
# - **Objectives.** Afterwards you can make all figures for a venue with one command, trace a number back to its runs,
#   and draw the figures from your own results.
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
# ## 1. A venue sets the width
#
# Every venue has fixed column widths, here in inches. A one-column venue has one width. The others have two: the width
# of a column, and the width of the page for figures that span both columns.

# %%
{venue: " and ".join(f"{inches:g}" for inches in widths) for venue, widths in style.WIDTHS.items()}

# %% [markdown]
# **Try it.** A pdf measures lengths in points, and an inch has 72 points. How many points wide is a figure for one
# column of ICML?

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

# %%
SCREEN = {"figure.dpi": 96}
table = tables.read("../data/results/xnor.parquet")
fused = table[table["method"].isin(["cross", "comm", "coral", "symile"])]
drawn = [
    show(figures.bits_kept(fused, look=style.paper(venue) | SCREEN))
    for venue in ("icml", "neurips")
]

# %% jupyter={"source_hidden": true}
teach.predict(
    "A figure is drawn once for a column of ICML (3.25 inches) and once for NeurIPS (5.5 inches). What is the same?",
    ("the size of its type", "how wide a panel is", "the shape of the whole picture"),
    "the size of its type",
    "Readers need the same type size at any width. So the figure is drawn again, and the panels fill the space left.",
    replies={
        "how wide a panel is": "The type keeps its size, so a wider figure has more room for its panels.",
        "the shape of the whole picture": "That would be so if one were a scaled copy of the other.",
    },
    shows=drawn,
)

# %% [markdown]
# **See it.** The answer shows the same table, drawn for two venues and at its true size (at 96 dots per inch). The type
# has the same size in both, because neither figure is a scaled copy of the other.
#
# <details><summary><b>What you should have seen</b></summary>
#
# Both figures have a row per method and the same marks: a filled dot for the best [readout](glossary.md#readout), a
# hollow dot for a linear readout, and a tick for every [seed](glossary.md#seed). The wider figure has a longer axis and
# fewer lines of notes. Letters and dots have the same size. Colour is never the only cue: position, shape or hatching
# says the same.
# </details>

# %% [markdown]
# **Try it.** A figure is drawn 6.5 inches wide with 8-point type. The paper scales it to a column of 3.25 inches
# (`\includegraphics[width=\columnwidth]`). How large is the type in print, in points?

# %%
printed = None
teach.check(printed, "type_in_print")

# %% [markdown]
# <details><summary>Hint</summary>
#
# All lengths shrink by the same factor.
# </details>
# <details><summary>Solution</summary>
#
# `printed = 4.0`
# </details>
#
# ## 2. Draw all figures
#
# One call draws all figures of a paper on this subject and writes its tables. In a terminal it is
# `python -m coral_viz figures --out out/paper --venue icml`. Here we draw two figures and one table.

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
# `pdf` is for the paper, `svg` and `png` for slides and web pages, and `txt` is the caption. `tex` is a table for LaTeX
# (with `\usepackage{booktabs}`), and `csv` holds the same numbers. Does the pdf meet the venue's rules? It must be 486
# points (6.75 inches) wide, and it must not contain Type 3 fonts, which submission systems reject.

# %%
pdf = made.figures["bits_kept"][0].read_bytes()
width = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", pdf)[1].decode()
asked = {"Type 3 fonts": b"/Type3", "pictures made of pixels": b"/Subtype /Image"}
print(f"{width} points wide", *(f"{name}: {mark in pdf}" for name, mark in asked.items()), sep="; ")

# %% [markdown]
# ## 3. Where do the numbers come from?
#
# **The caption** says what is shown, how it was measured, the number n of [seeds](glossary.md#seed), and what the
# [interval](glossary.md#interval) is. All but the first sentences are generated from the table.

# %%
print(textwrap.fill(made.figures["bits_kept"][-1].read_text(encoding="utf-8"), 100))

# %% [markdown]
# **The manifest** lists the source tables with their hashes and the ids of their runs. An id is a hash of all settings
# of a run. The same data give the same bytes on one machine, so a figure that changes means that its data have changed.

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
# `make tour` and `python -m coral_viz sweep GRID.toml` write a `results.parquet`. The table of a tour replaces the main
# table. The table of a sweep gives one figure of all its configurations, and one figure for every numeric setting that
# varies. As an example, we take two methods from the shipped table.

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
# **Missing figures are reported.** A figure that cannot be drawn from the given tables is listed with the reason. CoMM
# alone, for example, has no shared part:

# %%
tables.write(own[own["method"] == "comm"], f"{mine}/results")
alone = paper.make(
    f"{mine}/paper", results=f"{mine}/results.parquet", data="../data", only=["between_parts"]
)
print(alone.missing)

# %% [markdown]
# **Try it, with an open end.** Put your own `results.parquet` (or `out/tour/results.parquet`) into the call above,
# leave out `only`, and open the pdf files. Which figures would you put into the paper, and which into its appendix?
#
# ## 5. Is it a good figure? A checklist
#
# | question | answer in this package |
# |:--|:--|
# | Is it drawn at its final width? | `style.paper(venue, columns)` |
# | Is the smallest type legible in print? | 6 points or more |
# | Does it state n and the kind of interval? | notes and caption |
# | Does it show every seed? | ticks or pale dots |
# | Does it show a zero, a chance level or the truth? | vertical and dotted lines |
# | Does it work without colour? | markers, hatching, direct labels |
# | Does it have alternative text? | `alt` in the json |
# | Can you name the runs behind each dot? | `manifest.json` |
# | Is it reproducible? | same data, same bytes |
#
# ## 6. What have you learned?
#
# Ten questions that no notebook has shown, about 01 to 08: work them out on paper, answer all of them, then press
# *Score*. It says of every wrong answer what is right, why, and what to read again. Another seed asks others.

# %%
teach.quiz(seed=1)

# %% [markdown]
# ## Key points
#
# - Draw a figure at its final width, and never scale it.
# - A figure is a function of a table: keep the table, its hash and its run ids with the figure.
# - Report n and an interval with every estimate, and say what the interval is over.
# - One command draws all figures, with captions, tables and a manifest, also from your own results.
#
# **Glossary.** [Bits kept](glossary.md#bits-kept) · [interval](glossary.md#interval) ·
# [linear probe](glossary.md#linear-probe) · [readout](glossary.md#readout) · [seed](glossary.md#seed)
#
# **References.** Colours for readers with colour vision deficiency: [Petroff, 2021](references.md#reading).
#
# **Next.** [10: your own data](10_your_own_data.ipynb)
