# %% [markdown]
# # Beyond two modalities: who keeps what only all of them show?
#
# **Three signals may hold something that no two of them can tell. Which objective finds it, and how would you know that
# it did?**
#
# - **Questions.** What can three modalities share that pairs cannot? What does a negative O-information mean? Why do
#   contrasts of pairs fail, and which scores do not? Why is retrieval not the same as a probe? Who is blind to signs?
# - **Objectives.** Afterwards you can place data on a map of total and dual total correlation, predict from its score
#   what a method can find, and say which of three answers to "is it there?" you are looking at.
# - **You need** [01](01_pid_primer.ipynb) for synergy and [03](03_train_methods.ipynb) for contrastive losses.
# - **Time.** 20 minutes to read, 30 with its exercises. *Run → Run All Cells* takes about half a minute on two cores.

# %%
import math
import tempfile

import numpy as np
import pandas as pd
import torch

from coral_viz import explore, pid, runs, tasks, teach
from coral_viz.evaluation.ranking import average_precision
from coral_viz.figures.comparison.beyond_pairs import by_count, information_map, relation, signs
from coral_viz.figures.layout.display import show
from coral_viz.methods import losses
from coral_viz.results import tables

# %% [markdown]
# ## 1. What three can share
#
# There is no label in this section: we only ask what the modalities tell about *each other*. For two of them that is
# one number, their mutual information. For three it is not. **Why can a pair tell nothing?** Here are three bits, of
# which the third says whether the first two differ; all four lines are equally likely:
#
# | x1 | x2 | x3 |
# |:-:|:-:|:-:|
# | 0 | 0 | 0 |
# | 0 | 1 | 1 |
# | 1 | 0 | 1 |
# | 1 | 1 | 0 |
#
# Cover any column. The other two show 00, 01, 10 and 11 equally often, so neither tells anything of the other. But they
# tell the covered one exactly: the number of ones is even, their [**parity**](glossary.md#parity) is 0.
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
# Two numbers say how much many variables share, each in its own way:
#
# - [**Total correlation**](glossary.md#total-correlation), TC = ΣH(Xᵢ) − H(X₁, …, Xₘ): the bits saved by describing
#   them together instead of one by one.
# - [**Dual total correlation**](glossary.md#dual-total-correlation), DTC = H(X₁, …, Xₘ) − ΣH(Xᵢ | all others): the bits
#   that are no variable's own affair.
#
# A bit *copied* into M variables is saved M − 1 times: TC = M − 1. It is one bit in all: DTC = 1. A bit of *parity*
# saves one bit, TC = 1; but each of the M is settled by the others, and so DTC = M − 1. For two variables both numbers
# are the mutual information.

# %%
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
# **What is a negative amount of information?** None. The [**O-information**](glossary.md#o-information), TC − DTC, is
# no amount but a balance: positive where sharing is mostly copying, so that few variables tell much (redundancy);
# negative where it takes many to tell anything (synergy); 0 for a pair, which is neither.
#
# **See it.** The same map for our tasks. *xnor* is the parity of three bits and nothing else. *factors* has a class r
# that all modalities show, a class u of each one's own, and a relation of all. Raise the number of modalities: who
# moves to the right, who moves up? Then let the relation hold less often (rho).

# %%
explore.beyond(task="factors")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# r moves to the right (more copies), the relation of all moves up (more that have to come together), u stays at the
# corner, since it is shared with nobody. With 3 modalities and rho = 1 the balance of everything *together* is exactly
# 0, although there is plenty of both: like co-information in [01](01_pid_primer.ipynb), a difference can hide what it
# is made of. Relations of pairs lie on the dotted line. At the lowest rho of all, the relation never holds, and to know
# that something never happens is information, too.
# </details>

# %% [markdown]
# **Try it.** Five bits, of which only all five together have a parity. How large is their O-information?

