# %% [markdown]
# # Start here: which information did it keep?
#
# **A network learns from two signals at once, without labels. Of what both tell, of what each tells alone, and of
# what only the two together tell: how many bits does it keep, and where?**
#
# - **Questions.** What are redundancy, unique information and synergy? How much of each did one trained network
#   keep, and in which part of it?
# - **Objectives.** Afterwards you can say which kind of information a question asks for, read the two main
#   pictures of `coral_viz`, and predict what a linear probe will overlook.
# - **You need** to have seen Python and to know that a network turns its inputs into vectors. No GPU, no internet
#   and no data.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under a minute on a laptop.

# %%
import pandas as pd
import torch
from IPython.display import Markdown

from coral_viz import figures, pid, runs, tasks
from coral_viz.figures.data.token_samples import two_views
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show
from coral_viz.publishing import report

# %% [markdown]
# ## 1. Four kinds of information
#
# Someone asks a question; its answer is the **target**. You may look at two **sources**: the sound and the
# picture of a film, say. One **bit** is the answer to one fair yes-or-no question; to name one of four equally
# likely classes takes two. Whatever the sources tell about the target falls into four **atoms**:
#
# | atom | who can tell | example |
# |:--|:--|:--|
# | **redundancy** (R) | either source alone | *is it raining?*, seen and heard |
# | **unique 1** (U1) | only source 1 | *what is the tune?* |
# | **unique 2** (U2) | only source 2 | *what colour is the car?* |
# | **synergy** (S) | only both, compared | *do the lips match the voice?* |
#
# **Predict, then run.** In the last of these four little machines the target is 1 only if both sources are 1.
# Which atoms will it have?

# %%
machines = {name: pid.broja(pid.gates.gate(name)) for name in ("RDN", "UNQ", "XOR", "AND")}
show(bars(machines))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The first three are pure: a bit that both sources see (RDN), one that only source 1 has (UNQ), and the question
# whether two coins differ (XOR), about which one coin alone tells nothing. AND is mixed. A source that reads 0
# already settles the answer, and either of them can do so: redundancy. When it reads 1, you need the other one
# too: synergy.
# </details>

# %% [markdown]
# ## 2. A task whose answer is known
#
# With real films nobody knows the true atoms. So we make data for which we do. Each sample is a pair of
# **modalities**, made from hidden classes 0 to 3:
#
# - `r` is shown in both modalities; `u1` only in modality 1, `u2` only in modality 2;
# - `t1` is shown in modality 1 and `t2` in modality 2. Each alone is a fair draw; the question is whether they
#   are equal.
#
# A network sees only the heat maps on the left. The circles show how they were made: a class is a circle, and
# *where* on it a sample lies (its phase) means nothing. A second **view** of the same sample has new phases and
# lacks some of its tokens, as a photograph is cropped and tinted. The classes stay.

# %%
SEED = 41
task = tasks.load("factors", seed=SEED)
batch = task.sample(1000, "test", seed=SEED)
views = task.views(batch, torch.Generator().manual_seed(SEED))
show(two_views(task, batch, views))

# %% [markdown]
# Four labels ask about these samples, one for each atom: `redundancy` is r, `unique_1` is u1, `unique_2` is u2,
# and `synergy` is 1 if t1 = t2.

# %%
pd.DataFrame(batch.labels)[list(task.labels)].head(4).rename_axis("sample")

# %% [markdown]
# Is all that really in the noisy heat maps? The exact rule by which they were made gives the probability of every
# label, and with it the bits that a perfect reader gets. Each label turns out to be one pure atom.

# %%
posteriors = task.posteriors(batch)
data = {
    label.replace("_", " "): pid.atoms_from_posteriors(*posteriors[label], batch.labels[label])
    for label in task.labels
}
show(bars(data))

# %% [markdown]
# ## 3. Train a network, live
#
# **COrAL** (2026) learns without labels. Two views of one sample should get similar vectors, different samples
# different ones. It has three paths, whose outputs side by side are the **embedding**:
#
# - `shared` sees both modalities, but in training tokens of one of them are hidden, so that it must fill in from
#   the other;
# - `unique_1` and `unique_2` see one modality each, and are charged for pointing the same way as another path.

# %%
METHOD, STEPS = "coral", 400
budget = runs.Budget(steps=STEPS, probe_samples=2048, test_samples=2048)
spec = runs.RunSpec.make(METHOD, "factors", SEED, budget=budget)
with runs.one_thread():
    table = runs.perform(spec, device="auto", progress=True).rows
show(figures.curves(table))

