# %% [markdown]
# # Masking: what is hidden, from whom, and why
#
# **Methods hide parts of their input from themselves while they learn. Who hides what, how much, when, and which
# information does that buy?**
#
# - **Questions.** What do CoMM, InfMasking and COrAL hide? What is the ratio of, and what is a schedule? What does it
#   change that COrAL hides one modality in each view and not both?
# - **Objectives.** Afterwards you can read a mask, count what it hides, say which comparison it forces, and judge an
#   ablation by its intervals.
# - **You need** [03](03_train_methods.ipynb): CoMM, InfMasking, COrAL and their games.
# - **Time.** 10 minutes to read, 20 with its exercises. *Run → Run All Cells* takes under a minute.

# %%
import tempfile

import pandas as pd
import torch

from coral_viz import explore, figures, methods, runs, tasks, teach
from coral_viz.figures.data.image_masks import patches
from coral_viz.figures.layout.display import show

# %% [markdown]
# ## 1. Hiding is asking
#
# If a part of the input is hidden and the output must be the same, the rest has to say what the hidden part would have
# said. Hide a modality, and only what the *other* one knows too can survive. Hide random pieces of both, and whatever
# is spread over many pieces survives. **A mask decides what has to be known twice.**
#
# Masks act on [**tokens**](glossary.md#token), the pieces into which an encoder cuts its modality (8 each, here), just
# before the [fusion](glossary.md#fusion). They exist in training only: the embedding that we probe sees everything.
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
# COrAL's two views are mirror images: what loses tokens in one is complete in the other, so the shared path has to
# rebuild either modality's share from the other. Early in training hardly anything is hidden. InfMasking hides pieces
# of both modalities, the same number every time. CoMM's lines hide all or nothing of a modality.
# </details>

# %% [markdown]
# **On images.** Here a token is a cell of a picture, 4 x 4 of them on each of the two. COrAL learned from pairs of
# images of one shape (`trifeature-32`, [02](02_synthetic_tasks.ipynb)); a disc shows what a cell gets of the attention.
# The shared path has to agree on the shape, whichever picture it is left with. (The explorer above offers this run,
# too, and those of CoMM and InfMasking.)

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
# Nothing in the picture is drawn by hand: every method says what it hides (`method.explain`). Here are the shares that
# COrAL hides at four moments of training, by view and modality, over 1 000 samples.

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
# The **schedule** ("curriculum") begins gently, because a network that has learned nothing yet cannot fill anything in.
#
# ## 3. Does it matter?

# %% jupyter={"source_hidden": true}
teach.predict(
    "COrAL without any mask (ratio 0), biased training. Which atoms does the whole embedding lose for certain?",
    ("redundancy", "unique information", "none of them for certain"),
    "none of them for certain",
    "Views share every class with or without masks, so all may be kept. Masks change what must be filled in.",
)

# %% [markdown]
# An [**ablation**](glossary.md#ablation) turns one knob and leaves the rest as it is. Three short trainings: no mask, a
# constant ratio, and the schedule. Where is each label kept?

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
# A row per part, a column per label, three blocks. The *unique* rows hardly differ: their paths are never masked.
# Differences are to be found in the *shared* row, and they are differences of one seed after 200 steps: another seed
# may turn the order around. Put 42 in place of 41 and see for yourself. Published ablations deserve the same question:
# how many seeds, and how wide are the intervals?
#
# If *whole* stands below *shared*: it cannot hold less, since it contains it. Bits are lower bounds, and a readout
# finds less where it has more numbers to look through.
# </details>
#
# ## Key points
#
# - A mask asks the rest of the input to say what the hidden part would have said.
# - CoMM drops whole modalities, InfMasking random tokens of both, COrAL tokens of one modality in each view.
# - The ratio counts tokens of the masked modality; on short lists rounding matters; a schedule starts gently.
# - Masks exist in training only; what is probed has seen everything.
# - One seed of an ablation is an anecdote.
#
# **Glossary.** [Ablation](glossary.md#ablation) · [attention](glossary.md#attention) ·
# [CLS token](glossary.md#cls-token) · [fusion](glossary.md#fusion) · [mask](glossary.md#mask) ·
# [token](glossary.md#token)
#
# **References.** [CoMM, InfMasking and COrAL](references.md#methods).
#
# **Next.** [07: ablations](07_ablations.ipynb), the same question in five worlds and with intervals.
