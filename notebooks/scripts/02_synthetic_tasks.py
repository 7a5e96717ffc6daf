# %% [markdown]
# # Tasks whose information is known
#
# **How do you generate data whose redundant, unique and synergistic information is known exactly?**
#
# - **Questions.** What are the latents behind a sample? Why is a nuisance needed? How much information is left
#   in noisy data, and how much of it does a linear probe find?
# - **Objectives.** Afterwards you can choose the settings of the task `factors`, say how each changes the truth and the
#   data, and distinguish its three training distributions.
# - **You need** the words of [01](01_pid_primer.ipynb): source, target, bit, R, U1, U2, S.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under half a minute.

# %%
import pandas as pd
import torch

from coral_viz import explore, pid, tasks, teach
from coral_viz.figures.data.digit_strips import questions, samples
from coral_viz.figures.data.image_samples import pairs
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show

# %% [markdown]
# ## 1. Five latents behind every sample
#
# Read these samples of the task `digits`, one a row. Every strip is written by people, and is one
# [modality](glossary.md#modality) of the sample.

# %%
digits = tasks.load("digits", seed=41)
written = digits.sample(20, "test", seed=41)
show(samples(digits, written, rows=3))

# %% [markdown]
# The two modalities are the [**sources**](glossary.md#source), and the [**target**](glossary.md#target) is a label that
# we ask about. Every sample has five hidden variables, its [**latents**](glossary.md#latent). Each has one of four
# *classes*, 0, 1, 2 or 3, with equal probability. Which digit answers which question?

# %%
show(questions(digits, written, row=8))

# %% [markdown]
# | latent | encoded in | label | provided by |
# |:--|:--|:--|:--|
# | r | both modalities | `redundancy` | either |
# | u1 | modality 1 | `unique_1` | modality 1 |
# | u2 | modality 2 | `unique_2` | modality 2 |
# | t1, t2 | modality 1, modality 2 | `synergy`: is t1 = t2? | only both |
#
# So the first three labels have 2 bits each. In test data t1 = t2 in half of the samples, so the last, a yes or no, has
# 1 bit. Each label is *a single atom*. The figure below is computed from the distribution that generates the samples.

# %%
task = tasks.load("factors", seed=41)
exact = {label.replace("_", " "): task.truth[label] for label in task.labels}
show(bars(exact))

# %% [markdown]
# Why is `synergy` synergistic? Each of t1 and t2 alone is uniform, whether they are equal or not, so knowing one says
# nothing about the answer. This is XOR with four values in place of two.
#
# ## 2. From latents to data
#
# Digits can be read, but networks learn them slowly. The task `factors` shows the same latents in a form from which
# they learn in seconds. A linear readout should not be able to read the latents from the data. So modality m encodes
# each of its latents as a point on a *circle*: one circle for each of its classes, each in a plane of its own. The
# position on the circle, the **phase**, is drawn at random: it is a [**nuisance**](glossary.md#nuisance), like light
# and position in photographs, or the hand in handwriting. The points of all latents and noise are added: this is a
# [**look**](glossary.md#look), a [token](glossary.md#token) of 24 numbers. A modality is 8 looks at the same latents,
# with phases and noise of their own. All 8 looks together hold nearly all bits.
#
# A [**view**](glossary.md#view) is the same sample with new phases and new noise, without some tokens and numbers.
#
# What does a single look hold? The same task with one token per modality, read by an ideal classifier:

# %%
single = tasks.load("factors", tokens=1, seed=41)
batch = single.sample(4000, "test", seed=41)
posteriors = single.posteriors(batch)
of_one_look = {
    name.replace("_", " "): pid.atoms_from_posteriors(*posteriors[name], batch.labels[name])
    for name in single.labels
}

# %% jupyter={"source_hidden": true}
teach.predict(
    "One look holds half of the 2 bits of u1. How much of the bit of synergy does one look of each modality hold?",
    ("half of it", "less than half", "more than half"),
    "less than half",
    "To compare t1 with t2 you must get both right. So the uncertainty about each of them counts.",
    replies={
        "half of it": "That would be so if one latent answered the question. It takes two, and both are uncertain.",
        "more than half": "The question is a yes or no, but a wrong t1 or a wrong t2 is enough to spoil it.",
    },
    shows=show(bars(of_one_look)),
)

# %% [markdown]
# **See it.** The explorer shows the exact truth of every label and the bits that an ideal classifier gets from the
# data. Choose the other *picture* to see a sample in two views. Change one setting at a time: first the noise, then the
# number of classes and the amplitude of a latent, then the phases.

# %%
explore.tasks()

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Noise does not change the truth of the *latents*. It removes information from the *data*, and most from the synergy. A
# label with K classes has log2 K bits. A latent with a larger amplitude tolerates more noise. The range of the phases
# hardly matters to an ideal classifier; it makes the labels hard for a linear readout.
# </details>

# %% [markdown]
# **Try it.** With 8 classes in place of 4, which atoms does the label `unique_2` have, in bits? (A look must have room
# for the planes of all classes: in code, 8 classes need `classes=8, features=48`. The explorer takes care of that.)

