# %% [markdown]
# # Masking: what do methods hide, and why?
#
# **Some methods mask parts of their input during training. Which information does a mask leave? Which method masks
# what, how much and when, and what does it gain?**
#
# - **Questions.** How many bits does a mask leave of each label? What do CoMM, InfMasking and COrAL mask? What does a
#   mask ratio count, and what is a schedule? Why does COrAL mask only one modality in each view?
# - **Objectives.** Afterwards you can read a mask, count what it hides, say which information it makes the network use,
#   and judge an ablation by its intervals.
# - **You need** [03](03_train_methods.ipynb): CoMM, InfMasking, COrAL and their losses.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under a minute.

# %% jupyter={"source_hidden": true}
import tempfile

import pandas as pd
import torch

from coral_viz import evaluation, explore, figures, methods, runs, tasks, teach
from coral_viz.figures.data.digit_strips import questions
from coral_viz.figures.data.masked_information import (
    bits_under_masks,
    over_ratios,
    read_under_masks,
    under_mask,
)
from coral_viz.figures.layout.display import show
from coral_viz.tasks import visible

# %% [markdown]
# ## 1. What a mask leaves
#
# A mask hides some digits of these two strips. Which of the four questions can you still answer?

# %%
strips = tasks.load("digits", seed=41)
cover = {"modality_1": torch.arange(6) > 3, "modality_2": torch.arange(6) < 5}
show(questions(strips, strips.sample(20, "test", seed=41), row=6, visible=cover))

# %% [markdown]
# Strip 1 shows only its last digit. So u1 is lost; r is not, because strip 2 shows it, too; and the last digits can
# still be compared. In the task `factors` a token is a noisy [look](glossary.md#look) at *all* latents of its modality,
# so hiding one token takes a little of everything. Tokens are independent given the latents, so the bits that remain
# are known exactly, under any mask.

# %%
task = tasks.load("factors", distribution="biased", seed=41)
remaining = over_ratios(task)

