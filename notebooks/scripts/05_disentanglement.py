# %% [markdown]
# # Disentanglement: what orthogonality does and what it cannot do
#
# **COrAL wants shared and unique information in different parts and charges its parts for pointing the same way. Does
# a right angle keep information apart?**
#
# - **Questions.** What does a cosine of 0 say about information? What do the hinge and the squared charge let pass? On
#   which vectors does the charge act, and which are probed? How much leaks in five worlds?
# - **Objectives.** Afterwards you can build two vectors at a right angle that say the same, tell geometry from
#   information, and read a leakage plot.
# - **You need** [03](03_train_methods.ipynb) for COrAL and [04](04_pid_of_embeddings.ipynb) for parts as sources.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under a minute.

# %%
import numpy as np
import pandas as pd
import torch.nn.functional as F

from coral_viz import evaluation, explore, figures, pid, runs, teach
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show
from coral_viz.results import tables

# %% [markdown]
# ## 1. A right angle is no wall
#
# **Try it.** Here are vectors z in the plane, and a target that asks in which quadrant they lie. Find a 2 x 2 matrix
# that turns *every* vector by a right angle, so that the cosine between z and its copy `z @ matrix` is always 0.

# %%
matrix = None  # such as [[1, 0], [0, 1]]
teach.check(matrix, "orthogonal_copy")

# %% [markdown]
# <details><summary>Hint</summary>
#
# (a, b) and (−b, a) are at a right angle. Which matrix makes the second of the first?
# </details>
# <details><summary>Solution</summary>
#
# `matrix = [[0, 1], [-1, 0]]`
# </details>

# %% jupyter={"source_hidden": true}
teach.predict(
    "z and its copy are at a right angle, sample by sample. What do they tell about the quadrant?",
    ("each its own half", "the same, twice", "nothing any more"),
    "the same, twice",
    "Turning loses nothing, so either tells it all: pure redundancy. A cosine compares directions, not contents.",
)

# %%
turn = np.array([[0, 1], [-1, 0]])
z = np.random.default_rng(41).normal(size=(2000, 2))
quadrant = 2 * (z[:, 0] > 0) + (z[:, 1] > 0)
show(bars({"z and its copy": pid.decompose(z, z @ turn, quadrant)}))

# %% [markdown]
# ## 2. Two ways to charge
#
# COrAL adds up, over all pairs of its three paths, a charge on the cosine between their outputs:
#
# - **hinge** (the code of the paper's time): max(0, cos);
# - **squared** (later code): cos².
#
# **Try it.** For which cosine does the hinge charge nothing, though the square does?

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
PAIRS = {
    "shared and unique 1": (0, 1),
    "shared and unique 2": (0, 2),
    "unique 1 and unique 2": (1, 2),
}
dials, budget = {"distribution": "biased"}, runs.Budget(steps=2000)
store, cosines = runs.Store("../data/runs", to_write=False), {}
for form in ("hinge", "squared"):
    knobs = {"orthogonality": form}
    spec = runs.RunSpec.make("coral", "factors", 41, knobs=knobs, dials=dials, budget=budget)
    task, method = runs.restored(spec, store)
    parts = evaluation.embed(method, task.sample(2000, "test", seed=41))
    heads = [method.shared_head, *method.unique_heads]
    charged = [head(part).detach() for head, part in zip(heads, parts.values())]
    cosines[form] = {
        name: float(F.cosine_similarity(charged[i], charged[j]).mean())
        for name, (i, j) in PAIRS.items()
    }
pd.DataFrame(cosines).T.round(3).rename_axis("mean cosine after the heads")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# With the hinge the mean cosines are below zero: the paths lean *away* from each other, for which no charge is due.
# With the square they stay near zero.
# </details>
#
# ## 3. Who is charged, and who is probed?
#
# The cosine above is taken after the projection [**heads**](glossary.md#head), small networks that are thrown away when
# training is done. What we use and probe are the parts *before* the heads. `shared` has 32 numbers there and `unique_1`
# has 16: they have no cosine with each other at all. A head can turn what it gets, and so it can meet the charge by
# itself, whatever the parts hold.

