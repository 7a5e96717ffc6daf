# %% [markdown]
# # Beyond two modalities: who learns a relation of all of them?
#
# **Three modalities may share information that no two of them share. Which objective learns it, and how can you
# tell?**
#
# - **Questions.** What can three modalities share that pairs cannot? What does a negative O-information mean? Why do
#   pairwise contrastive losses fail, and which scores succeed? How do retrieval and probes differ? Which scores ignore
#   signs?
# - **Objectives.** Afterwards you can place data on a map of total and dual total correlation, predict from the score
#   of a method what it can learn, and distinguish what a score finds, what a linear probe reads, and what is kept at
#   all.
# - **You need** [01](01_pid_primer.ipynb) for synergy and [03](03_train_methods.ipynb) for contrastive losses.
# - **Time.** 20 minutes to read, 30 with its exercises. *Run → Run All Cells* takes about half a minute on two cores.

# %% jupyter={"source_hidden": true}
import math
import tempfile

import numpy as np
import pandas as pd
import torch

from coral_viz import explore, pid, runs, tasks, teach
from coral_viz.evaluation.ranking import average_precision
from coral_viz.figures.comparison.beyond_pairs import by_count, information_map, relation, signs
from coral_viz.figures.decomposition.hasse import hasse
from coral_viz.figures.layout.display import show
from coral_viz.methods import losses
from coral_viz.results import tables

# %% [markdown]
# ## 1. What three variables can share
#
# There is no label in this section: we ask how much information the modalities have about *each other*. For two
# modalities one number, the mutual information, is enough. For three it is not. **How can pairs be uninformative?**
# Here are three bits. The third is 1 if the first two differ. All four rows are equally likely:
#
# | x1 | x2 | x3 |
# |:-:|:-:|:-:|
# | 0 | 0 | 0 |
# | 0 | 1 | 1 |
# | 1 | 0 | 1 |
# | 1 | 1 | 0 |
#
# Cover any column. The other two are 00, 01, 10 and 11 equally often, so they are independent. Yet together they
# determine the covered bit, because the number of ones is always even: the [**parity**](glossary.md#parity) is 0.
#
# **Try it.** Write this as a table p[x1][x2][x3] of eight probabilities.

# %%
table = None  # such as [[[0.125, 0.125], [0.125, 0.125]], [[0.125, 0.125], [0.125, 0.125]]]
teach.check(table, "only_all_three")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Four of the eight numbers are 0.25: which ones? `table[0][1]` holds the cases x1 = 0, x2 = 1.
# </details>
# <details><summary>Solution</summary>
#
# `table = [[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]]`
# </details>

# %% [markdown]
# Two quantities measure how much several variables share:
#
# - [**Total correlation**](glossary.md#total-correlation), TC = ΣH(Xᵢ) − H(X₁, …, Xₘ): the bits saved by coding the
#   variables together instead of one by one.
# - [**Dual total correlation**](glossary.md#dual-total-correlation), DTC = H(X₁, …, Xₘ) − ΣH(Xᵢ | all others): the
#   joint entropy minus the entropy that each variable has given all others.
#
# If one bit is *copied* to M variables, TC = M − 1 and DTC = 1. If M otherwise random bits have even *parity*, TC = 1
# and DTC = M − 1, because each bit is determined by the others. For two variables both quantities equal the mutual
# information.

# %% jupyter={"source_hidden": true}
x1, x2, x3 = np.indices((2, 2, 2))
bits = {
    "copied": (x1 == x2) & (x2 == x3),
    "parity": (x1 ^ x2) == x3,
    "one pair": x1 == x2,
    "independent": x1 >= 0,
}
bits = {name: cells.astype(float) for name, cells in bits.items()}
both = pid.total_correlation, pid.dual_total_correlation
show(information_map({name: [of(p) for of in both] for name, p in bits.items()}))

