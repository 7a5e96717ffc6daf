# %% [markdown]
# # Train every method, live
#
# **Twelve published objectives with the same small networks, data and number of steps: which information does each of
# them keep, and why?**
#
# - **Questions.** What does each loss reward, and what can it not reward? Why does contrast across modalities keep
#   redundancy alone? What has a network learned after some seconds of training, and what not yet?
# - **Objectives.** Afterwards you can predict from a loss which atoms an embedding will keep, train any method with one
#   line, read its loss curves, and say why one seed proves nothing.
# - **You need** the task of [02](02_synthetic_tasks.ipynb). No GPU, though one is used if it is there.
# - **Time.** 15 minutes to read, 30 with its exercises. *Run → Run All Cells* takes about a minute on a laptop.

# %% jupyter={"source_hidden": true}
import tempfile

import pandas as pd

from coral_viz import explore, figures, runs, tasks, teach
from coral_viz.figures.data.digit_strips import questions
from coral_viz.figures.layout.display import show
from coral_viz.publishing import report
from coral_viz.results import tables

# %% [markdown]
# ## 1. What all of them have in common
#
# Two strips of digits, as in [02](02_synthetic_tasks.ipynb). Which of the digits would help you to find the strip that
# belongs to this one? Which would help you to recognise *the same strip* in another handwriting?

# %%
strips = tasks.load("digits", seed=41)
show(questions(strips, strips.sample(20, "test", seed=41), row=6))

# %% [markdown]
# No method uses labels. All of them are contrastive: two vectors of the same sample are **partners**, and the task is,
# given one, to find the other among all vectors of the batch. The vector with the highest **score** is taken for the
# partner; the score is mostly the cosine, divided by a **temperature** (the lower, the more the best candidates count).
# The loss is the cross-entropy of this classification, in nats (a nat is 1.44 bits). Methods differ in *which* vectors
# are partners.
#
# Only information that two partners share helps to identify them. So the rule for this notebook is:
#
# > **A loss can reward only the information that partners share.**
#
# This holds for latents. The label S is rewarded if both t1 and t2 are: what keeps both keeps the answer, though
# perhaps not where a linear probe reads it. In relation data partners share neither t1 nor t2, only their difference.
# There S is rewarded if both partners see both modalities.
#
# **Try it.** A batch has 128 samples and two views of each. Suppose that a network maps *every* input to the same
# vector. Each vector has to identify its partner among the 255 others. What is the loss, in nats?

# %%
nats = None
teach.check(nats, "loss_of_collapse")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The cross-entropy of a uniform guess among n candidates is the natural logarithm of n.
# </details>
# <details><summary>Solution</summary>
#
# `nats = 5.541`, which is log 255. With the 128 candidates of Cross it is log 128 = 4.85. The curves below begin above
# these values, since an untrained network guesses with confidence. Below them, something has been learned.
# </details>

# %% [markdown]
# **Try it.** Which latents do two *views* of one sample share, in unbiased training? Choose from r, u1, u2, t1, t2 and
# phase.

# %%
shared = None  # such as {"r", "phase"}
teach.check(shared, "common_to_views")

# %% [markdown]
# <details><summary>Hint</summary>
#
# A view is a label-preserving augmentation.
# </details>
# <details><summary>Solution</summary>
#
# `shared = {"r", "u1", "u2", "t1", "t2"}`
# </details>
#
# ## 2. What each loss rewards
#
# **Partners are modalities.** Modality 1 of a sample is matched with modality 2 of the same sample. They share r. If
# training relates t1 and t2, they share these too.
#
# - **Cross** (CLIP): a vector of modality 1 identifies its vector of modality 2, and vice versa. The temperature is
#   learned.
# - **CMC**: the same, with the vectors of both modalities as candidates. They are compared behind a *projection head*,
#   a small network that is discarded after training.
# - **CLIP+IB**: CLIP plus the squared distance between the partners, which removes what the partner does not have.
# - **Symile**: the score is the sum over coordinates of the product of all modalities. For two modalities it is CLIP.
# - **GRAM**: the score is minus the volume that the vectors of all modalities span, like edges of a box. For two it is
#   an area.
# - **OVA-IB**: the score is the cosine between a vector and its projection on the *span* of the others, which is all
#   their weighted sums. A second term pulls all of them to their mean.
#
# **Partners are views.** A view preserves all latents, so all of them may be kept.
#
# - **SimCLR**: two views of one modality are partners. The modalities are never compared.
# - **Cross+Self**: the loss of Cross plus half the loss of SimCLR.
#
# **Partners are single modalities and their fusion.** A *fusion* network sees both modalities and can compare them.
#
# - **CoMM**: the embedding of one modality is matched with the fusion of both in the other view. The fusions of the two
#   views are matched, too.
# - **InfMasking**: CoMM, plus a term that matches each fusion with six fusions of heavily masked inputs.
#
# **Separate parts for shared and unique information.**
#
# - **FactorCL**: shared and unique information are raised by estimates that are never above them (*lower bounds*). What
#   would be counted twice is lowered by estimates that are never below it (*upper bounds*). Each bound has a small
#   network of its own, a *critic*.
# - **COrAL**: one path sees both modalities, one of them masked; two paths see one modality each. A penalty keeps the
#   three paths orthogonal. Figures name its form, *hinge* by default ([05](05_disentanglement.ipynb)).