# %% jupyter={"source_hidden": true}
teach.predict(
    "r is shown in both modalities. After training, how many of its 2 bits does unique_1 hold?",
    ("0: it is shared information", "about 1", "about 2"),
    "about 2",
    "Two views of modality 1 share r, which helps them to find each other. Nothing in the loss forbids to keep it.",
)

# %%
worlds = tables.read("../data/results/factors.parquet")
coral = worlds[(worlds["method"] == "coral") & worlds["knob"].isin(["", "orthogonality=squared"])]
show(figures.matrix(coral))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Means over five worlds. Column R: *every* part holds r, in both forms. Columns U1 and U2: each unique path holds all
# of its own class and nothing of the other's, which it cannot see. The shared path holds much of both.
# </details>

# %% [markdown]
# A mean of 1.6 bits can be "1.6 in each world" or "2 in four and 0 in one". One row per form and training, one column
# for each world: bits of u1 in the *shared* part.

# %%
rows = coral[
    (coral["metric"] == "bits") & (coral["readout"] == "best") & (coral["part"] == "shared")
]
rows = rows[rows["label"] == "unique_1"]
rows = rows.assign(form=rows["knob"].map({"": "hinge", "orthogonality=squared": "squared"}))
rows.pivot_table(index=["form", "distribution"], columns="seed", values="value").round(2)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Nearly always all or nothing: in each world the shared path has either learned u1 or it has not, and a mean over
# worlds is a *frequency* rather than a degree. That is why the intervals are so wide, and why five seeds are few.
# </details>
#
# ## 4. Leakage in bits
#
# Now the parts are the [sources](glossary.md#source), and a label is the target. *In both* is leakage.

# %%
show(figures.stacked(coral))

# %% [markdown]
# **See it.** The cosines, and measures that do not mind a rotation (principal angles, CKA), beside the bits, for any
# run, before and after training.

# %%
explore.embeddings(run=spec.id, picture="similarity")

# %% [markdown]
# **Try it, with an open end.** Ten times the charge: does it stop the leak of u1 and u2 into the shared part? Look at
# its row. Then set the weight to 0.0, no charge at all, and run the cell again.

# %%
knobs = {"orthogonality": "squared", "orthogonality_weight": 10.0}
budget = runs.Budget(steps=300, probe_samples=1024, test_samples=1024)
spec = runs.RunSpec.make("coral", "factors", 41, knobs=knobs, dials=dials, budget=budget)
with runs.one_thread():
    own = runs.perform(spec).rows
show(figures.matrix(own))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The shared part is clean with ten times the charge: a success? It is as clean with none. After 300 steps the shared
# path has not *begun* to learn u1 and u2; in the stored runs, which leak, it had 2 000. A cure needs a control, in the
# same worlds, after the same number of steps; then look at paired differences over five worlds
# (`statistics.paired`). To keep content out of a part one would have to charge for *information*, as FactorCL
# tries with an upper bound, and not for an angle.
# </details>
#
# ## Key points
#
# - Orthogonal vectors can say the same; an angle is geometry, leakage is information.
# - The hinge lets opposite directions pass; the square does not.
# - The charge acts after the heads; the embedding is what lies before them.
# - In five worlds, both forms: unique parts repeat all of r, and the shared part repeats u1 or u2 in most worlds.
# - Look at seeds one by one: a mean of all-or-nothing results is a frequency.
#
# **Glossary.** [CKA](glossary.md#cka) · [cosine](glossary.md#cosine) · [disentanglement](glossary.md#disentanglement) ·
# [head](glossary.md#head) · [leakage](glossary.md#leakage) · [orthogonality](glossary.md#orthogonality) ·
# [seed](glossary.md#seed)
#
# **References.** [COrAL 2026, FactorCL 2023](references.md#methods). CKA:
# [Kornblith et al. 2019](references.md#reading).
#
# **Next.** [06: masking](06_masking.ipynb)