# %% [markdown]
# **What does a negative O-information mean?** The [**O-information**](glossary.md#o-information), TC − DTC, is a
# difference, not an amount. It is positive where redundancy prevails (copies), negative where synergy prevails
# (parity), and 0 for a pair of variables.
#
# **See it.** The same map for our tasks. In *xnor* the modalities share the parity of three bits and nothing else. In
# *factors* they encode a common latent r, a latent u each, and a relation of all of them. Raise the number of
# modalities: which points move to the right, which move up? Then lower the probability that the relation holds (rho).

# %%
explore.beyond(task="factors")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# r moves to the right (more copies). The relation moves up (more variables are needed to determine it). u stays at the
# origin, because no other modality shares it. With 3 modalities and rho = 1 the O-information of everything *together*
# is exactly 0, although redundancy and synergy are both large. Co-information in [01](01_pid_primer.ipynb) hides them
# in the same way. Relations of pairs lie on the dotted line. At rho = 0 the relation never holds. That is also
# information.
# </details>

# %% [markdown]
# **Try it.** Five bits have even parity, and any four of them are independent. How large is their O-information?

# %%
omega = None
teach.check(omega, "parity_of_five")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Use the sentence about parity above with M = 5.
# </details>
# <details><summary>Solution</summary>
#
# `omega = -3`
# </details>
#
# ## 2. Pairwise scores and joint scores
#
# Methods differ in how they score an embedding z against the embeddings of the other modalities. A
# [contrastive loss](glossary.md#contrastive-loss) can learn only what its score can express:
#
# | method | score of z with the others | joint? |
# |:--|:--|:--|
# | Cross, CMC, CLIP+IB | sum of the cosines of all pairs | no |
# | Symile | sum over coordinates of the product of all M vectors | yes |
# | GRAM | minus the volume that all M vectors span | yes |
# | TRIANGLE | minus the area of the triangle between three vectors | yes, for M = 3 |
# | OVA-IB | cosine between z and its projection on the span of the others | yes |
# | CoMM, InfMasking, COrAL | compare views; a network fuses the modalities | in the network |
#
# <details><summary>Four more methods</summary>
#
# | method | score of z with the others | joint? |
# |:--|:--|:--|
# | Gated Symile | Symile's, with learned weights for vectors that do not fit ([gates](glossary.md#gate)) | yes |
# | PMRL | largest [singular value](glossary.md#singular-value) of all M vectors of one sample | yes |
# | ConFu | cosines of pairs, and of z with the fusion of two others | in the network |
# | MAE | none: it predicts hidden parts of the inputs from the rest | in the network |
#
# PMRL never compares vectors of different samples.
# </details>
#
# A contrastive loss asks which of B = 128 candidates is the match. Without any information it equals log B nats. Each
# bit that the score uses lowers it by log 2. So the number of bits in use is:
#
# **in use = (log B − loss) / log 2**

# %%
budget = runs.Budget(steps=300, probe_samples=512, test_samples=512)
learners = "cross", "symile", "gram", "ovaib"
specs = [runs.RunSpec.make(name, "xnor", 41, budget=budget) for name in learners]
store = runs.Store(tempfile.mkdtemp())
for outcome in runs.execute(specs, store, jobs=2):
    print(f"{outcome.spec.words}: {outcome.status}, {outcome.seconds:.0f} s {outcome.reason}")
live = pd.concat([store.rows(spec) for spec in specs])

# %%
ended = live[(live["split"] == "train") & (live["step"] == budget.steps)]
loss = ended.set_index("method")["value"].loc[["cross", "symile"]]
in_use = (math.log(budget.batch) - loss) / math.log(2)