# %%
omega = None
teach.check(omega, "parity_of_five")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Read the sentence about parity above with M = 5.
# </details>
# <details><summary>Solution</summary>
#
# `omega = -3`
# </details>
#
# ## 2. Two by two, or all at once
#
# Methods differ in how they score an embedding z against those of the other modalities, and a
# [contrastive loss](glossary.md#contrastive-loss) can find only what its score can express:
#
# | method | score of z with the others | sees all at once |
# |:--|:--|:--|
# | Cross, CMC, CLIP+IB | cosines, two by two, summed | no |
# | Symile | the sum over coordinates of the product of all M numbers | yes |
# | GRAM | minus the volume that all M vectors span | yes |
# | TRIANGLE | minus the area of the triangle between three vectors | yes, for M = 3 |
# | OVA-IB | the cosine between z and its shadow on the span of the others | yes |
# | CoMM, InfMasking, COrAL | none of its own: a network fuses the modalities, views are compared | inside the network |
#
# Finding the right one of B = 128 costs log B nats for whoever knows nothing. Each bit that the score makes use of
# saves log 2, so **(log B − loss) / log 2 counts the bits in use**.

# %% jupyter={"source_hidden": true}
teach.predict(
    "On xnor, how many bits will be in use by Cross (pairs) and by Symile (products of all three)?",
    ("1 and 1", "0.5 and 1", "0 and 1", "0 and 3"),
    "0 and 1",
    "No pair tells anything, so pairs have nothing to use. All three share one bit: TC = 1. Half of all tuples fit.",
)

# %%
budget = runs.Budget(steps=200, probe_samples=512, test_samples=512)
specs = [
    runs.RunSpec.make(name, "xnor", 41, budget=budget)
    for name in ("cross", "symile", "gram", "ovaib")
]
store = runs.Store(tempfile.mkdtemp())
for outcome in runs.execute(specs, store, jobs=2):
    print(f"{outcome.spec.words}: {outcome.status}, {outcome.seconds:.0f} s {outcome.reason}")
live = pd.concat([store.rows(spec) for spec in specs])
ended = live[(live["split"] == "train") & (live["step"] == budget.steps)]
last = ended.set_index("method")["value"]
{
    name: f"{(math.log(budget.batch) - last[name]) / math.log(2):z.2f} bits in use"
    for name in ("cross", "symile")
}

# %% [markdown]
# (The other two losses are built differently: GRAM's targets are smoothed, OVA-IB leaves the right answer out of the
# sum. For them, and for everybody, there is retrieval.)
#
# ## 3. Found by a score, or read by a probe?
#
# [**Retrieval**](glossary.md#retrieval): one modality of a sample asks, the pairs of the other two are ranked by the
# method's own score (for methods that fuse: by cosines of what they make of each modality alone). Half of all pairs
# fit, so an answer in random order has an average precision of 50 %. Beside it, what [readouts](glossary.md#readout)
# find that have been fitted to the label "the relation holds". Five worlds, 1 000 steps, stored:

# %%
METHODS = ["cross", "comm", "coral", "symile", "gram", "triangle", "ovaib"]
xnor = tables.read("../data/results/xnor.parquet")
show(relation(xnor[xnor["method"].isin(METHODS) & (xnor["knob"] == "")]))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Three columns, three answers. *Its own score:* Symile and GRAM in every world, OVA-IB almost, TRIANGLE in some worlds
# only, pairs never. *A linear readout:* CoMM and COrAL alone. *The best readout:* everybody, Cross too. The explorer
# above shows more methods (picture "who finds the relation"); one of them loses it in most worlds, whoever asks.
# </details>

# %% [markdown]
# **Why is retrieval not the same as a probe?** A score is fixed before anybody names a label: it finds what training
# has made *near*. A readout is fitted to thousands of labelled samples and may do the comparing itself. Cross keeps
# every modality's bit, because nothing made it forget; that the three belong together is the perceptron's discovery and
# not Cross's. So "kept" means: not lost. "Found" asks the score, and "laid out" asks a linear readout.
#
# **And why does no linear readout read it from three separate embeddings?** A weighted sum cannot express parity.
# **Try it.** Let three bits be the numbers a, b, c, each −1 or 1. Which fourth number, computed from them, would make
# their parity a matter of a weighted sum?

# %%
feature = None  # such as lambda a, b, c: a + b
teach.check(feature, "a_fourth_number")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Parity flips whenever any one of the three flips. Which operation on −1 and 1 does so?
# </details>
# <details><summary>Solution</summary>
#
# `feature = lambda a, b, c: a * b * c`
# </details>

# %% [markdown]
# That is Symile's score, and what a fusion network has to learn. No sum over pairs does it: among four tuples such a
# sum can put one right one on top, but then the other right one comes last. Hence a few per cent above random order in
# the first column are no discovery.
#
# ## 4. Which scores see a sign?

