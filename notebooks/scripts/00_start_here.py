# %% [markdown]
# # Start here: which information did a network keep?
#
# **A network learns from two modalities without labels. How many bits does it keep of the information that both
# modalities share, that only one of them has, and that only both together provide? And where does it keep them?**
#
# - **Questions.** What are redundancy, unique information and synergy? How much of each did one trained network
#   keep, and in which part of it?
# - **Objectives.** Afterwards you can say which kind of information a question asks for, read the two main
#   figures of `coral_viz`, and predict what a linear probe cannot read.
# - **You need** to have seen Python and to know that a network maps its inputs to vectors. No GPU, no internet
#   and no data.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under a minute on a laptop.

# %%
import pandas as pd
import torch
from IPython.display import Markdown

from coral_viz import figures, pid, runs, tasks, teach
from coral_viz.figures.data.digit_strips import questions
from coral_viz.figures.data.token_samples import two_views
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show
from coral_viz.publishing import report

# %% [markdown]
# ## 1. Four kinds of information
#
# Here are two strips of digits, written by people. Each digit is written twice. Four questions can be asked about
# them: **r**, which digit is in *both* strips? **u1** and **u2**, which digit has a strip to itself? And do the two
# strips *end in the same digit*?

# %%
SEED = 41
strips = tasks.load("digits", seed=SEED)
shown = strips.sample(20, "test", seed=SEED)
show(questions(strips, shown, row=6))

# %% [markdown]
# Which strip do you need for each answer? The **target** is the answer, and the strips are two **sources**. One
# **bit** is the information in the answer to one fair yes-or-no question; one of four equally likely digits takes two
# bits. The information of the sources about the target has four **atoms**:
#
# | atom | provided by | in the strips | in a film |
# |:--|:--|:--|:--|
# | **redundancy** (R) | either source alone | r | *is it raining?*, seen and heard |
# | **unique 1** (U1) | only source 1 | u1 | *what is the tune?* |
# | **unique 2** (U2) | only source 2 | u2 | *what colour is the car?* |
# | **synergy** (S) | only both together | do they end alike? | *do the lips match the voice?* |
#
# Cover single digits with your fingers. Most questions can still be answered: every digit is written twice, and r in
# both strips. Hide both last digits of one strip, and nobody can answer the last question. A **mask** is such a cover,
# and some methods train with masks ([06](06_masking.ipynb)).
#
# The same four kinds of information in coins: a bit that both sources have (RDN), a bit that only source 1 has (UNQ),
# whether two coins differ (XOR), and whether both show 1 (AND). BROJA is the definition of the atoms that we use;
# [01](01_pid_primer.ipynb) explains it.

# %%
machines = {name: pid.broja(pid.gates.gate(name)) for name in ("RDN", "UNQ", "XOR", "AND")}