# %% jupyter={"source_hidden": true}
teach.predict(
    "On xnor, how many bits will Cross (pairs) and Symile (products of all three) use?",
    ("1 and 1", "0.5 and 1", "0 and 1", "0 and 3"),
    "0 and 1",
    "Any two modalities are independent, so pairs have nothing to use. All three share one bit: TC = 1.",
    replies={
        "1 and 1": "Symile has its bit. But pairs of modalities are independent here.",
        "0.5 and 1": "There is no half: pairs of modalities are independent here.",
        "0 and 3": "Three modalities share one bit, not one each.",
    },
    shows=in_use.to_frame("bits in use").round(2),
)

# %% [markdown]
# (The formula does not hold for the other two: GRAM smooths its targets, and OVA-IB leaves the match out of the
# denominator. Retrieval compares all methods.)
#
# ## 3. Retrieval by a score, or a probe?
#
# In [**retrieval**](glossary.md#retrieval) the query is one modality of a sample, and the method's own score ranks the
# pairs of the other two modalities. (Fusion methods rank by cosines between the embeddings of single modalities.) At
# every match, count which share of the pairs ranked so far are matches; the mean of these shares is the **average
# precision**. Here half of all pairs match, so a random ranking has an average precision of 50 %. The figure also shows
# what [readouts](glossary.md#readout) find that are fitted to the label "the relation holds". Stored results, 1 000
# steps:

# %%
METHODS = ["cross", "clip_ib", "comm", "coral", "symile", "gram", "triangle", "ovaib"]
xnor = tables.read("../data/results/xnor.parquet")
show(relation(xnor[xnor["method"].isin(METHODS) & (xnor["knob"] == "")]))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# The three columns answer three questions. *Own score:* Symile, GRAM and OVA-IB find the relation for every seed.
# TRIANGLE hardly does, and pairwise scores never do. *Linear readout:* it reads the relation from CoMM and COrAL alone.
# *Best readout:* it reads the relation from every method here but Cross. The explorer above shows more methods (task
# *xnor*, picture "methods that find the relation"): CMC, for most seeds, and PMRL lose the relation in every column,
# too.
# </details>

# %% [markdown]
# **How do retrieval and probes differ?** A score uses no labels: it ranks by the similarity that training has produced.
# A readout is fitted to thousands of labelled samples, and a nonlinear one can compute the relation itself. CLIP+IB
# keeps the bit of every modality, but the small network of the readout, not CLIP+IB, relates the three bits. Cross does
# not even keep them: no pair of modalities shares anything, so nothing in its loss rewards a bit, and training has
# removed them. So there are three levels: information is *kept* if any readout finds it, *linearly readable* if a
# linear readout does, and *found* if the method's own score ranks by it.
#
# **Why can a linear readout not read the relation from three separate embeddings?** A weighted sum of bits cannot
# express their parity. **Try it.** Write three bits as numbers a, b and c, each −1 or 1. Which function of them, added
# as a fourth feature, makes parity linear?

# %%
feature = None  # such as lambda a, b, c: a + b
teach.check(feature, "a_fourth_number")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Parity changes whenever one of the three bits changes. Which operation on −1 and 1 does the same?
# </details>
# <details><summary>Solution</summary>
#
# `feature = lambda a, b, c: a * b * c`
# </details>

# %% [markdown]
# Symile's score is such a product, and a fusion network has to learn one. No sum over pairs can express it.
#
# <details><summary>Then why are some pairwise scores above 50 %?</summary>
#
# A score that prefers x2 = x3 ranks all matches first where x1 = 0, but all of them last where x1 = 1. Their average
# precisions are 100 % and 31 %, so the mean is 65 %, although the score ignores x1. An average precision somewhat above
# 50 % does not show that the relation was learned.
# </details>
#
# **Which embeddings are needed?** A readout of all three does not say whether two of them suffice. The
# [redundancy lattice](glossary.md#lattice) does (section 5 of [01](01_pid_primer.ipynb)). `pid.decompose_many`
# estimates it from samples: for every subset of the embeddings, cross-fitted classifiers predict the label. Here are
# the embeddings of Symile from section 2, and the label is "the relation holds":