# %%
atoms = None  # (R, U1, U2, S)
teach.check(atoms, "atoms_of_eight_classes")

# %% [markdown]
# <details><summary>Hint</summary>
#
# How many yes-or-no questions identify one of 8 classes? And which modality encodes u2?
# </details>
# <details><summary>Solution</summary>
#
# `atoms = (0, 0, 3, 0)`
# </details>
#
# ## 3. How much is left in the data?
#
# Since we know how samples are generated, we can compute the exact [**posterior**](glossary.md#posterior) of every
# label given a sample. *No* method can have more bits than this posterior.
#
# **Try it.** Find a noise `sigma` at which the data hold about half of the bits of u1. (The default is 1.3, and the
# solution is below 4.)

# %%
sigma = None
teach.check(sigma, "half_the_bits")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The check says how much is left at your sigma. Start halfway between 1.3 and 4, and halve the range again and again.
# </details>
# <details><summary>Solution</summary>
#
# `sigma = 2.6`. Put it into the cell below too, and look at the synergy.
# </details>

# %%
noisy = tasks.load("factors", sigma=2.6, seed=41)
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
# Half of u1 and u2 is left, but only about a quarter of the bit of synergy. The label `redundancy` is no longer a
# single atom. Each modality is a noisy observation of r, and two noisy observations are better than one. The
# information that only both together provide is synergy. **Noise turns a part of redundancy into synergy.** At the
# default noise this effect is absent.
# </details>
#
# ## 4. Three training distributions
#
# Methods are compared after training on three distributions. All are *tested* on the same distribution, where t1 = t2
# in half of the samples.
#
# - **unbiased**: t1 and t2 are independent. They are equal in one sample of four, so the answer has 0.81 bits.
# - **biased**: t1 = t2 *always*, as in the published image benchmark. So the label `synergy` never varies in training,
#   and the training data hold 0 bits about it. A method that scores on it later recognises pairs that look like
#   training pairs.
# - **relation**: r, u1 and u2 have amplitude 0, and each view of a sample shifts t1 and t2 by the same random step
#   (modulo 4). Only t2 − t1 is common to both views. So only synergy can be learned.

# %%
seen = {}
for kind in ("unbiased", "biased", "relation"):
    drawn = tasks.load("factors", distribution=kind, seed=41).sample(4000, "train", seed=41).latents
    seen[kind] = {"share of t1 = t2": float((drawn["t_1"] == drawn["t_2"]).double().mean())}
pd.DataFrame(seen).T.round(3)

# %% [markdown]
# **Try it.** `rho` is the probability that t1 = t2. The answer to "is t1 = t2?" then has
# h(rho) = −rho log2 rho − (1−rho) log2(1−rho) bits. For which rho does it have half a bit?

# %%
rho = None
teach.check(rho, "relation_of_half_a_bit")

# %% [markdown]
# <details><summary>Hint</summary>
#
# h is 1 at rho = 1/2 and 0 at rho = 0. The smaller of the two solutions is close to 0.
# </details>
# <details><summary>Solution</summary>
#
# `rho = 0.11` (or 0.89).
# </details>
#
# ## 5. The same idea with images
#
# In `trifeature` the modalities are images, and shape, texture and colour are the latents. The two images of a pair
# have the same *shape* (redundancy). Each image has a *texture* of its own (unique). A fixed table relates the texture
# of image 1 to the *colour* of image 2 (synergy). Here are two pairs from a small version with four values of each
# latent, and two views of every image.

# %%
images = tasks.load("trifeature-4", seed=41)
batch = images.sample(16, "test", seed=41)
show(pairs(images, batch, images.views(batch, torch.Generator().manual_seed(6)), rows=2))

# %% [markdown]
# The views change crop, colours and blur, as the views of `factors` change phases and those of `digits` the
# handwriting. A crop can cut a shape off, as in view 2 of the first pair's image 2; then a view shows its latents less
# clearly, or not at all. Training on images is slower, so the next notebooks use `factors`.
# `python -m coral_viz tour --task digits` trains on handwriting, `--task trifeature-32` on pairs of images.
#
# ## Key points
#
# - Generated data have a known truth: each label of `factors` is a single atom, with an exact number of bits.
# - A nuisance (phases, handwriting) hides the latents from linear readouts without removing information.
# - Noise removes synergy first, because a comparison needs both latents.
# - In *biased* training data the label `synergy` never varies. In *relation* data, views share nothing but synergy.
#
# **Glossary.** [Latent](glossary.md#latent) · [linear probe](glossary.md#linear-probe) ·
# [modality](glossary.md#modality) · [nuisance](glossary.md#nuisance) · [posterior](glossary.md#posterior) ·
# [truth](glossary.md#truth) · [view](glossary.md#view)
#
# **References.** The image benchmark: [Hermann and Lampinen 2020, Dufumier et al. 2025](references.md#tasks).
#
# **Next.** [03: train every method](03_train_methods.ipynb)