# %% jupyter={"source_hidden": true}
teach.predict(
    "The first three have one atom each. Which atoms does AND have?",
    ("synergy alone", "redundancy and synergy", "all four"),
    "redundancy and synergy",
    "A 0 of either source determines the target: this is redundant. If one shows 1, you need the other: synergy.",
    replies={
        "synergy alone": "Suppose that source 1 is 0. Do you need source 2?",
        "all four": "Both sources play the same role, and what one of them says, the other could have said.",
    },
    shows=show(bars(machines)),
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Of the difference of two coins (XOR), one coin alone says nothing. AND has two atoms. If either source is 0, it
# determines the target: this is redundant. If it is 1, you need the other source, too: this is synergy.
# </details>

# %% [markdown]
# ## 2. A task whose atoms are known
#
# For real films the true atoms are unknown. So we generate data whose atoms are known, from the hidden variables of the
# strips, the **latents**. Each has one of four *classes*, 0 to 3:
#
# - `r` is in both **modalities**, `u1` only in modality 1, `u2` only in modality 2;
# - `t1` is in modality 1 and `t2` in modality 2. The question is whether they are equal. In test data they are in half
#   of the samples, so the answer has 1 bit. Each alone is still uniform and says nothing.
#
# Networks learn handwriting slowly, so here the latents are shown in a form from which they learn in seconds. A network
# sees only the heat maps on the left. A modality has 8 **tokens**, columns of 24 numbers. Each token is a noisy *look*
# at all latents of its modality. The circles show how a look is made. Each latent has four circles, one for each class.
# A token is one dot in every circle: on the rim of the true class (bold number), near the centre of the others, up to
# noise. The place on the rim, the *phase*, is a nuisance. A second **view** of the same sample has new phases and new
# noise, and lacks some tokens and numbers, like a cropped and tinted photograph. The latents stay the same.

# %%
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
# How much of this is in the noisy heat maps? The distribution that generates them gives the exact *posterior* of every
# label, the probabilities of its values given a sample, and so the bits that an ideal classifier gets. Each label is a
# single atom.

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
# **COrAL** (2026) learns without labels. It maps two views of one sample to similar vectors, and different samples to
# different vectors: its loss is *contrastive*. It has three paths, and the **embedding** is the concatenation of their
# outputs:
#
# - *shared* sees both modalities. In training some tokens of one modality are masked, so that it has to use the other;
# - *path 1* and *path 2* see one modality each. A penalty keeps their vectors *orthogonal* to those of the other paths,
#   which means at right angles. (In code these two are called `unique_1` and `unique_2`.)

# %%
METHOD, STEPS = "coral", 400
budget = runs.Budget(steps=STEPS, probe_samples=2048, test_samples=2048)
spec = runs.RunSpec.make(METHOD, "factors", SEED, budget=budget)
with runs.one_thread():
    table = runs.perform(spec, device="auto", progress=True).rows
show(figures.curves(table))

# %% [markdown]
# The contrastive terms *shared*, *unique 1* (of path 1) and *unique 2* (of path 2) fall as views become similar.
# *Shared* rises at steps 200 and 300, because from there on more tokens are masked. The *orthogonal* terms are the
# penalties. A falling loss does not say *what* was learned. So we predict the four labels from the embedding.
#
# ## 4. How many bits did it keep?
#
# Training used no label. We read the labels from the embedding by a small network and by a *linear* probe, one weighted
# sum for each class.

# %% jupyter={"source_hidden": true}
teach.predict(
    "Which of the four labels does the embedding keep, and which of them can a linear probe read?",
    (
        "it keeps three and loses synergy",
        "it keeps all four, and a linear probe reads all four",
        "it keeps all four, but a linear probe does not read synergy",
    ),
    "it keeps all four, but a linear probe does not read synergy",
    "Views share t1 and t2, too. But whether they are equal is no weighted sum of what shows them.",
    replies={
        "it keeps three and loses synergy": "So it looks to a linear probe. A small network finds most of the bit.",
        "it keeps all four, and a linear probe reads all four": "Nothing makes the comparison linear.",
    },
    shows=[show(figures.bits_kept(table)), show(figures.accuracy(table))],
)

# %% [markdown]
# In the first picture of the answer the vertical line is the exact truth. A dot is a lower bound, measured on samples
# that neither the network nor the classifier was trained on; a value just below 0 means that nothing was found. The
# second shows what most papers report instead, the accuracy of a linear probe. *Trained on unbiased* is the training
# distribution ([02](02_synthetic_tasks.ipynb)), *(hinge)* the form of the penalty ([05](05_disentanglement.ipynb)).
#
# <details><summary><b>What you should have seen</b></summary>
#
# The loss rewards what two views of a sample share, so r, u1 and u2 end up near their 2 bits. Nothing in the loss
# compares t1 with t2, but each of them is shared by the views, so the network may keep both. In the run stored here it
# does: a small network (filled dot) finds 0.85 of the bit of synergy. A weighted sum cannot read it: the hollow dot is
# at 0, and the probe is at chance. **A linear probe near chance does not mean that the information is lost.**
# </details>

# %% [markdown]
# The same in words, computed from this run:

# %%
Markdown("\n\n".join(report.reading.kept(table)))

# %% [markdown]
# ## 5. Where is it kept?
#
# Path 1 never sees modality 2, and path 2 never sees modality 1.

# %% jupyter={"source_hidden": true}
teach.predict(
    "Which part holds the synergy?",
    ("shared", "path 1 or path 2", "none of them alone"),
    "none of them alone",
    "It takes t1 and t2. In this run they are in different parts.",
    replies={
        "shared": "It sees both modalities and could hold both, but its input is masked, and the penalty is on it.",
        "path 1 or path 2": "One modality says nothing about whether t1 = t2.",
    },
    shows=[show(figures.matrix(table)), show(figures.stacked(table))],
)

# %% [markdown]
# In the second picture of the answer the sources are two *parts* of the embedding. *In both* is leakage: the two parts
# hold the same. *Together only* is what neither of the two parts holds alone.
#
# <details><summary><b>What you should have seen</b></summary>
#
# *Synergy.* In the run stored here no part alone holds any of it. Nor do *shared* and *path 1* together; *shared* and
# *path 2* hold a quarter of the bit, and all three parts 0.85. So most of it takes t1 from *path 1* and t2 from *path
# 2*, like the two coins of XOR. (That pair is not drawn here, but in [04](04_pid_of_embeddings.ipynb).)
#
# *Leakage.* Paths 1 and 2 repeat nearly all of r, and the shared path repeats u1 and half of u2, in spite of the
# penalty. The penalty acts on *directions*, and the same latent can be encoded in another direction.
# </details>

# %% [markdown]
# ## 6. Your turn
#
# 1. In section 3 set `METHOD = "cross"` (CLIP's objective: match modality 1 with modality 2). Predict which dots
#    of section 4 move, then choose *Run → Run All Cells*.
# 2. Put `METHOD = "coral"` back and give `RunSpec.make` the option `dials={"distribution": "relation"}`: now only
#    the relation between t1 and t2 is informative. How accurate is the linear probe?
#
# <details><summary><b>What you should see</b></summary>
#
# The loss of Cross rewards what both modalities share, so r stays and u1 and u2 fall. In *relation* data COrAL can
# learn only the relation itself, and a linear probe reads it.
# </details>

# %% [markdown]
# ## Key points
#
# - Redundancy, unique information and synergy say *which source provides* information, in bits.
# - When the truth is known, we can compare an embedding with it: bits kept, not only accuracy.
# - A linear probe can be near chance although the embedding holds the information.
# - A decomposition with parts as sources says which part holds which information.
# - This was one seed and one short training. Claims need several seeds: the tour trains them.
#
# ## Glossary
#
# **Atom**: one of the four shares of I(X1,X2;Y). **Balanced accuracy**: accuracy averaged over classes. **Bit**:
# unit of information. **Embedding**: the vector that a network makes of a sample. **I(X;Y)**, mutual information:
# what X tells about Y. **Linear probe**: a linear classifier on a frozen embedding. **Modality**: one of the
# signals of a sample. **PID**, partial information decomposition: the split into atoms (here BROJA).
# **Posterior**: probabilities of a label given an observation. **View**: a label-preserving random augmentation of
# a sample.
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
# `make tour`, in a terminal, trains four methods on three training distributions with three seeds each and writes
# a page that compares them, in bits. [A method in one file](../docs/own-method.md) says how to add your own.
