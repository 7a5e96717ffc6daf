# %% [markdown]
# # Masking: what do methods hide, and why?
#
# **Some methods mask parts of their input during training. Which method masks what, how much and when, and which
# information does it gain?**
#
# - **Questions.** What do CoMM, InfMasking and COrAL mask? What does a mask ratio count, and what is a schedule? Why
#   does COrAL mask only one modality in each view?
# - **Objectives.** Afterwards you can read a mask, count what it hides, say which information it makes the network use,
#   and judge an ablation by its intervals.
# - **You need** [03](03_train_methods.ipynb): CoMM, InfMasking, COrAL and their losses.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under a minute.

# %%
import tempfile

import pandas as pd
import torch

from coral_viz import explore, figures, methods, runs, tasks, teach
from coral_viz.figures.data.image_masks import patches
from coral_viz.figures.layout.display import show

# %% [markdown]
# ## 1. What a mask rewards
#
# If a part of the input is masked and the output must stay the same, the network has to get the information from the
# rest. If one modality is masked, only information that the *other* one also has is preserved. If random tokens of both
# are masked, information that is spread over many tokens is preserved. **Masks reward information that is present more
# than once.**
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
# **See it.** Crossed-out tiles are hidden; the shade says how much the fusion's summary token (CLS) attends to a token.
# Move the progress of training, draw other masks, then choose a run of InfMasking and one of CoMM.

# %%
dials = {"distribution": "biased"}
shipped = runs.RunSpec.make("coral", "factors", 41, dials=dials, budget=runs.Budget(steps=2000))
explore.masking(run=shipped.id)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# COrAL masks modality 1 in one view and modality 2 in the other, so the shared path has to infer each modality from the
# other. Early in training it hides few tokens. InfMasking hides tokens of both modalities, always the same number. Each
# row of CoMM hides a modality entirely or not at all.
# </details>

# %% [markdown]
# **On images.** Here a token is a patch of an image, 4 x 4 patches per image. COrAL was trained on pairs of images of
# one shape (`trifeature-32`, [02](02_synthetic_tasks.ipynb)). The area of a disc is the attention that a patch gets.
# The shared path has to infer the shape from either image. (The explorer above offers this run and those of CoMM and
# InfMasking, too.)

# %%
store = runs.Store("../data/runs", to_write=False)
(images,) = [
    spec for spec in store.specs() if (spec.method, spec.task) == ("coral", "trifeature-32")
]
task, method = runs.restored(images, store)
views = task.views(task.sample(1, "train", seed=41), torch.Generator().manual_seed(3))
torch.manual_seed(3)
show(patches(method.explain(*views), views, method.tokens_of))

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
# ## 2. The same masks, as numbers
#
# Every method reports what it masks (`method.explain`). Here are the shares of tokens that COrAL masks at four points
# of training, by view and modality, over 1 000 samples.

# %%
task = tasks.load("factors", distribution="biased", seed=41)
batch = task.sample(1000, "train", seed=41)
views = task.views(batch, torch.Generator().manual_seed(41))
coral = methods.build("coral", task)
rows = {}
for progress in (0.1, 0.3, 0.6, 0.9):
    drawn = coral.explain(*views, progress=progress).masks
    rows[f"{progress:.0%} of training"] = {
        f"{view}, modality {m + 1}": mask[:, 8 * m : 8 * m + 8].double().mean().item()
        for view, mask in drawn.items()
        for m in (0, 1)
    }
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# The **schedule** ("curriculum") starts with low ratios, because an untrained network cannot infer masked tokens.
#
# ## 3. Does masking matter?

# %% jupyter={"source_hidden": true}
teach.predict(
    "COrAL without any mask (ratio 0), biased training. Which atoms does the whole embedding lose for certain?",
    ("redundancy", "unique information", "none of them for certain"),
    "none of them for certain",
    "Views share every class with or without masks, so all may be kept. Masks change what must be inferred.",
)

# %% [markdown]
# An [**ablation**](glossary.md#ablation) changes one hyperparameter and keeps all others. Here are three short
# trainings: no mask, a constant ratio, and the schedule. Which part keeps each label?

# %%
KNOBS = {"no mask": {"mask_ratio": 0.0}, "constant": {"mask_schedule": "constant"}, "schedule": {}}
budget = runs.Budget(steps=200, probe_samples=1024, test_samples=1024)
specs = [
    runs.RunSpec.make("coral", "factors", 41, knobs=knobs, dials=dials, budget=budget)
    for knobs in KNOBS.values()
]
store = runs.Store(tempfile.mkdtemp())
for outcome in runs.execute(specs, store, jobs=2):
    print(f"{outcome.spec.words}: {outcome.status}, {outcome.seconds:.0f} s {outcome.reason}")
turned = pd.concat([store.rows(spec) for spec in specs])
show(figures.matrix(turned))

# %% [markdown]
# <details><summary><b>What you should have seen, and what you cannot have seen</b></summary>
#
# There is a row per part, a column per label, and a block per training. The *unique* rows hardly differ, because their
# paths are never masked. The *shared* rows differ, but these are differences of one seed after 200 steps, and another
# seed may reverse the order. Try seed 42 in place of 41. Ask the same of published ablations: how many seeds, and how
# wide are the intervals?
#
# *Whole* contains *shared*, so it cannot hold less. Where its number is lower, the readout found less among more
# features: bits are lower bounds.
# </details>
#
# ## Key points
#
# - A mask makes the network infer the masked part from the rest of the input.
# - CoMM drops entire modalities, InfMasking random tokens of both, COrAL tokens of one modality in each view.
# - The ratio counts tokens of the masked modality. With few tokens rounding matters. A schedule starts with low ratios.
# - Masks are used in training only; the probed embedding has seen all tokens.
# - One seed of an ablation is an anecdote.
#
# **Glossary.** [Ablation](glossary.md#ablation) · [attention](glossary.md#attention) ·
# [CLS token](glossary.md#cls-token) · [fusion](glossary.md#fusion) · [mask](glossary.md#mask) ·
# [token](glossary.md#token)
#
# **References.** [CoMM, InfMasking and COrAL](references.md#methods).
#
# **Next.** [07: ablations](07_ablations.ipynb), the same question with five seeds and intervals.