# %% [markdown]
# ## 3. Train them, live
#
# All methods have the same encoders, the same data and the same order of batches. Each trains for 100 steps, two at a
# time. (`device="auto"` takes a GPU if there is one. After Ctrl-C or the stop button, finished runs are kept.)

# %%
CHOSEN = ["cross", "cmc", "clip_ib", "cross_self", "simclr", "comm"]
CHOSEN += ["infmasking", "coral", "factorcl", "symile", "gram", "ovaib"]
budget = runs.Budget(steps=100, probe_samples=1024, test_samples=1024)
specs = [runs.RunSpec.make(name, "factors", 41, budget=budget) for name in CHOSEN]
store = runs.Store(tempfile.mkdtemp())
for outcome in runs.execute(specs, store, jobs=2):
    print(f"{outcome.spec.words}: {outcome.status}, {outcome.seconds:.0f} s {outcome.reason}")
live = pd.concat([store.rows(spec) for spec in specs])

# %%
show(figures.curves(live[live["method"].isin(["cross", "coral"])]))

# %% [markdown]
# The contrastive terms fall, so *something* is learned. Losses of different methods cannot be compared, and no curve
# says *what* was learned. So we measure the embeddings of all twelve.

# %% jupyter={"source_hidden": true}
teach.predict(
    "After unbiased training, which latents has Cross learned to keep?",
    ("r alone", "r, u1 and u2", "all five"),
    "r alone",
    "u1 is independent of modality 2, so it does not help to identify it. The same holds for u2, t1 and t2 here.",
    replies={
        "r, u1 and u2": "So it is with partners that are views. The partners of Cross are modalities.",
        "all five": "Views share all five, but the partners of Cross are modalities.",
    },
    shows=show(figures.bits_kept(live)),
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Redundancy is learned first: all but OVA-IB and CLIP+IB have 1.7 bits of it or more. SimCLR, COrAL and InfMasking are
# ahead on u1 and u2. Their partners are views, which share all latents. (CoMM and Cross+Self match views, too, but are
# slower.) What the others hold of u1 and u2 need not be learned: an untrained network passes some of its input on, and
# training removes what the loss does not reward. FactorCL has already lost nearly all of u1 and u2. SimCLR, COrAL and
# InfMasking also have 0.3 to 0.4 bits of synergy, since views share t1 and t2, too. But a *linear* readout (hollow
# dots) finds no synergy in any embedding.
# </details>
#
# ## 4. And after more training?
#
# These results ship: 600 steps, unbiased training and biased training (t1 = t2 always), ten seeds (41 to 50) for Cross,
# Cross+Self, CoMM, InfMasking and COrAL, five (41 to 45) for the others. Every embedding has 64 numbers, as above. The
# line *COrAL (width=128)* has the widths of COrAL's paper.

# %%
shipped = tables.read("../data/results/factors.parquet")
shipped = shipped[shipped["method"].isin(CHOSEN)]
kept = show(figures.bits_kept(shipped[shipped["distribution"] != "relation"]))

# %% jupyter={"source_hidden": true}
teach.predict(
    "After biased training, does Cross's embedding hold the answer to 'is t1 = t2?'",
    (
        "no, nothing rewards it",
        "yes, and a linear probe reads it",
        "yes, but a linear probe does not read it",
    ),
    "yes, but a linear probe does not read it",
    "As t1 = t2, both help to identify the partner, so both are kept. But a weighted sum cannot compare them.",
    replies={
        "no, nothing rewards it": "In biased training t1 and t2 are equal, so partners share them, as they share r.",
        "yes, and a linear probe reads it": "It has t1 and t2, but whether they are equal is no weighted sum of them.",
    },
    shows=kept,
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# *Unbiased.* The rule holds. Methods that match modalities keep r and little of u1 and u2. Methods that match views, or
# single modalities with their fusion, can keep all latents, but need not: look at CoMM's ticks, one per seed. They lie
# anywhere between 0 and 2 bits. FactorCL found u1 with one seed of five, and u2 with none.
#
# *Biased.* Now t1 and t2 identify a partner as well as r does, and all methods, Cross included, hold 0.6 bit of synergy
# or more (filled dots). But in methods without fusion a *linear* readout finds nothing of it (hollow dots). "Synergy is
# lost" and "synergy is kept but not linearly readable" are two different findings, and a table of probe accuracies
# cannot distinguish them. A linear probe decides by whether a weighted sum exceeds a threshold: it can read "at least
# two of three bits are 1", but not "two latents are equal". Cross+Self and CoMM have lost a part of u1 and u2: a method
# need not keep all that its loss rewards.
# </details>

# %% [markdown]
# The same as a table: mean bits, found by the best readout.

# %%
report.reading.bits(shipped[shipped["distribution"] != "relation"]).round(2)

# %% [markdown]
# ## 5. Replay a training
#
# **See it.** Choose a recording and a step; step 0 is before training. Compare the loss with the labels that can be
# read. What does an untrained network hold already?

# %%
explore.recordings()

# %% [markdown]
# **And with images?** The recordings of `trifeature-32` ([02](02_synthetic_tasks.ipynb)) are long, biased trainings on
# pairs of images: R is their shape, U1 and U2 are their textures, S is whether texture 1 and colour 2 match. Choose
# them in the explorer, and compare S with U1 and U2 over the steps.
#
# <details><summary><b>What you should have seen</b></summary>
#
# *The recording shown first.* Before training the embedding holds about half of r and somewhat less of u1 and u2:
# random weights pass some of the input on. It holds no synergy. During training R, U1 and U2 rise first, and S follows.
#
# *Images.* Shapes and textures are learned slowly. CoMM, InfMasking and COrAL learn both textures, but of S they have
# 0.1 bits or less at every step. Cross has a third of a bit of S in the end. It learns texture 1, which goes with
# colour 2 in these data, and loses texture 2. These are four trainings with one seed.
# </details>

# %% [markdown]
# **Try it, with an open end.** Change `distribution` to `"biased"` or `"relation"`, and choose another method. Before
# you run the cell, write down which dots will move.

# %%
budget = runs.Budget(steps=150, probe_samples=1024, test_samples=1024)
mine = runs.RunSpec.make("comm", "factors", 41, dials={"distribution": "unbiased"}, budget=budget)
with runs.one_thread():
    own = runs.perform(mine).rows
show(figures.bits_kept(own))

# %% [markdown]
# **An invented loss.** Somebody proposes *Halfway*: the partner of the fusion of both modalities (view 1) is modality 1
# alone (view 2). Modality 2 alone has no partner. The output of the fusion is the embedding. Write down its four atoms
# after unbiased training, in bits, then choose.

# %% jupyter={"source_hidden": true}
partners = pd.DataFrame(
    {"fusion": ["yes"] * 5, "modality 1": ["yes", "yes", "yes", "no", "no"]},
    index=["r", "u1", "t1", "u2", "t2"],
)
teach.predict(
    "Which bits of redundancy, unique 1, unique 2 and synergy does Halfway reward?",
    (
        "R 2, U1 0, U2 0, S 0",
        "R 2, U1 2, U2 0, S 0",
        "R 2, U1 2, U2 2, S 0",
        "R 2, U1 2, U2 2, S 1",
    ),
    "R 2, U1 2, U2 0, S 0",
    "Partners share what modality 1 shows: r, u1 and t1. Without t2, nobody knows whether t1 = t2.",
    replies={
        "R 2, U1 0, U2 0, S 0": "That is Cross. Here modality 1 is on both sides, so u1 helps to identify the partner.",
        "R 2, U1 2, U2 2, S 0": "The fusion sees u2, but its partner does not, so u2 is not rewarded.",
        "R 2, U1 2, U2 2, S 1": "The fusion could compare t1 with t2, but its partner sees no t2.",
    },
    shows=partners.rename_axis("who shows it"),
)

# %% [markdown]
# ## Key points
#
# - All these methods are contrastive. They differ in which vectors are partners.
# - Modalities share redundancy, and in biased data the related latents; a loss that matches modalities rewards only
#   these. Views share all latents; whether a method keeps them all is a matter of training.
# - A linear probe can find nothing although the embedding holds the bit.
# - A loss curve does not say what was learned.
# - One seed is an example. Compare methods over five seeds or more, with intervals, and look at single seeds.
#
# **Glossary.** [Contrastive loss](glossary.md#contrastive-loss) · [embedding](glossary.md#embedding) ·
# [fusion](glossary.md#fusion) · [linear probe](glossary.md#linear-probe) · [nat](glossary.md#nat) ·
# [seed](glossary.md#seed) · [view](glossary.md#view)
#
# **References.** One paper for each method: [references.md](references.md#methods).
#
# **Next.** [04: decompose embeddings](04_pid_of_embeddings.ipynb)
