# %% [markdown]
# # Decompose embeddings, and doubt the numbers
#
# **A trained network turns samples into vectors. How do you decompose what vectors tell, and how wrong may the answer
# be?**
#
# - **Questions.** What are the sources now, and what is the target? Can an embedding know more than the data? What does
#   an estimator do, and how does it fail?
# - **Objectives.** Afterwards you can decompose any two blocks of features about a label with one line, hold the result
#   against the data, and say which way an estimator is likely to be wrong.
# - **You need** [01](01_pid_primer.ipynb) for the atoms and [02](02_synthetic_tasks.ipynb) for the task.
# - **Time.** 15 minutes to read, 25 with its exercises. *Run → Run All Cells* takes under a minute.

# %%
import warnings

import pandas as pd

from coral_viz import evaluation, explore, figures, pid, runs, teach
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show

# %% [markdown]
# ## 1. The same words, three meanings
#
# The target stays what it was: a label, such as `synergy` ("is t1 = t2?"). The **sources** change with the question:
#
# | you ask about | source 1 | source 2 |
# |:--|:--|:--|
# | the data | modality 1 | modality 2 |
# | a CLIP-like embedding | vector of modality 1 | vector of modality 2 |
# | parts of one embedding | `shared` | `unique_1` |
#
# In the last line redundancy gets a new name: **leakage**, the same information in two parts. And synergy is what a
# reader finds only by *combining* the two parts.
#
# We load a trained network, COrAL after 2 000 steps of biased training, and embed 2 000 fresh samples.

# %%
budget, dials = runs.Budget(steps=2000), {"distribution": "biased"}
spec = runs.RunSpec.make("coral", "factors", 41, dials=dials, budget=budget)
task, method = runs.restored(spec, runs.Store("../data/runs", to_write=False))
batch = task.sample(2000, "test", seed=41)
parts = {name: part.numpy() for name, part in evaluation.embed(method, batch).items()}
labels = {name: label.numpy() for name, label in batch.labels.items()}
{name: part.shape for name, part in parts.items()}

# %% [markdown]
# ## 2. The data, exactly
#
# The rule that makes the data gives each label's exact [posterior](glossary.md#posterior), so the atoms of the *data*
# are known without fitting anything.

# %%
posteriors = task.posteriors(batch)
exact = {
    name.replace("_", " "): pid.atoms_from_posteriors(*posteriors[name], labels[name])
    for name in task.labels
}
show(bars(exact))

# %% [markdown]
# For an embedding there is no such rule. What is known are samples: vectors and labels. `pid.decompose` trains small
# classifiers to predict the label from source 1, from source 2 and from both, always on other samples than it is
# tested on. Their posteriors *replace* the vectors: for BROJA only what a source says about the label counts, however
# many dimensions it has. Then the posteriors are decomposed.

# %% jupyter={"source_hidden": true}
teach.predict(
    "We give the estimator the raw data of both modalities. It holds 1 bit of synergy. How much will be found?",
    ("about 1 bit", "hardly anything", "more than 1 bit"),
    "hardly anything",
    "The classifiers would have to discover the planes and phases from 2 000 samples. What they miss is not counted.",
)

# %%
raw = [x.flatten(1).numpy() for x in batch.inputs]
found = {
    "raw data": pid.decompose(*raw, labels["synergy"]),
    "embedding: unique 1 and unique 2": pid.decompose_parts(
        parts, labels["synergy"], sources=("unique_1", "unique_2")
    ),
}
show(bars({"data, exact": exact["synergy"], **found}))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The estimator finds next to nothing in the raw data and about a bit in the embedding, which was computed *from* the
# raw data. No embedding can know more about a label than its data: that is a theorem (data processing). So the second
# bar does not say that the data lack synergy; it says that small classifiers do not find it there. **An estimate is
# about sources *and* readers.** The embedding did not create information, it made it findable.
#
# A little more than 1 bit? Estimates scatter; the exact value cannot exceed it.
# </details>
#
# ## 3. Parts as sources

# %% jupyter={"source_hidden": true}
teach.predict(
    "unique_1 sees modality 1 only and is charged for pointing the way of shared. About r, what will the two have?",
    ("each its own share", "all of it twice", "shared has it, unique_1 has none"),
    "all of it twice",
    "r is in modality 1, and views share it. The charge is for equal directions; r fits into another direction.",
)

