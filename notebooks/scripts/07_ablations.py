# %% [markdown]
# # Ablations: what does turning a knob buy?
#
# **What does orthogonality buy, at what mask ratio does synergy break, and how would you know that it was not luck?**
#
# - **Questions.** How do you describe a hundred runs in five lines? What can five worlds show, and what not? What do
#   orthogonality, the ratio and the symmetry of masks change, and which information pays for it?
# - **Objectives.** Afterwards you can write a grid, run it, read its cells world by world, compare them in pairs, and
#   doubt what you find.
# - **You need** [05](05_disentanglement.ipynb) for orthogonality and [06](06_masking.ipynb) for masks.
# - **Time.** 15 minutes to read, 25 with its exercises. *Run → Run All Cells* takes under a minute on two cores.

# %%
import tempfile
import tomllib

import pandas as pd
from IPython.display import Markdown

from coral_viz import explore, teach
from coral_viz.explore import shipped
from coral_viz.figures.layout.display import show
from coral_viz.figures.sweep import setting_effects, sweep_data
from coral_viz.results import statistics
from coral_viz.runs import grids, sweep_table, sweeps

# %% [markdown]
# ## 1. Many runs in five lines
#
# An [**ablation**](glossary.md#ablation) turns one knob and leaves the rest as it is. A [**grid**](glossary.md#grid)
# says which knobs take which values; a [**cell**](glossary.md#cell) is one choice of all of them, run once in each of
# several worlds, one for every [seed](glossary.md#seed). This is what `python -m coral_viz sweep` reads from a file.
# Every key may hold a list, and all combinations are run:

# %%
FIVE_LINES = """
method = "coral"
dials.distribution = "biased"
budget.steps = 1000
knobs.mask_ratio = [0.0, 0.25, 0.5, 0.75, 0.9]
knobs.masking = ["asymmetric", "symmetric"]
"""
grid = grids.make(tomllib.loads(FIVE_LINES))

# %% [markdown]
# **Try it.** No line names seeds, so they are the usual five. How many runs does this grid hold?

# %%
count = None
teach.check(count, "runs_of_a_grid")

# %% [markdown]
# <details><summary>Hint</summary>
#
# `len(grid.specs)` tells, but multiply first: ratios, kinds of masks, seeds.
# </details>
# <details><summary>Solution</summary>
#
# `count = 50`
# </details>

# %% [markdown]
# These take hours of one core. Here is a grid of two, with far too few steps, run twice. The second call only looks:
# what is finished is never run again, be it after Ctrl-C, on another machine, or with one more value in a list.

# %%
small = grids.make(
    {
        "method": "coral",
        "seeds": 1,
        "knobs": {"mask_ratio": [0.0, 0.75]},
        "budget": {"steps": 40, "probe_samples": 512, "test_samples": 512},
    }
)
folder = tempfile.mkdtemp()
for _ in range(2):
    own = sweeps.run(small, folder, executor="serial").table
columns = ["mask_ratio", "seed", "part", "label", "readout", "value"]
own.loc[own["metric"] == "bits", columns].head(4).round(2)

# %% [markdown]
# One number a row, and a column for every setting that varies. These grids ship, with enough steps and more worlds:

# %%
tables = {
    path.stem.removeprefix("grid_"): sweep_table.read(path)
    for path in shipped.RESULTS.glob("grid_*.parquet")
}
rows = []
for name, table in sorted(tables.items()):
    about = grids.read(shipped.RESULTS.parent / "grids" / f"{name}.toml").about
    rows.append(f"| {name} | {table['run_id'].nunique()} | {table['seed'].nunique()} | {about} |")
Markdown("| grid | runs | worlds | it asks |\n|:--|--:|--:|:--|\n" + "\n".join(rows))

# %% [markdown]
# ## 2. At what ratio does synergy break?
#
# The grid `coral` starts from one cell, the **usual** one, and turns one or two things at a time.

# %% jupyter={"source_hidden": true}
coral = tables["coral"]
base = sweep_data.usual(coral)
right = coral[(coral["metric"] == "balanced_accuracy") & (coral["part"] == "all")]
ratios = (
    sweep_data.held(right[right["label"] == "synergy"], ["mask_ratio"], base)
    .groupby("mask_ratio")["value"]
    .mean()
)
teach.predict(
    "Asymmetric masks hide more and more, up to a ratio of 0.9. At which ratio does a linear probe tell synergy best?",
    [f"{ratio:g}" for ratio in ratios.index],
    f"{ratios.idxmax():g}",
    "Means over worlds: "
    + ", ".join(f"{value:.0%} at {ratio:g}" for ratio, value in ratios.items())
    + ".",
)

# %%
show(setting_effects.curve(coral, "mask_ratio"))

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# Large marks are means over worlds, pale dots are worlds, bars are intervals, the dotted line is chance. A line is
# everything else that was chosen: asymmetric masks hide tokens of one modality in each view, symmetric ones of both; a
# schedule begins gently, a constant ratio does not. Bars that overlap are no verdict: the worlds are *the same* in all
# cells, and what makes one world hard makes it hard in every cell. That can be taken out.
# </details>
#
# ## 3. In pairs
#
# A [paired difference](glossary.md#paired-difference) is taken **world by world** first, and averaged after.
#
# **Try it.** In three worlds one cell reaches 0.70, 0.80, 0.90, another 0.68, 0.78, 0.88. How wide is the interval of
# their paired difference?

# %%
width = None
teach.check(width, "width_of_a_paired_interval")

# %% [markdown]
# <details><summary>Hint</summary>
#
# What is the difference in the first world, in the second, in the third?
# </details>
# <details><summary>Solution</summary>
#
# `width = 0`
# </details>

