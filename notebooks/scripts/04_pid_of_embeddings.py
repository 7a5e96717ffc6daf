# %% [markdown]
# # Decompose embeddings, and check the estimates
#
# **A trained network maps samples to vectors. How do you decompose the information in these vectors, and how large is
# the error?**
#
# - **Questions.** What are the sources and the target for an embedding? Can an embedding hold more information than the
#   data? How do estimators work, and when do they fail?
# - **Objectives.** Afterwards you can decompose the information of any two feature vectors about a label with one line,
#   compare the result with the data, and say in which direction an estimator is likely to be biased.
# - **You need** [01](01_pid_primer.ipynb) for the atoms and [02](02_synthetic_tasks.ipynb) for the task.
# - **Time.** 15 minutes to read, 25 with its exercises. *Run → Run All Cells* takes under a minute.

# %% jupyter={"source_hidden": true}
import warnings

import pandas as pd
import torch

from coral_viz import evaluation, explore, figures, pid, runs, tasks, teach
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.decomposition.pointwise import pointwise
from coral_viz.figures.layout.display import show
from coral_viz.tasks.digit_reader import Reader

# %% [markdown]
# ## 1. Three choices of sources
#
# The target is a label, as before, such as `synergy` ("is t1 = t2?"). The **sources** depend on the question:
#
# | you ask about | source 1 | source 2 |
# |:--|:--|:--|
# | the data | modality 1 | modality 2 |
# | a CLIP-like embedding | vector of modality 1 | vector of modality 2 |
# | parts of one embedding | the path *shared* | *path 1* (`unique_1` in code) |
#
# Between parts of one embedding, redundancy is also called **leakage**: two parts hold the same information. Synergy is
# the information that a classifier finds only if it is given both parts.
#
# We load a trained network, COrAL after biased training, and embed 2 000 new samples.

# %%
store = runs.Store("../data/runs", to_write=False)
spec = store.one(method="coral", task="factors", distribution="biased", knob="")
task, method = runs.restored(spec, store)
batch = task.sample(2000, "test", seed=41)
parts = {name: part.numpy() for name, part in evaluation.embed(method, batch).items()}
labels = {name: label.numpy() for name, label in batch.labels.items()}
{name: part.shape for name, part in parts.items()}

# %% [markdown]
# ## 2. The data, exactly
#
# The distribution that generates the data gives the exact [posterior](glossary.md#posterior) of every label. So the
# atoms of the *data* are known without fitting a model.

# %%
posteriors = task.posteriors(batch)
exact = {
    name.replace("_", " "): pid.atoms_from_posteriors(*posteriors[name], labels[name])
    for name in task.labels
}
show(bars(exact))

# %% [markdown]
# For an embedding we have only samples: vectors and labels. `pid.decompose` trains small classifiers to predict the
# label from source 1, from source 2 and from both, with cross-fitting: a classifier predicts only samples that it was
# not trained on. The predicted posteriors then *replace* the vectors. BROJA allows this, because it depends only on the
# posterior of each source, whatever the dimension of the source.

# %%
raw = [x.flatten(1).numpy() for x in batch.inputs]
found = {
    "raw data": pid.decompose(*raw, labels["synergy"]),
    "embedding: path 1 and path 2": pid.decompose_parts(
        parts, labels["synergy"], sources=("unique_1", "unique_2")
    ),
}
estimated = show(bars({"data, exact": exact["synergy"], **found}))