# %%
task, method = runs.restored(specs[1], store)
drawn = task.sample(2000, "probe", seed=42)
z = [embedding.detach().numpy() for embedding in method.eval().keys(drawn.inputs)]
nodes = pid.decompose_many(z, drawn.labels["synergy"].numpy())
show(hasse(nodes.lattice, nodes.values, name="Symile: partial information"))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# What the classifiers find is at the top node, {123}: no single embedding has any of it, and no pair. (After so few
# steps it is less than the whole bit. For Cross, put `specs[0]`: there is nothing at any node.)
# </details>
#
# ## 4. Which scores depend on signs?
#
# Take three vectors with similar directions, and rotate the first by a full turn, on which half of the way it is −z:

# %% jupyter={"source_hidden": true}
degrees = np.arange(0, 361, 5)
angle = torch.tensor(np.radians(degrees)).float()
turned = torch.nn.functional.pad(torch.stack([angle.cos(), angle.sin()], 1), (0, 6))
generator = torch.Generator().manual_seed(41)
others = [turned[:1] + 0.2 * torch.randn(1, 8, generator=generator) for _ in range(2)]
scores = {
    "cosine": losses.pairwise_score,
    "Symile": losses.symile_score,
    "TRIANGLE": losses.triangle_score,
}
scores |= {"GRAM": losses.gram_score, "OVA-IB": losses.ovaib_score}

# %% jupyter={"source_hidden": true}
teach.predict(
    "All embeddings z of one modality are replaced by −z. Which scores do not change at all?",
    ("cosine and Symile", "GRAM and OVA-IB", "TRIANGLE", "none"),
    "GRAM and OVA-IB",
    "A volume and a span are the same for z and −z. Cosines and products change sign; a triangle gets another corner.",
    replies={
        "cosine and Symile": "Both are sums of products, which change sign with z.",
        "TRIANGLE": "The corner moves from z to −z, and the area with it.",
        "none": "Some scores measure sizes, which have no sign.",
    },
    shows=show(
        signs(degrees, {name: score(turned, others)[:, 0] for name, score in scores.items()})
    ),
)

# %% [markdown]
# A score that does not depend on signs cannot fix them: matching embeddings may become parallel or opposite. (OVA-IB
# has a second term, in section 5, that depends on signs.) For the networks of section 2, we rank by the score of z, by
# the score of −z, and by plain cosines. Modality 1 is the query.

# %% jupyter={"source_hidden": true}
found = {}
for spec in specs:
    task, method = runs.restored(spec, store)
    asked = task.sample(500, "train", seed=42)
    right = task.compatible(asked, asked, 0)  # which pairs match which modality 1
    with torch.no_grad():
        z, *rest = method.eval().keys(asked.inputs)
        ways = {"own score": method.score(z, rest, 0), "own score of −z": method.score(-z, rest, 0)}
        ways["plain cosines"] = losses.pairwise_score(z, rest)
    found[method.TITLE] = {
        way: average_precision(s.contiguous(), right).mean().item() for way, s in ways.items()
    }
pd.DataFrame(found).T.round(2).rename_axis("average precision")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# GRAM and OVA-IB rank alike by z and by −z. (After so few steps OVA-IB has not found the relation yet.) Symile ranks by
# −z in reverse: it puts every mismatch first, which is worse than a random ranking. Plain cosines rank correctly for no
# method. So retrieve by the score that was trained, and do not judge these embeddings by their cosines.
# </details>
#
# ## 5. More modalities, and OVA-IB's hyperparameters
#
# OVA-IB has a *minimality* term with weight beta. It pulls the embeddings of the modalities together, so that each
# keeps only information that the others have, too. OVA-IB also uses a very low temperature. Do these two
# hyperparameters matter on xnor, where no modality repeats another? And is the relation harder to learn with more
# modalities? Stored results, 1 000 steps:

