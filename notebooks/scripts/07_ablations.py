# %% [markdown]
# # Ablations: what does a hyperparameter change?
#
# **What does the orthogonality penalty change? How does the mask ratio change synergy? And how do you tell an effect
# from chance?**
#
# - **Questions.** How do you describe a hundred runs in five lines? What can five seeds show, and what can they not
#   show? What do orthogonality, mask ratio and mask symmetry change, and which information is lost in exchange?
# - **Objectives.** Afterwards you can write a grid, run it, compare its configurations in pairs over seeds, and judge
#   what the intervals allow you to conclude.
# - **You need** [05](05_disentanglement.ipynb) for orthogonality and [06](06_masking.ipynb) for masks.
# - **Time.** 15 minutes to read, 25 with its exercises. *Run → Run All Cells* takes under a minute on two cores.

# %% jupyter={"source_hidden": true}
import tempfile
import tomllib

import pandas as pd
from IPython.display import Markdown

from coral_viz import explore, teach
from coral_viz.explore import shipped
from coral_viz.figures.layout.display import show
from coral_viz.figures.sweep import configuration_rows, setting_curves, sweep_data, synergy_tradeoff
from coral_viz.figures.sweep.difference_table import difference_table
from coral_viz.figures.sweep.differences import differences
from coral_viz.figures.sweep.heat_map import heat
from coral_viz.results import tables
from coral_viz.runs import grids, sweep_table, sweeps

# %% [markdown]
# ## 1. Many runs in five lines
#
# An [**ablation**](glossary.md#ablation) changes one hyperparameter and keeps all others. A
# [**grid**](glossary.md#grid) lists the values of each hyperparameter. A
# [**configuration**](glossary.md#configuration) is one combination of these values, and it is run with several
# [seeds](glossary.md#seed). A seed draws the task's data and the initial weights. Here is a grid as
# `python -m coral_viz sweep` reads it from a file. `dials` are settings of the task, `knobs` are hyperparameters of the
# method. Every key may hold a list, and all combinations are run:

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
# **Try it.** No line names seeds, so the default of five seeds applies. How many runs does this grid hold?

# %%
count = None
teach.check(count, "runs_of_a_grid")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Multiply the numbers of ratios, kinds of masks and seeds. `len(grid.specs)` confirms the result.
# </details>
# <details><summary>Solution</summary>
#
# `count = 50`
# </details>

# %% [markdown]
# These runs take hours on one core. Here is a grid of two runs with far too few steps. We call it twice. The second
# call trains nothing, because finished runs are read from the folder. The same holds after Ctrl-C, on another machine
# and after you add a value to a list.

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
# Every row holds one number, and every setting that varies has a column. These grids ship, with more steps and more
# seeds:

# %% jupyter={"source_hidden": true}
shipped_grids = {
    path.stem.removeprefix("grid_"): sweep_table.read(path)
    for path in shipped.RESULTS.glob("grid_*.parquet")
}
rows = []
for name, table in sorted(shipped_grids.items()):
    about = grids.read(shipped.RESULTS.parent / "grids" / f"{name}.toml").about
    rows.append(f"| {name} | {table['run_id'].nunique()} | {table['seed'].nunique()} | {about} |")
Markdown("| grid | runs | seeds | question |\n|:--|--:|--:|:--|\n" + "\n".join(rows))

# %% [markdown]
# ## 2. How does the mask ratio change synergy?
#
# The grid `coral` starts from one configuration, the **baseline**, and changes one or two hyperparameters at a time.