# %% [markdown]
# The contrasts *shared*, *unique 1* and *unique 2* fall as views find each other; the *orthogonal* terms are the
# charges. A falling loss does not say *what* was learned. For that we ask the embedding our four questions.
#
# ## 4. How many bits did it keep?
#
# **Predict, then run.** Training never saw a label. Which of the four will be kept, and which will a *linear*
# reader (one weighted sum for each class) fail to find?

# %%
show(figures.bits_kept(table))

# %% [markdown]
# The upright line is the exact truth. A dot cannot honestly pass it: it is a lower bound, measured on samples
# that neither the network nor the reader has seen. The usual report is the accuracy of a linear probe:

# %%
show(figures.accuracy(table))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# What the two views of a sample have in common is worth keeping, so r, u1 and u2 end up near their 2 bits.
# Nothing asked the network to compare t1 with t2, but as each of them is common to the views, it may keep both.
# Then the answer is *there* and yet hardly any weighted sum can read it: the hollow dot stays near 0 and the
# probe near chance, while a small network as reader (filled dot) finds it. **A linear probe near chance does not
# mean that the information is gone.**
# </details>

# %% [markdown]
# The same in words, computed from this run:

# %%
Markdown("\n\n".join(report.reading.kept(table)))

# %% [markdown]
# ## 5. Where is it kept?
#
# **Predict, then run.** `unique_1` never sees modality 2. Who holds the synergy: one of the three parts, or none
# of them alone?

# %%
show(figures.matrix(table))

# %% [markdown]
# Now let two *parts* of the embedding be the sources and decompose again. *In both* is leakage: a unique path
# repeats what the shared one holds. *Together only* is what neither of the two parts tells alone.

# %%
show(figures.stacked(table))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Look along the line *Synergy*. In the run stored here, no part alone holds what the whole embedding knows; it
# takes two parts and a comparison, as with XOR. The whole is synergistic in its own parts. Look along
# *Redundancy* too: the unique paths repeat r, although they are charged for repeating. The charge is for equal
# *directions*, and the same information can be written in another direction.
# </details>

# %% [markdown]
# ## 6. Your turn
#
# 1. In section 3 set `METHOD = "cross"` (CLIP's objective: match modality 1 with modality 2). Predict which dots
#    of section 4 move, then choose *Run → Run All Cells*.
# 2. Put `METHOD = "coral"` back and give `RunSpec.make` the option `dials={"distribution": "relation"}`: now
#    views keep nothing but the comparison of t1 and t2. What does the linear probe say?
#
# <details><summary><b>What you should see</b></summary>
#
# Cross is rewarded for what both modalities tell, so r stays and u1, u2 fall. Trained on *relation*, COrAL has
# nothing else to learn than the comparison itself, and writes it where even a linear reader finds it.
# </details>

# %% [markdown]
# ## Key points
#
# - Redundancy, unique information and synergy say *who can tell*; each is a number of bits.
# - When the truth is known, an embedding can be held against it: bits kept, not only accuracy.
# - A linear probe can stand near chance although the embedding holds the answer.
# - Which part holds what is a decomposition too, with parts as sources.
# - This was one world and one short training. Claims need several: that is what the tour does.
#
# ## Glossary
#
# **Atom**: one of the four shares of I(X1,X2;Y). **Balanced accuracy**: accuracy averaged over classes. **Bit**:
# unit of information. **Embedding**: the vector that a network makes of a sample. **I(X;Y)**, mutual information:
# what X tells about Y. **Linear probe**: a linear classifier on a frozen embedding. **Modality**: one of the
# signals of a sample. **PID**, partial information decomposition: the split into atoms (here BROJA).
# **Posterior**: probabilities of a label given what was seen. **View**: a sample, randomly altered in what should
# not matter.
#
# ## References
#
# - P. Williams, R. Beer: *Nonnegative decomposition of multivariate information*, 2010,
#   [arXiv:1004.2515](https://arxiv.org/abs/1004.2515)
# - N. Bertschinger et al.: *Quantifying unique information* (BROJA), 2014,
#   [doi:10.3390/e16042161](https://doi.org/10.3390/e16042161)
# - CLIP, here *Cross*: A. Radford et al., 2021, [arXiv:2103.00020](https://arxiv.org/abs/2103.00020)
# - CoMM: B. Dufumier et al., 2025, [arXiv:2409.07402](https://arxiv.org/abs/2409.07402)
# - COrAL: 2026, [arXiv:2602.14983](https://arxiv.org/abs/2602.14983)
#
# ## Next
#
# [01: a primer](01_pid_primer.ipynb), or the [paths through the workshop](README.md).
#
# `make tour`, in a terminal, trains four methods on three kinds of training data with three seeds each and writes
# a page that compares them, in bits. [A method in one file](../docs/own-method.md) says how to add your own.
