# %% [markdown]
# # Disentanglement: what orthogonality does and what it cannot do
#
# **COrAL is meant to hold shared and unique information in different parts, and penalises parts that are not
# orthogonal. Does orthogonality separate information?**
#
# - **Questions.** What does a cosine of 0 say about information? Which cosines do the hinge and the squared penalty
#   allow? On which vectors does the penalty act, and which are probed? How much information leaks, over five seeds?
# - **Objectives.** Afterwards you can construct two orthogonal vectors with the same information, distinguish geometry
#   from information, and read a leakage plot.
# - **You need** [03](03_train_methods.ipynb) for COrAL and [04](04_pid_of_embeddings.ipynb) for parts as sources.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under a minute.

# %%
import numpy as np
import pandas as pd

from coral_viz import evaluation, explore, figures, pid, runs, tasks, teach
from coral_viz.figures.data.digit_strips import questions
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show
from coral_viz.results import tables

# %% [markdown]
# ## 1. Orthogonal vectors can hold the same information
#
# Two strips of digits. In a disentangled embedding *shared* would hold r and nothing else, *path 1* the digit u1 and
# *path 2* the digit u2. Where would you put the last digits, whose comparison answers S?

# %%
strips = tasks.load("digits", seed=41)
show(questions(strips, strips.sample(20, "test", seed=41), row=6))

# %% [markdown]
# **Try it.** Take vectors z in the plane; the target is the quadrant in which z lies. Find a 2 x 2 matrix that rotates
# *every* vector by a right angle, so that the cosine between z and its copy `z @ matrix` is always 0.

# %%
matrix = None  # such as [[1, 0], [0, 1]]
teach.check(matrix, "orthogonal_copy")

# %% [markdown]
# <details><summary>Hint</summary>
#
# (a, b) and (−b, a) are orthogonal. Which matrix maps the first to the second?
# </details>
# <details><summary>Solution</summary>
#
# `matrix = [[0, 1], [-1, 0]]`
# </details>

# %%
turn = np.array([[0, 1], [-1, 0]])
z = np.random.default_rng(41).normal(size=(2000, 2))
quadrant = 2 * (z[:, 0] > 0) + (z[:, 1] > 0)
turned = show(bars({"z and its copy": pid.decompose(z, z @ turn, quadrant)}))

# %% jupyter={"source_hidden": true}
teach.predict(
    "z and its copy are orthogonal for every sample. What information do they hold about the quadrant?",
    ("one half each", "all of it, in both", "none"),
    "all of it, in both",
    "A rotation loses nothing, so all information is redundant. A cosine compares directions, not information. (The "
    "label has 2 bits; an estimate, a mean over samples, may exceed them by some hundredths.)",
    replies={
        "one half each": "Turned back, the copy is z itself, which holds all of it.",
        "none": "z lies in the quadrant, so it determines it, and so does whatever determines z.",
    },
    shows=turned,
)

# %% [markdown]
# ## 2. Two penalties
#
# COrAL sums, over all pairs of its three paths, a penalty on the cosine between their outputs:
#
# - **hinge** (the code of the paper's time): max(0, cos);
# - **squared** (later code): cos².
#
# **Try it.** For which cosine is the hinge penalty 0, although the squared penalty is not?

# %%
cosine = None
teach.check(cosine, "free_for_the_hinge")

# %% [markdown]
# <details><summary>Hint</summary>
#
# What does max(0, cos) do with a negative number?
# </details>
# <details><summary>Solution</summary>
#
# `cosine = -1`, or any other negative one.
# </details>

# %% [markdown]
# Do trained networks use this freedom? Two shipped runs, both of biased training, seed 41:

# %%
store, cosines = runs.Store("../data/runs", to_write=False), {}
for form, knob in (("hinge", ""), ("squared", "orthogonality=squared")):
    spec = store.one(method="coral", task="factors", distribution="biased", knob=knob)
    task, method = runs.restored(spec, store)
    cosines[form] = evaluation.head_cosines(method, task.sample(2000, "test", seed=41))
pd.DataFrame(cosines).T.round(3).rename_axis("mean cosine after the heads")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# With the hinge the mean cosines are negative, which the hinge does not penalise. With the squared penalty they are
# near zero.
# </details>
#
# ## 3. Which vectors are penalised, and which are probed?
#
# The cosine above is computed after the projection [**heads**](glossary.md#head), small networks that are discarded
# after training. We use and probe the parts *before* the heads. There *shared* has 32 numbers and *path 1* has 16, so
# no cosine between them is defined. A head can rotate its input, so the heads alone can satisfy the penalty, whatever
# the parts hold.
#
# The next figure, the table below it and the bars of section 4 show results that ship: biased training, 600 steps, and
# four penalties: the hinge, ten times the hinge, the squared one, and none.