# %% jupyter={"source_hidden": true}
teach.predict(
    "We give the estimator the raw data of both modalities. They hold 1 bit of synergy. How much will it find?",
    ("about 1 bit", "hardly anything", "more than 1 bit"),
    "hardly anything",
    "The classifiers would have to learn the planes and phases from 2 000 samples. What they miss is not counted.",
    replies={
        "about 1 bit": "So it would be with unlimited samples and classifiers. There are 2 000 samples.",
        "more than 1 bit": "No estimate should exceed what the data hold. Small classifiers find less.",
    },
    shows=estimated,
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The estimator finds almost nothing in the raw data and 0.77 bits in the embedding, which is a function of the raw
# data. By the data-processing inequality no embedding holds more information about a label than its data. So the second
# bar does not mean that the data lack synergy. It means that small classifiers do not find it there. **An estimate
# depends on the sources *and* on the classifiers.** The embedding did not create information, it made the information
# easier to decode.
#
# The data hold 0.99 bits. What the third bar lacks may be lost in these two parts, or missed by the classifiers.
# </details>
#
# ## 3. Parts as sources

# %%
asked = ("redundancy", "unique_1", "synergy")
between = {
    f"about {name.replace('_', ' ')}": pid.decompose_parts(
        parts, labels[name], sources=("shared", "unique_1")
    )
    for name in asked
}

# %% jupyter={"source_hidden": true}
teach.predict(
    "Path 1 sees modality 1 only, and a loss term makes it orthogonal to shared. What will both hold about r?",
    ("one half each", "all of it, in both", "all of it in shared, nothing in path 1"),
    "all of it, in both",
    "r is in modality 1, and views share it. Orthogonality is about directions; r can be encoded in another direction.",
    replies={
        "one half each": "Nothing divides r. Both are rewarded for all of it, and both can encode it.",
        "all of it in shared, nothing in path 1": "The penalty is on directions. It does not say what they encode.",
    },
    shows=show(bars(between)),
)

# %% [markdown]
# Here source 1 is *shared* and source 2 is *path 1*, so redundancy is leakage: both parts hold nearly all of r and of
# u1. *Shared* alone holds most of the synergy. In [00](00_start_here.ipynb) no part alone held any: there training was
# unbiased. Here it is biased, so the modalities share t1 and t2 as they share r, and the shared path is rewarded for
# both. This is one seed; [05](05_disentanglement.ipynb) shows five.
#
# **See it.** The same for any shipped run: a map of the embedding coloured by a label, the bits in each part, and the
# decomposition between parts. Compare methods, and compare embeddings before and after training.

# %%
explore.embeddings(run=spec.id, picture="between parts")

# %% [markdown]
# The same embedding, other classifiers and samples: in the stored pictures the row *Synergy* gives *shared* alone 0.62
# bits, instead of the 0.91 of the figure before.
#
# ## 4. How large is the error?
#
# Many papers use another estimator: cluster each source by **k-means**, count how often each combination of clusters
# and label occurs, and decompose the table of counts. Here it is on the same embedding, for the label `unique_1`, about
# which both parts hold all information.

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
# Clusters follow the directions of *largest variance*, and here r varies as much as u1. A cluster that mixes several
# classes of u1 loses information. More clusters lose less, but leave fewer samples in each entry of the table, and a
# sparse table shows synergy by chance.
#
# **Try it.** A rule of thumb asks for at least four samples for every entry of the table. With 8 clusters for each
# source and a label of 4 classes, how many samples are just enough?

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
# **See it.** Embeddings in 32 dimensions whose atoms are known exactly, both estimators, and an increasing number n of
# samples. Which errors decrease with n, and which do not?

# %%
explore.estimators()

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The errors of the posterior estimator decrease with n for every distribution. The errors of k-means level off or
# grow: its clusters ignore the label, and more samples do not change that. Its synergy is too small where clusters mix
# classes and too large where the table is sparse.
# </details>

# %% [markdown]
# The same over many samples and seeds, for three distributions: in *suppressor* source 2 tells nothing alone, but knows
# the noise of source 1 (U1 and S); in *two bit* each source has a bit of its own (U1 and U2); *mixture* has R, U1 and
# S.

# %%
measured = pd.read_csv("../data/results/bench_estimators.csv")
show(figures.bias(measured[measured["truth"].isin(["suppressor", "two_bit", "mixture"])]))

# %% [markdown]
# ## 5. Which samples need both sources?
#
# A mutual information is a mean over samples. Its *pointwise* values, log2 p(y|x) / p(y) in bits, say how much a source
# tells about the label of *one* sample. They are negative where the source misleads: its posterior gives the true label
# a lower probability than its frequency does.
#
# **Try it.** A label is 0 or 1, equally often. For one sample a classifier gives the true label the probability 1/8.
# What is the pointwise information, in bits?

# %%
told = None
teach.check(told, "told_by_a_misled_classifier")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Divide the probability that the classifier gives by the one that the frequency gives.
# </details>
# <details><summary>Solution</summary>
#
# `told = -2`
# </details>

# %% [markdown]
# Two strips of the task `digits` ([02](02_synthetic_tasks.ipynb)), by writers that were never seen in training. The
# label is again "is t1 = t2?", and a strong supervised classifier, `Reader`, gives the posteriors.

# %%
strips = tasks.load("digits", seed=41)
written = strips.sample(2000, "test", seed=41)
same = written.labels["synergy"].numpy()
told = [
    pid.pointwise_information(posterior.numpy(), same)
    for posterior in Reader(strips).posteriors(written)["synergy"]
]
pairs = torch.stack([written.latents["t_1"], written.latents["t_2"]], 1).sort(1).values
names = [f"{low} and {high}" for low, high in pairs.tolist()]

# %% jupyter={"source_hidden": true}
teach.predict(
    "The digits are 0 to 3. For which pairs (t1, t2) will both strips together mislead the classifier?",
    ("for none", "for equal digits", "for pairs with a digit that some people write like another"),
    "for pairs with a digit that some people write like another",
    "The label has 1 bit for every pair. What the classifier loses depends on the digits that it takes for others.",
    replies={
        "for none": "On average it reads them well, but some people write a digit as others write another.",
        "for equal digits": "Equal digits are no harder to read than different ones, unless a digit is.",
    },
    shows=show(pointwise(*told, names, shown=10)),
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Every mark is at 0 on the horizontal axis: one strip tells nothing about any pair. Both strips tell nearly the whole
# bit of most pairs. But "1 and 2" is at −1.9 bits and "1 and 1" at −0.9: the unseen writers have a 1 that the
# classifier takes for a 2. The mean over all samples, 0.47 bits, hides that almost all is lost in two kinds of pairs.
# </details>
#
# For embeddings, `pid.pointwise_of_samples(z1, z2, y)` gives the same from cross-fitted classifiers.

# %% [markdown]
# ## Key points
#
# - State the sources, the target *and* the classifiers. Between parts, redundancy is leakage.
# - An embedding never holds more information than its data, but an estimator may find more in it.
# - Classifiers that fit badly under-estimate mutual *informations*. An atom is a difference of these, so its estimate
#   can be too small or too large (such as S of *two bit* above, whose truth is 0). Sparse tables over-estimate synergy.
#   k-means can do either.
# - Before you believe that S > 0, count the samples per table entry, or request an interval (`replicates=200`).
#
# **Glossary.** [BROJA](glossary.md#broja) · [data processing](glossary.md#data-processing) ·
# [estimator](glossary.md#estimator) · [interval](glossary.md#interval) · [k-means](glossary.md#k-means) ·
# [leakage](glossary.md#leakage) · [posterior](glossary.md#posterior) · [readout](glossary.md#readout)
#
# **References.** [Bertschinger et al. 2014](references.md#pid) for BROJA; [Liang et al. 2023](references.md#pid) for
# decompositions of multimodal data by clustering; [Strong et al. 1998](references.md#pid) for extrapolation.
#
# **Next.** [05: what orthogonality does](05_disentanglement.ipynb)