# %% jupyter={"source_hidden": true}
coral = shipped_grids["coral"]
base = sweep_data.baseline(coral)
right = coral[(coral["metric"] == "balanced_accuracy") & (coral["part"] == "all")]
ratios = (
    sweep_data.held(right[right["label"] == "synergy"], ["mask_ratio"], base)
    .groupby("mask_ratio")["value"]
    .mean()
)
teach.predict(
    "Asymmetric masks hide tokens at ratios from 0 to 0.9. At which ratio is a linear probe most accurate on synergy?",
    [f"{ratio:g}" for ratio in ratios.index],
    f"{ratios.idxmax():g}",
    "Means over seeds: "
    + ", ".join(f"{value:.0%} at {ratio:g}" for ratio, value in ratios.items())
    + ".",
    replies={
        f"{ratio:g}": f"At {ratio:g} it is {value:.0%}, as a mean over seeds."
        for ratio, value in ratios.drop(ratios.idxmax()).items()
    },
    shows=show(setting_curves.curve(coral, "mask_ratio")),
)

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# Large marks are means over seeds, pale dots are single seeds, bars are intervals, and the dotted line is chance. Each
# line is one choice of the other hyperparameters: asymmetric masks hide tokens of one modality in each view, symmetric
# masks hide tokens of both; a curriculum starts with low ratios, a constant ratio does not. Overlapping bars do not
# show that two configurations are equal. All configurations use *the same* seeds, and a seed that is hard for one is
# mostly hard for all. A paired comparison removes this common variation.
#
# Below the panels stands a trend test. It ranks the ratios within every seed and asks whether accuracy rises or falls
# with the ratio, more than by chance. Its p-values are corrected for the number of curves. `tau` says how regular the
# trend is: 1 if accuracy rises from every ratio to every higher one, in every seed.
# </details>
#
# ## 3. Paired differences
#
# A [paired difference](glossary.md#paired-difference) is computed **seed by seed** first, and then averaged.
#
# **Try it.** With three seeds, one configuration reaches 0.70, 0.80 and 0.90, another 0.68, 0.78 and 0.88. How wide is
# the interval of their paired difference?

# %%
width = None
teach.check(width, "width_of_a_paired_interval")

# %% [markdown]
# <details><summary>Hint</summary>
#
# What is the difference for the first seed, for the second, for the third?
# </details>
# <details><summary>Solution</summary>
#
# `width = 0`
# </details>

# %% [markdown]
# Here is every configuration minus the baseline: balanced accuracy of a linear probe on the whole embedding, with 95 %
# [t-intervals](glossary.md#interval), which follow from how much the seeds differ and from their number n. **Bold**
# differences are *significant*: their interval excludes 0. Configurations that give the same numbers as the baseline
# are left out.

# %%
Markdown(difference_table(right, base, titles={"synergy": "synergy, accuracy"}))

# %% [markdown]
# **Try it.** Suppose that no hyperparameter has any effect, and you compute 40 such differences. How many of their 95 %
# intervals exclude 0, on average?

# %%
count = None
teach.check(count, "found_by_chance")

# %% [markdown]
# <details><summary>Hint</summary>
#
# A 95 % interval misses the true value in 5 of 100 cases.
# </details>
# <details><summary>Solution</summary>
#
# `count = 2`
# </details>
#
# Holm's correction demands stronger evidence the more differences are shown. Here are those of masks; filled dots are
# significant after it.

# %%
show(differences(coral, ["mask_ratio", "masking"], labels=["synergy"]))

# %% [markdown]
# Do the effects of two hyperparameters add up? The heat map shows the means of both together. Below them stands the
# *interaction*: by how much a mean differs from the baseline plus both effects, with its interval.

# %%
show(heat(coral, ["mask_ratio", "masking"]))

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# An interaction of 0 means that the effect of one hyperparameter does not depend on the other. Tiles in the row and in
# the column of the baseline have none: what stands there is one effect alone. In the explorer below, choose *heat map*
# or *differences* as the picture, and any configuration as the baseline.
# </details>
#
# ## 4. What is lost in exchange?
#
# A change that raises one kind of information may lower another.
#
# **See it.** Bits in the *shared* part, which the masks act on. Choose which setting varies, which are fixed and which
# quantity is shown. Under which masks does the shared part learn u1 and u2: with the curriculum, or at a constant
# ratio? Look at other parts and other grids, and open a run. *measure over parameters and seconds* compares
# configurations at equal cost. A sweep of your own that was recorded (`sweep --record`) also has learning curves, over
# steps or seconds.

# %%
explore.ablations(grid="coral", vary="mask_ratio", measure="bits", part="shared")