# %%
PENALTIES = {
    "": "hinge",
    "orthogonality_weight=10.0": "hinge, tenfold",
    "orthogonality=squared": "squared",
    "orthogonality_weight=0.0": "none",
}
swept = runs.sweep_table.read("../data/results/grid_coral.parquet")
coral = swept[swept["knob"].isin(PENALTIES) & swept["seed"].isin(range(51, 56))]

# %% jupyter={"source_hidden": true}
teach.predict(
    "r is in both modalities. After training, how many of its 2 bits does path 1 hold?",
    ("0: it is shared information", "about 1", "about 2"),
    "about 2",
    "Two views of modality 1 share r, which helps to match them. Nothing in the loss forbids to keep it.",
    replies={
        "0: it is shared information": "It is shared by the modalities, and therefore in modality 1 as a whole.",
        "about 1": "A path is rewarded for every bit that its two views share, and they share both bits of r.",
    },
    shows=show(figures.matrix(coral)),
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Column R: *every* part holds r, with every penalty. Columns U1 and U2: paths 1 and 2 hold all of their own u and
# nothing of the other's, which it cannot see. The shared path holds 0.3 to 0.8 bits of each, as a mean over seeds, and
# about as much with ten times the penalty as with none.
# </details>

# %% [markdown]
# A mean of 0.4 bits can be "0.4 for every seed" or "1.6 for one seed and 0 for the others". The table shows bits of u1
# in the *shared* part, with one row per penalty and one column per seed.

# %%
rows = tables.select(coral, metric="bits", readout="best", part="shared", label="unique_1")
rows = rows.assign(penalty=rows["knob"].map(PENALTIES))
rows.pivot_table(index="penalty", columns="seed", values="value").round(2)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# With seed 51 the shared path has learned most of u1, with the others next to nothing, whatever the penalty. So the
# mean over seeds says how *often* u1 leaks rather than how much. Intervals over seeds are therefore wide, and five
# seeds are few. What does change the leakage is masking: [Ablations](../docs/ablations.md) has a constant mask
# ratio, with which the shared path learns neither u1 nor u2.
# </details>
#
# ## 4. Leakage in bits
#
# Now the parts are the [sources](glossary.md#source), and a label is the target. *In both* is leakage. We compare the
# hinge with no penalty.

# %%
show(figures.stacked(coral[coral["knob"].isin(["", "orthogonality_weight=0.0"])]))

# %% [markdown]
# All of r is in both parts. Of u1 and u2 the black bar is what the shared path has learned, too; the rest is in path 1
# or path 2 only.
#
# **See it.** For any run, before and after training: the cosines, two measures that are invariant to rotation, and the
# bits. [*Principal angles*](glossary.md#principal-angles) say how far one part is a linear function of the other
# (overlap 1); [*CKA*](glossary.md#cka) says whether the same samples are close to each other in both (1: they are).
# Does the penalty make the parts less similar?

# %%
explore.embeddings(run=spec.id, picture="similarity")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# In the run shown first, the parts are *more* similar after training than before, by every measure. The linear CKA of
# *shared* and *path 1* rises from 0.29 to 0.79, although the cosine after the heads is near 0 in this very run.
# </details>
#
# **Try it, with an open end.** Does a tenfold penalty stop the leakage of u1 and u2 into the shared part? Look at its
# row. Then set the weight to 0.0, no penalty at all, and run the cell again.

# %%
knobs = {"orthogonality": "squared", "orthogonality_weight": 10.0}
budget = runs.Budget(steps=300, probe_samples=1024, test_samples=1024)
dials = {"distribution": "biased"}
spec = runs.RunSpec.make("coral", "factors", 41, knobs=knobs, dials=dials, budget=budget)
with runs.one_thread():
    own = runs.perform(spec).rows
show(figures.matrix(own))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# A tenfold penalty does not stop the leakage: in the run stored here *shared* holds 1.4 of the 2 bits of u1, and
# 0.3 bits of u2. To say what a penalty changes, you need a control, weight 0 with the same seeds and the same number of
# steps, and paired differences over five seeds (`statistics.paired`). To keep information out of a part, a loss has to
# penalise *information*, as FactorCL tries with an upper bound, and not an angle.
# </details>
#
# ## Key points
#
# - Orthogonal vectors can hold the same information: an angle is geometry, leakage is information.
# - The hinge allows opposite directions; the squared penalty does not.
# - The penalty acts after the heads; the embedding is what lies before them.
# - With every penalty paths 1 and 2 repeat r. The shared part repeats u1 or u2 in some trainings, and hardly in others.
# - Look at single seeds: a mean of all-or-nothing results is a frequency.
#
# **Glossary.** [CKA](glossary.md#cka) · [cosine](glossary.md#cosine) · [disentanglement](glossary.md#disentanglement) ·
# [head](glossary.md#head) · [leakage](glossary.md#leakage) · [orthogonality](glossary.md#orthogonality) ·
# [seed](glossary.md#seed)
#
# **References.** [COrAL 2026, FactorCL 2023](references.md#methods). CKA:
# [Kornblith et al. 2019](references.md#reading).
#
# **Next.** [06: masking](06_masking.ipynb)
