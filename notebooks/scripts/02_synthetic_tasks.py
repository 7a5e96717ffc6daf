# %% [markdown]
# # Tasks whose information is known
#
# **How do you build data of which you know, to the bit, what is redundant, what is unique and what is synergistic?**
#
# - **Questions.** What are the latent classes behind a sample? Why is a nuisance needed? How much of the truth is left
#   in noisy data, and what does a linear reader find in them?
# - **Objectives.** Afterwards you can set the dials of the task `factors`, say what each does to the truth and to the
#   data, and tell its three kinds of training data apart.
# - **You need** the words of [01](01_pid_primer.ipynb): source, target, bit, R, U1, U2, S.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under half a minute.

# %%
import pandas as pd
import torch

from coral_viz import explore, pid, tasks, teach
from coral_viz.figures.data.image_samples import pairs
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show

# %% [markdown]
# ## 1. Five classes behind every sample
#
# Here the [**sources**](glossary.md#source) are two [modalities](glossary.md#modality) of a sample, and the
# [**target**](glossary.md#target) is a label that we ask about. In the task `factors` every sample has hidden classes,
# its [**latents**](glossary.md#latent), each 0, 1, 2 or 3 with equal probability:
#
# | latent | shown in | label | who can tell |
# |:--|:--|:--|:--|
# | r | both modalities | `redundancy` | either |
# | u1 | modality 1 | `unique_1` | modality 1 |
# | u2 | modality 2 | `unique_2` | modality 2 |
# | t1, t2 | modality 1, modality 2 | `synergy`: is t1 = t2? | only both |
#
# So the first three labels are worth 2 bits each and the last, a yes or no, 1 bit. Each label is *one pure atom*: the
# table below is not typed in but computed from the rule that makes the samples.

# %%
task = tasks.load("factors", seed=41)
exact = {label.replace("_", " "): task.truth[label] for label in task.labels}
show(bars(exact))

# %% [markdown]
# Why is `synergy` synergy? t1 alone is a fair draw, and so is t2; knowing one leaves "are they equal?" as open as
# before. This is XOR with four values in place of two.
#
# ## 2. From classes to data
#
# A network must not get classes for free. So modality m shows each of its latents as a point on a *circle*: one circle
# for every class, each in a plane of its own. Where on the circle the point lies, its **phase**, means nothing and is
# drawn afresh every time: it is the [**nuisance**](glossary.md#nuisance), as light and position are in photographs.
# Points of all latents are added, noise comes on top, and the sum is cut into 8 tokens of 6 numbers.
#
# A [**view**](glossary.md#view) is the same sample with new phases, new noise and some tokens and numbers lost.

# %% jupyter={"source_hidden": true}
teach.predict(
    "We raise the noise (sigma) until a perfect reader gets half of the 2 bits of u1. How much of the bit of synergy?",
    ("half of it", "less than half", "more than half"),
    "less than half",
    "To compare t1 with t2 you must get both right. Whatever doubt there is about each, the comparison suffers twice.",
)

# %% [markdown]
# **See it.** The explorer shows the exact truth of every label and the bits that a perfect reader of the data gets;
# choose the other *picture* to see a sample in two views. Move one dial at a time: the noise first, then the number of
# classes and the loudness of a latent, then the phases.

# %%
explore.tasks()

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Noise leaves the truth of the *latents* as it is and takes bits from the *data*, most of all from the synergy. The
# number of classes sets how much there is to tell (log2 of it). A louder latent survives more noise. The reach of the
# phases hardly matters to a perfect reader; it is there to make things hard for a linear one.
# </details>

# %% [markdown]
# **Try it.** With 8 classes in place of 4: which atoms has the label `unique_2`, in bits?

# %%
atoms = None  # (R, U1, U2, S)
teach.check(atoms, "atoms_of_eight_classes")

# %% [markdown]
# <details><summary>Hint</summary>
#
# How many yes-or-no questions name one of 8 classes? And which modality shows u2?
# </details>
# <details><summary>Solution</summary>
#
# `atoms = (0, 0, 3, 0)`
# </details>
#
# ## 3. How much is left in the data?
#
# Since we know how samples are made, we can compute for every sample what a perfect reader would believe about its
# label: the exact [**posterior**](glossary.md#posterior). Its bits are what *no* method can exceed.
#
# **Try it.** Find a noise `sigma` at which the data still tell about half of u1. (The default is 0.15; the loudest
# useful one is below 3.)