# %%
asked = ("redundancy", "unique_1", "synergy")
between = {
    f"about {name.replace('_', ' ')}": pid.decompose_parts(
        parts, labels[name], sources=("shared", "unique_1")
    )
    for name in asked
}
show(bars(between))

# %% [markdown]
# Read it with the new names: source 1 is `shared`, source 2 is `unique_1`. Redundancy is leakage. This is one world of
# five; [05](05_disentanglement.ipynb) looks at all of them.
#
# **See it.** The same for any shipped run: a map of the embedding coloured by a label, the bits in each part, and the
# decomposition between parts. Compare methods, and before training with after.

# %%
explore.embeddings(run=spec.id, picture="between parts")

# %% [markdown]
# **Try it.** A measure says R = 0.7 bits, and classifiers say I(X1;Y) = 1.2, I(X2;Y) = 0.9 and I(X1,X2;Y) = 1.6 bits.
# What are all four atoms?

# %%
atoms = None  # (R, U1, U2, S)
teach.check(atoms, "atoms_from_informations")

# %% [markdown]
# <details><summary>Hint</summary>
#
# R + U1 = I(X1;Y), R + U2 = I(X2;Y), and all four sum to I(X1,X2;Y).
# </details>
# <details><summary>Solution</summary>
#
# `atoms = (0.7, 0.5, 0.2, 0.2)`
# </details>
#
# ## 4. How wrong may it be?
#
# The usual recipe in papers is another: cluster each source by **k-means**, count how often which clusters and labels
# meet, decompose the table. Here it is on the same embedding as above, about `unique_1`, of which both parts hold all.

# %%
tried = {"posteriors": between["about unique 1"]}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # it warns of sparse tables, rightly
    for k in (8, 20):
        tried[f"k-means, {k} clusters"] = pid.decompose_parts(
            parts, labels["unique_1"], sources=("shared", "unique_1"), method="kmeans", clusters=k
        )
show(bars(tried))

# %% [markdown]
# Clusters follow what varies *most* in an embedding, and here r varies as much as u1: what a cluster mixes up is lost.
# More clusters may lose less, but leave fewer samples in each cell of the table; with too few it shows synergy by
# chance.
#
# **Try it.** A rule of thumb: four samples in every cell of the table, at least. With 8 clusters for each source and a
# label of 4 classes, how many samples are just enough?

# %%
n = None
teach.check(n, "enough_samples")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The table has one axis for each source and one for the label.
# </details>
# <details><summary>Solution</summary>
#
# `n = 1024`
# </details>

# %% [markdown]
# **See it.** Sources whose atoms are known exactly, hidden in 32 dimensions; both estimators; more and more samples.
# Which errors shrink with n, and which stay?

# %%
explore.estimators()

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The posterior estimator's errors shrink as n grows, for every truth. The errors of k-means level off, or grow: its
# clusters do not know the label, and no number of samples tells them. Its synergy may be wrong in either direction:
# lost where clusters mix things up, invented where the table is sparse.
# </details>

# %%
measured = pd.read_csv("../data/results/bench_estimators.csv")
show(figures.bias(measured[measured["truth"].isin(["suppressor", "two_bit", "mixture"])]))

# %% [markdown]
# ## Key points
#
# - State the sources, the target *and* the reader. Between parts, redundancy is leakage.
# - An embedding never knows more than its data; an estimator may find more in it, because it is easier to read.
# - Classifiers that fit badly under-estimate *informations*. An atom is a difference of these, so it can come out too
#   small or too large (S of two_bit above). Sparse tables over-estimate synergy; k-means can do either.
# - Before you believe S > 0: count samples per cell, or ask for an interval (`replicates=200`).
#
# **Glossary.** [BROJA](glossary.md#broja) · [data processing](glossary.md#data-processing) ·
# [estimator](glossary.md#estimator) · [interval](glossary.md#interval) · [k-means](glossary.md#k-means) ·
# [leakage](glossary.md#leakage) · [posterior](glossary.md#posterior) · [readout](glossary.md#readout)
#
# **References.** [Bertschinger et al. 2014](references.md#pid) for BROJA; [Liang et al. 2023](references.md#pid) for
# decompositions of multimodal data by clustering; [Strong et al. 1998](references.md#pid) for extrapolation.
#
# **Next.** [05: what orthogonality does](05_disentanglement.ipynb)