# %%
show(by_count(runs.sweep_table.read("../data/results/grid_ovaib.parquet"), ["temperature", "beta"]))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# On xnor no other modality has the same information, so one might expect the minimality term to do harm. Compare beta 0
# with beta 1. At temperature 0.1 the term does harm: with beta 1 the ranking stays random for every seed. At the
# default temperature, 0.01, it helps: with three modalities some seeds fail without it, with four all do. With five
# modalities the ranking stays random with and without it. The figure does not explain why. The relation is one bit for
# any number of modalities (TC = 1); only DTC grows.
# </details>

# %% [markdown]
# **Try it, with an open end.** In section 2 write `RunSpec.make(name, "xnor", 41, dials={"count": 4}, budget=budget)`
# and run the cells from there on. Which methods still find the relation of *four* modalities in so few steps? For the
# others, is the relation lost, or kept but not found? Look at `show(relation(live))`.
#
# ## 6. Competing information

# %%
company = tables.read("../data/results/modalities.parquet")
company = company[company["method"].isin(METHODS) & (company["knob"] == "")]

# %% jupyter={"source_hidden": true}
teach.predict(
    "Now every modality also encodes r and a u of its own. Whose score finds the relation in the same number of steps?",
    ("all joint scores", "Symile's alone", "nobody's"),
    "nobody's",
    "Any two modalities share r, and r lowers the loss most. What is easier to learn is learned first.",
    replies={
        "all joint scores": "They can, but r lowers the loss by more, and sooner.",
        "Symile's alone": "It found the relation alone on xnor. Here r lowers its loss by more, and sooner.",
    },
    shows=show(relation(company)),
)

# %% [markdown]
# The dotted line is a random ranking. It is far below the 50 % of section 3: here a pair matches only if its r is that
# of the query (one in four) *and* the relation holds (one in four). Every score ranks far better than at random. Is
# that due to the relation? As a control, rank by r alone, without any method.

# %%
task = tasks.load("factors", count=3, distribution="biased", seed=41)
asked = task.sample(1024, "train", seed=42)
right = task.compatible(asked, asked, 0)  # which pairs match which modality 1
same_r = (asked.latents["r"][:, None] == asked.latents["r"]).double()
ranked = {"at random": torch.zeros_like(same_r), "by r alone": same_r}
pd.Series({way: f"{average_precision(score, right).mean():.0%}" for way, score in ranked.items()})

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Ranking by r alone is as good as nearly all scores. The readouts agree: a linear readout finds almost nothing of the
# relation, and the best readout finds a part of it, for some seeds, in fused embeddings only. On the map of section 1,
# r lies to the right and the relation above it, with O-information of the same size and opposite sign. The map shows
# which information exists. It does not show which is learned first.
#
# These results hold for one budget. More steps, other widths or a smaller amplitude of r may change them.
# </details>
#
# ## Key points
#
# - Three variables can share a bit although any two of them are independent.
# - TC and DTC measure shared information. The sign of their difference, the O-information, says whether redundancy or
#   synergy prevails. At 0 both may be present.
# - Pairwise losses cannot learn such a relation. Products, volumes and spans of all modalities can.
# - Ask three questions: does the method's score find it, does a linear readout read it, is it kept at all?
# - GRAM's and OVA-IB's scores ignore signs. Retrieve by the trained score, not by cosines.
# - A relation that is learned alone may not be learned beside easier information.
#
# **Glossary.** [Dual total correlation](glossary.md#dual-total-correlation) ·
# [linear probe](glossary.md#linear-probe) · [O-information](glossary.md#o-information) ·
# [parity](glossary.md#parity) · [retrieval](glossary.md#retrieval) ·
# [total correlation](glossary.md#total-correlation)
#
# **References.** [Symile, GRAM, TRIANGLE, OVA-IB](references.md#methods). The map:
# [Watanabe 1960, Han 1978, Rosas et al. 2019](references.md#pid).
#
# **Next.** [09: figures for a paper](09_paper_figures.ipynb)