# %% jupyter={"source_hidden": true}
teach.predict(
    "All embeddings z of one modality are replaced by −z. Which scores do not change at all?",
    ("cosine and Symile", "GRAM and OVA-IB", "TRIANGLE", "none"),
    "GRAM and OVA-IB",
    "A volume and a span are the same for z and −z. Cosines and products change sign; a triangle gets other corners.",
)

# %% [markdown]
# Three vectors that point about the same way, and the first of them turned away, all the way round:

# %%
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
show(signs(degrees, {name: score(turned, others)[:, 0] for name, score in scores.items()}))

# %% [markdown]
# A score that is blind to signs cannot teach them: as far as it goes, matching embeddings may end up parallel or
# opposite. (OVA-IB has a second term, in section 5, that does see signs.) Here are the networks from section 2.
# Modality 1 asks, with z, then with −z, then by plain cosines.

# %%
found = {}
for spec in specs:
    task, method = runs.restored(spec, store)
    asked = task.sample(500, "train", seed=42)
    right = task.compatible(asked, asked, 0)
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
# GRAM and OVA-IB give the same answer to z and −z. Symile turns its ranking upside down: every wrong tuple comes first,
# which is worse than random. By plain cosines nobody's ranking is right any more. So retrieve by the score that was
# trained, and do not judge these embeddings by their cosines.
# </details>
#
# ## 5. More modalities, and OVA-IB's dials
#
# OVA-IB has a weight, beta, for *minimality*: it pulls modalities towards each other, so that each keeps what the
# others have, too. Its authors' form of the loss also has a very low temperature. Do they matter for a relation that
# has no copies, and does it get harder with more modalities? Stored worlds, 1 000 steps:

# %%
show(by_count(runs.sweep_table.read("../data/results/grid_ovaib.parquet"), ["temperature", "beta"]))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Minimality wants modalities to keep what the others have, too, and here no other has it: one might expect the pull to
# harm. Compare beta 0 and beta 1. With three modalities it does at the higher temperature, in most worlds; at the low
# one there is little between them. With five it is the other way round: without the pull the score stays in random
# order. With four, two worlds of five are lost without it. Why? The picture does not say. To the map nothing has
# changed but DTC: it is the same one bit, and more have to come together for it.
# </details>

# %% [markdown]
# **Try it, with an open end.** In section 2 write `RunSpec.make(name, "xnor", 41, dials={"count": 4}, budget=budget)`
# and run on from there. Who still finds the relation of *four* in so few steps? Whoever does not: is it lost, or not
# found yet? Look at `show(relation(live))`.
#
# ## 6. In company

# %% jupyter={"source_hidden": true}
teach.predict(
    "Now r (in all modalities) and u (in each its own) are shown beside the relation. Whose score finds the relation?",
    ("all that see all at once", "Symile alone", "nobody's, in the same time"),
    "nobody's, in the same time",
    "r is copied: it is found by any two modalities and saves most of the loss. What is easier to find is found first.",
)

# %%
company = tables.read("../data/results/modalities.parquet")
show(relation(company[company["method"].isin(METHODS) & (company["knob"] == "")]))

# %% [markdown]
# Everyone's score is far above random order. Is that the relation? A control: rank by r alone, with no method at all.

# %%
task = tasks.load("factors", count=3, distribution="biased", seed=41)
asked = task.sample(1024, "train", seed=42)
r = asked.latents["r"]
f"{average_precision((r[:, None] == r).double(), task.compatible(asked, asked, 0)).mean().item():.0%} by r alone"

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Knowing r and nothing else gives what nearly all scores give. The readouts say the same from the other side: hardly
# anything linear; a part of the relation in some worlds from fused embeddings, none from the others. On the map of
# section 1 both are there, r to the right and the relation above it, with as many bits of O-information either way. The
# map says what there is to find. It does not say what is found first.
#
# What you have *not* seen: whether more steps, other widths or a quieter r would change this. One budget is one budget.
# </details>
#
# ## Key points
#
# - Three variables can share a bit of which no two have any.
# - TC and DTC count what is shared; their difference, the O-information, says whether copying or synergy prevails, and
#   a 0 may hide both.
# - Contrasts of pairs have nothing to use there; products, volumes and spans of all have.
# - Three questions, three answers: does its score find it, is it laid out for a linear readout, is it there at all?
# - GRAM's and OVA-IB's scores are blind to signs: use the trained score, not cosines.
# - A relation that is found when alone may not be found in company.
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