# %% jupyter={"source_hidden": true}
teach.predict(
    "Half of the tokens of both modalities are hidden. Of which label do you lose the largest share of its bits?",
    ("redundancy", "unique 1", "synergy"),
    "synergy",
    "r is seen by both modalities. To answer S you need t1 and t2, so the uncertainty about each counts.",
    replies={
        "redundancy": "r is shown by the tokens of both modalities, so it tolerates most.",
        "unique 1": "u1 needs one modality. Synergy needs both, and each of them is uncertain.",
    },
    shows=show(bits_under_masks(remaining)),
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Left: tokens of both modalities are hidden. Synergy falls first and redundancy last. Right: only modality 1 loses
# tokens. U1 falls as before and S less, because t2 is not hidden. R stays whole, because modality 2 holds it. What
# modality 1 alone holds of R (dashed, on the line of U1) falls: its distance from the line of R is what has to be
# **inferred from the other modality**.
# </details>
#
# If a part of the input is masked and the output must stay the same, the network has to get the information from the
# rest. **Masks reward information that is present more than once**: in the other modality, or in many tokens.
#
# ## 2. What methods hide
#
# Masks act on [**tokens**](glossary.md#token), the pieces into which an encoder cuts its modality (8 each, here), just
# before the [fusion](glossary.md#fusion). They are used in training only: the embedding that we probe sees all tokens.
#
# | method | hides | how much | when |
# |:--|:--|:--|:--|
# | CoMM | one modality, entirely: its tokens are left out | all of it | in its single-modality terms |
# | InfMasking | random tokens of both, one learned token in their place | 0.7, six masks at once | always |
# | COrAL | random tokens of modality 1 in view 1, of modality 2 in view 2, set to 0 | up to 0.75 | in four stages |
#
# A mask that hides tokens of one modality alone, such as COrAL's, is **asymmetric**; one that hides tokens of both,
# such as InfMasking's, is **symmetric**.
#
# **See it.** Crossed-out tiles are hidden; the shade says how much the fusion's summary token (CLS) attends to a token.
# Move the progress of training, draw other masks, then choose a run of InfMasking and one of CoMM.

# %%
store = runs.Store("../data/runs", to_write=False)
biased = {"task": "factors", "distribution": "biased", "knob": ""}
explore.masking(run=store.one(method="coral", **biased).id)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# COrAL masks modality 1 in one view and modality 2 in the other, so the shared path has to infer each modality from the
# other. It decides token by token, so the number varies: 6 and 8 of 8 here. A hidden token is set to 0 but still takes
# part in attention, so it has a shade, too. Early in training COrAL hides few tokens. InfMasking hides tokens of both
# modalities, always the same number. Each row of CoMM hides a modality entirely or not at all.
# </details>

# %% [markdown]
# **On images** a token is a patch, 4 x 4 of them per image. Choose a run on `trifeature-32`
# ([02](02_synthetic_tasks.ipynb)): there the shared path has to infer the shape from either image.

# %% [markdown]
# **Try it.** InfMasking hides a ratio of 0.7 of 8 tokens. How many tokens are *kept*?

# %%
kept = None
teach.check(kept, "tokens_kept")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The number of kept tokens is rounded down.
# </details>
# <details><summary>Solution</summary>
#
# `kept = 2`
# </details>

# %% [markdown]
# **Try it.** Late in training COrAL's ratio is 0.75. Each modality has 8 tokens, so a sample has 16. How many of them
# are hidden in view 1, on average?

# %%
hidden = None
teach.check(hidden, "hidden_in_view_1")

# %% [markdown]
# <details><summary>Hint</summary>
#
# In view 1 only modality 1 loses tokens.
# </details>
# <details><summary>Solution</summary>
#
# `hidden = 6`
# </details>
#
# ## 3. The same masks, as numbers
#
# Every method reports what it masks (`method.explain`). Here are the shares of tokens that COrAL masks at four points
# of training, by view and modality, over 1 000 samples.

# %%
batch = task.sample(1000, "train", seed=41)
views = task.views(batch, torch.Generator().manual_seed(41))
coral = methods.build("coral", task)
when = (0.1, 0.3, 0.6, 0.9)
rows = {f"{at:.0%} of training": evaluation.masked_shares(coral, views, at) for at in when}
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# The **schedule** ("curriculum") starts with low ratios, because an untrained network cannot infer masked tokens.
#
# And in bits: at its last ratio, how much do the visible tokens hold that view 1 leaves? *Left to infer* is what
# both modalities together hold and modality 1, masked, does not.

# %%
masks = visible.at_ratio(task.modalities, 0.75)
view1 = under_mask(task, {"modality_1": masks["modality_1"]})[["modality_1", "all"]]
view1.assign(**{"left to infer": view1["all"] - view1["modality_1"]}).round(2)

# %% [markdown]
# Half a bit of r has to be inferred from modality 2, which holds all of it. What the mask took of u1 nobody can infer:
# it is lost. u2 was never in modality 1, and S needs both.
#
# ## 4. What does a trained method make of visible tokens?
#
# Embeddings are usually read from full inputs. Now we hide tokens from trained methods, and read the labels with one
# linear readout that was fitted under masks of all ratios. No method can have more than the black line, except by
# chance: methods are read on fewer samples, 400.

# %%
read = {}
for name in ("comm", "infmasking", "coral"):
    _, method = runs.restored(store.one(method=name, **biased), store)
    read[name] = over_ratios(task, read=evaluation.MaskedReadout(method, task, seed=41))
show(read_under_masks(remaining, read))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# From InfMasking and COrAL one reads nearly all that a mask leaves of R and U1; only with 7 of 8 tokens hidden R falls
# below the line. From CoMM one reads less of u1 at *every* ratio, even 0: it lost a quarter of u1 in training, and not
# under the mask (this is one seed). Of synergy a *linear* readout finds little, even where nothing is hidden. So it is
# not the mask that hides it: half of the tokens still hold 0.85 bits.
# </details>
#
# **See it.** In the explorer above choose the picture *bits under a mask*, and hide tokens one by one. Then choose a
# run on `digits`, where you can read what you hide.
#
# ## 5. Does masking matter?
#
# An [**ablation**](glossary.md#ablation) changes one hyperparameter and keeps all others. Here are three short
# trainings: no mask, a constant ratio, and the schedule. In the figure the one with the schedule comes first and is
# called *COrAL (hinge)*, after its default penalty. Which part keeps each label?

# %%
dials = {"distribution": "biased"}
KNOBS = {"no mask": {"mask_ratio": 0.0}, "constant": {"mask_schedule": "constant"}, "schedule": {}}
budget = runs.Budget(steps=200, probe_samples=1024, test_samples=1024)
specs = [
    runs.RunSpec.make("coral", "factors", 41, knobs=knobs, dials=dials, budget=budget)
    for knobs in KNOBS.values()
]
own = runs.Store(tempfile.mkdtemp())
for outcome in runs.execute(specs, own, jobs=2):
    print(f"{outcome.spec.words}: {outcome.status}, {outcome.seconds:.0f} s {outcome.reason}")
turned = pd.concat([own.rows(spec) for spec in specs])

# %% jupyter={"source_hidden": true}
teach.predict(
    "COrAL without any mask (ratio 0), biased training. Which atoms does the whole embedding lose for certain?",
    ("redundancy", "unique information", "none of them for certain"),
    "none of them for certain",
    "Views share every latent with or without masks, so all may be kept. Masks change what must be inferred.",
    replies={
        "redundancy": "r is shared by views and by modalities. No mask is needed for that.",
        "unique information": "Paths 1 and 2 are never masked, and their views share u1 and u2.",
    },
    shows=show(figures.matrix(turned)),
)

# %% [markdown]
# <details><summary><b>What you should have seen, and what you cannot have seen</b></summary>
#
# There is a row per part, a column per label, and a block per training. The rows of paths 1 and 2 hardly differ,
# because these are never masked. The *shared* rows differ: in the runs stored here the shared path holds 1.8 bits of u1
# without masks, 1.5 with the schedule and 0.1 under a constant mask. What it cannot infer from the other modality, it
# gives up. But these are differences of one seed after 200 steps, and another seed may reverse the order. Try seed 42
# in place of
# 41. Ask the same of published ablations: how many seeds, and how wide are the intervals?
#
# *Whole* contains *shared*, so it cannot hold less. Where its number is lower, the readout found less among more
# features: bits are lower bounds.
# </details>
#
# ## Key points
#
# - A mask makes the network infer the masked part from the rest of the input. What remains in the rest is known exactly
#   here: masks cost synergy most, and an asymmetric mask leaves redundancy whole.
# - CoMM drops entire modalities, InfMasking random tokens of both, COrAL tokens of one modality in each view.
# - The ratio counts tokens of the masked modality. With few tokens rounding matters. A schedule starts with low ratios.
# - Masks are used in training only; the probed embedding has seen all tokens.
# - One seed of an ablation is an anecdote. [07](07_ablations.ipynb) asks what masks change over many seeds.
#
# **Glossary.** [Ablation](glossary.md#ablation) · [attention](glossary.md#attention) ·
# [CLS token](glossary.md#cls-token) · [fusion](glossary.md#fusion) · [mask](glossary.md#mask) ·
# [token](glossary.md#token)
#
# **References.** [CoMM, InfMasking and COrAL](references.md#methods).
#
# **Next.** [07: ablations](07_ablations.ipynb), the same question with many seeds and intervals.