# %% [markdown]
# Every cell of the grid minus the usual one: balanced accuracy of a linear probe on the whole embedding, with 95 %
# intervals. **Bold**: found, that is, two kinds of intervals (bootstrap and Student's t) both leave out 0.


# %%
def against_base(rows):
    """A row per cell, a column per label: mean paired differences, and how many were found."""
    pairs = statistics.paired(rows, base, by=["label"])
    spans = [f"{row.estimate:+.3f} [{row.low:+.3f}, {row.high:+.3f}]" for row in pairs.itertuples()]
    words = [f"**{span}**" if found else span for span, found in zip(spans, pairs["found"])]
    told = pairs.assign(cell=sweep_data.named(pairs, list(base), base), words=words)
    told = told.pivot(index="cell", columns="label")
    lines = [f"| {cell} | {' | '.join(values)} |" for cell, *values in told["words"].itertuples()]
    head = (
        f"| cell, n = {pairs['n'].min()} worlds | {' | '.join(told['words'])} |\n|:--|"
        + "--:|" * told["words"].shape[1]
    )
    seen = pairs[pairs["estimate"] != 0]
    count = f"{seen['found'].sum()} of {len(seen)} differences that are not 0 were found."
    return "\n".join([head, *lines, "", count])


Markdown(against_base(right[right["label"] == "synergy"]))

# %% [markdown]
# **Try it.** Suppose that no knob did anything, and you looked at 40 such differences. How many of their 95 % intervals
# would leave out 0, on average?

# %%
count = None
teach.check(count, "found_by_chance")

# %% [markdown]
# <details><summary>Hint</summary>
#
# An interval of 95 % is wrong in 5 of 100 cases.
# </details>
# <details><summary>Solution</summary>
#
# `count = 2`
# </details>
#
# ## 4. Who pays?
#
# If one kind of information gains, another may lose.
#
# **See it.** Bits in the *shared* part, which the masks act on. Choose what varies, what is held and what is seen; look
# at other parts and other grids; open a run.

# %%
explore.ablations(grid="coral", vary="mask_ratio", measure="bits", part="shared")

# %% [markdown]
# Every run as a dot: how much of U1 and U2 its shared part holds, and how much of S.

# %%
show(setting_effects.trade(coral, setting="mask_ratio"))

# %%
runs = sweep_data.traded(coral, "mask_ratio", "shared", "best")
ranked = (
    runs.groupby("seed")[["unique", "synergy"]].corr("spearman")["synergy"].xs("unique", level=1)
)
told = ", ".join(f"{value:z.2f}" for value in ranked)
cells = len(runs) // len(ranked)
Markdown(f"Rank correlation of the two over the {cells} cells of a world, by world: **{told}**.")

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# The correlation of every world has a sign: the same in all of them, or not? A negative one says that cells whose
# shared part holds more unique information hold less synergy there. That may be a matter of room, of time, or of what
# the loss rewards first; a grid shows *that* two things go together, and only a knob that moves one of them alone would
# show why.
# </details>
#
# ## 5. What does orthogonality buy?
#
# Its price and its gain stand in the same grid: bits about u1 that the shared and the unique path *both* hold
# ([leakage](glossary.md#leakage)), and synergy in the whole embedding.

# %%
ORTHOGONALITY = ["orthogonality", "orthogonality_weight", "unique_weight"]
seen = {"metric": "redundancy", "part": "shared|unique_1", "labels": ["redundancy", "unique_1"]}
show(setting_effects.cells(coral, ORTHOGONALITY, **seen))

# %%
both = coral[(coral["metric"] == "redundancy") & (coral["part"] == "shared|unique_1")]
both = both[both["label"] == "unique_1"]
synergy = right[right["label"] == "synergy"]
cells = pd.concat([sweep_data.held(rows, ORTHOGONALITY, base) for rows in (both, synergy)])
names = {"redundancy": "u1 in both parts, bits", "balanced_accuracy": "synergy, accuracy"}
Markdown(against_base(cells.assign(label=cells["metric"].map(names))))

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# Is any row bold on the left? Then the charge on the angle changed what the two paths both know. Is none? Then it
# bought nothing *here* that five worlds could show: that is not the same as nothing. The width of the interval says how
# large an effect could have gone unseen.
# </details>
#
# ## 6. The world has dials, too
#
# Not only methods can be turned. With rho = 1 the two latents of the relation are always bound in training; with
# rho = 1/4 they are independent. How much of a bond does it take?

# %%
show(setting_effects.curve(tables["dials"], "rho", labels=["unique_1", "unique_2", "synergy"]))

# %% [markdown]
# **Try it, with an open end.** Which question would you put to these methods? Write it in five lines, predict the
# picture, count the runs (`--dry-run`), let it run overnight, and open it:
# `explore.ablations(grid="mine.toml", store="out/mine")`, which has a button for the runs that are missing.
#
# ## Key points
#
# - A grid is a few lines; its table holds every number of every run, and says what its runs were.
# - Cells share their worlds, so differences are taken in pairs.
# - *Not found* is a statement about the interval, not about the world.
# - Look at enough differences and some will be found by chance.
# - Ask who pays: what one part of an embedding gains, another may lose.
#
# **Glossary.** [Ablation](glossary.md#ablation) · [cell](glossary.md#cell) · [grid](glossary.md#grid) ·
# [interval](glossary.md#interval) · [leakage](glossary.md#leakage) ·
# [paired difference](glossary.md#paired-difference) · [seed](glossary.md#seed)
#
# **References.** [COrAL 2026, InfMasking 2025](references.md#methods).
#
# **Next.** [08: beyond two modalities](08_beyond_two_modalities.ipynb)