# %%
sigma = None
teach.check(sigma, "half_the_bits")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The check says how much is left at your sigma. Halve the distance from 0.15 to 3 and go on from there.
# </details>
# <details><summary>Solution</summary>
#
# `sigma = 1.8`. Put it into the cell below too, and look at the synergy.
# </details>

# %%
noisy = tasks.load("factors", sigma=1.8, seed=41)
batch = noisy.sample(4000, "test", seed=41)
posteriors = noisy.posteriors(batch)
left = {
    name.replace("_", " "): pid.atoms_from_posteriors(*posteriors[name], batch.labels[name])
    for name in noisy.labels
}
show(bars(left))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Half of u1 and u2 is left, and of the bit of synergy only about a quarter. But look at `redundancy`: it is no longer
# pure. Either modality shows r, badly; two bad looks at the same thing are better than one, and what the second look
# adds is synergy. **Noise turns a part of redundancy into synergy.** At the default noise nothing of this happens.
# </details>
#
# ## 4. Three kinds of training data
#
# Methods are compared after three kinds of training. All are *tested* on the same kind of samples, where t1 = t2 half
# of the time.
#
# - **unbiased**: t1 and t2 are unrelated. Equal in one case of four.
# - **biased**: t1 = t2 *always*. The published image benchmark trains like this. Mind what it means: in training the
#   label `synergy` never varies, so the training data hold 0 bits about it. Whoever scores on it afterwards has learned
#   what the training pairs look like, and tells pairs like them from others.
# - **relation**: r, u1 and u2 are silent, and the two views of a sample move t1 and t2 by the same random step. All
#   that views have in common is t2 − t1. This is true synergy, and nothing else can be learned.

# %%
seen = {}
for kind in ("unbiased", "biased", "relation"):
    drawn = tasks.load("factors", distribution=kind, seed=41).sample(4000, "train", seed=41).latents
    seen[kind] = {"share of t1 = t2": float((drawn["t_1"] == drawn["t_2"]).double().mean())}
pd.DataFrame(seen).T.round(3)

# %% [markdown]
# **Try it.** `rho` is the probability that t1 = t2. An answer that is *yes* with probability rho is worth
# h(rho) = −rho log2 rho − (1−rho) log2(1−rho) bits. For which rho is it worth half a bit?

# %%
rho = None
teach.check(rho, "relation_of_half_a_bit")

# %% [markdown]
# <details><summary>Hint</summary>
#
# It is 1 bit at rho = 1/2 and 0 at rho = 0. Half a bit is nearer to 0 than you may think. There are two solutions.
# </details>
# <details><summary>Solution</summary>
#
# `rho = 0.11` (or 0.89).
# </details>
#
# ## 5. The same idea in pictures
#
# `trifeature` makes the same with images: shape, texture and colour are the latents. The two images of a pair have the
# same *shape* (redundancy); the *textures* are each one's own (unique); and a fixed secret table says which texture of
# image 1 goes with which *colour* of image 2 (synergy). Here are two pairs from a small world of four values each, and
# two views of every image.

# %%
images = tasks.load("trifeature-4", seed=41)
batch = images.sample(16, "test", seed=41)
show(pairs(images, batch, images.views(batch, torch.Generator().manual_seed(41)), rows=2))

# %% [markdown]
# Crops, colours and blur are the views; they take the place of the phases. Images train more slowly than tokens, so the
# next notebooks use `factors`; `python -m coral_viz tour --task trifeature-32` trains on images.
#
# ## Key points
#
# - If you make the data, you know the truth: each label of `factors` is one atom, in exact bits.
# - A nuisance (phases) hides the classes from linear readers without destroying information.
# - Noise takes synergy first, because a comparison needs both of its sides.
# - Under *biased* training the label `synergy` never varies. Only *relation* trains on true synergy.
#
# **Glossary.** [Latent](glossary.md#latent) · [linear probe](glossary.md#linear-probe) ·
# [modality](glossary.md#modality) · [nuisance](glossary.md#nuisance) · [posterior](glossary.md#posterior) ·
# [truth](glossary.md#truth) · [view](glossary.md#view)
#
# **References.** The image benchmark: [Hermann and Lampinen 2020, Dufumier et al. 2025](references.md#tasks).
#
# **Next.** [03: train every method](03_train_methods.ipynb)