# %% [markdown]
# Each dot is one run. It shows how much of U1 and U2 the shared part holds, and how much of S.

# %%
show(synergy_tradeoff.trade(coral, setting="mask_ratio"))

# %% jupyter={"source_hidden": true}
traded = sweep_data.traded(coral, "mask_ratio", "shared", "best")
ranked = traded.groupby("seed")[["unique", "synergy"]].corr("spearman")["synergy"]
told = ", ".join(f"{value:z.2f}" for value in ranked.xs("unique", level=1))
Markdown(
    "[Rank correlation](glossary.md#rank-correlation) of the two over all configurations, for each "
    f"seed: **{told}**."
)

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# Check whether the correlation has the same sign for every seed. A negative correlation means that configurations whose
# shared part holds more unique information hold less synergy there. The reason may be limited width, limited training
# time, or what the loss rewards first. The grid shows *that* the two go together. A hyperparameter that changes only
# one of them would show why.
# </details>
#
# ## 5. What does orthogonality change?
#
# Orthogonality is meant to reduce [leakage](glossary.md#leakage): bits about u1 that *shared* and *path 1* both hold.
# Its cost may be synergy in the whole embedding. The same grid shows both, with three hyperparameters: the form of the
# penalty, its weight, and *unique weight*, the weight of the contrastive terms of paths 1 and 2.

# %%
ORTHOGONALITY = ["orthogonality", "orthogonality_weight", "unique_weight"]
seen = {"metric": "redundancy", "part": "shared|unique_1", "labels": ["redundancy", "unique_1"]}
show(configuration_rows.cells(coral, ORTHOGONALITY, **seen))

# %%
both = tables.select(coral, metric="redundancy", part="shared|unique_1", label="unique_1")
rows = sweep_data.held(pd.concat([both.assign(label="leakage"), right]), ORTHOGONALITY, base)
titles = {"leakage": "u1 in both parts, bits", "synergy": "synergy, accuracy"}
Markdown(difference_table(rows, base, titles))

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# A bold value in the column of u1 means that the orthogonality penalty changed the leakage. If no value is bold, five
# seeds show no effect. That does not prove that there is none: the width of the interval says how large an undetected
# effect could be. The figure shows the baseline with ten seeds and the other rows with five; the table compares the
# same five. So their differences do not agree, and those of the table count.
# </details>
#
# ## 6. Settings of the task
#
# Tasks have settings, too. With rho = 1 the two latents of the relation are always equal in training. With rho = 1/4
# they are independent. How often must the relation hold?

# %%
show(
    setting_curves.curve(shipped_grids["dials"], "rho", labels=["unique_1", "unique_2", "synergy"])
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The more often the relation holds, the better both methods keep synergy. CoMM pays with unique information, COrAL does
# not.
# </details>
#
# **Try it, with an open end.** Which question do you have about these methods? Write it as a grid, predict the result,
# count the runs (`--dry-run`) and run it overnight. Then open it with
# `explore.ablations(grid="mine.toml", store="out/mine")`, which has a button for the runs that are missing. A metric of
# your own is one function: `sweep mine.toml --metric mine:function` adds it to the table, and every picture and test
# has it.
#
# ## Key points
#
# - A grid takes a few lines. Its table holds every measurement of every run, and the settings of the run.
# - All configurations use the same seeds, so compare them by paired differences.
# - "Not significant" does not mean "no effect". The interval says how large an effect could be.
# - Among many differences, some are significant by chance.
# - Check what is lost: a gain in one part of an embedding may be a loss in another.
#
# **Glossary.** [Ablation](glossary.md#ablation) · [configuration](glossary.md#configuration) ·
# [grid](glossary.md#grid) · [interval](glossary.md#interval) · [leakage](glossary.md#leakage) ·
# [paired difference](glossary.md#paired-difference) · [seed](glossary.md#seed)
#
# **References.** [COrAL 2026, InfMasking 2025](references.md#methods).
#
# **Next.** [08: beyond two modalities](08_beyond_two_modalities.ipynb)
