# %% [markdown]
# # Train every method, live
#
# **Twelve published objectives, one small network, the same data and steps: which information does each of them
# keep, and what in its loss makes it so?**
#
# - **Questions.** What does each loss ask for, in plain words? What can it not ask for? Why does matching modalities
#   keep redundancy alone? How much is settled after some seconds of training, and how much is not?
# - **Objectives.** Afterwards you can predict from a loss which atoms an embedding will keep, train any method with one
#   line, read its loss curves, and say why one seed proves nothing.
# - **You need** the task of [02](02_synthetic_tasks.ipynb). No GPU, though one is used if it is there.
# - **Time.** 15 minutes to read, 30 with its exercises. *Run → Run All Cells* takes about a minute on a laptop.

# %%
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from coral_viz import explore, figures, methods, runs, teach
from coral_viz.figures.course.probe_curves import learning
from coral_viz.figures.layout.display import show
from coral_viz.publishing import report
from coral_viz.results import tables
from coral_viz.runs import replay

# %% [markdown]
# ## 1. What all of them have in common
#
# No method sees a label. All of them play one game, **find the partner**: of two vectors that belong to the same
# sample, each must find the other among those of a whole batch. A miss costs; the cost of a batch is its loss, in
# nats (a nat is 1.44 bits). What differs is *who* the partners are.
#
# A vector can only help to find its partner by what the two have in common. So the rule for this notebook is:
#
# > **A method can be rewarded only for what its partners share.**
#
# **Try it.** For a warm-up: a batch has 128 samples and two views of each. Suppose that a network gives *every* input
# the same vector. Each vector must find its partner among the 255 others. What is the loss, in nats?

# %%
nats = None
teach.check(nats, "loss_of_collapse")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Guessing among n equally likely partners costs the natural logarithm of n.
# </details>
# <details><summary>Solution</summary>
#
# `nats = 5.541`, which is log 255. Look for it among the curves below: it is the height at which nothing is learned
# yet. Cross, whose vectors choose among 128 candidates, has it at log 128 = 4.85.
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
# A view changes what means nothing and keeps what means something.
# </details>
# <details><summary>Solution</summary>
#
# `shared = {"r", "u1", "u2", "t1", "t2"}`
# </details>
#
# ## 2. What each loss says
#
# **Partners across modalities.** Modality 1 of a sample seeks modality 2 of the same sample. They share r and, unless
# t1 and t2 are related, nothing more.
#
# - **Cross** (CLIP): "I am the sound of one of these pictures. Find it." Its temperature is learned.
# - **CMC**: the same among both kinds of vectors at once, and after a head that is thrown away.
# - **CLIP+IB**: "... and come close to it." The pull drives out what the partner does not have.
# - **Symile**: "Multiply us all, number by number, and the sum is large only if we belong together." For two
#   modalities it is CLIP; it is made for three and more.
# - **GRAM**: "We belong together if we span a small volume." For two, an area.
# - **OVA-IB**: "Find me by my distance to the plane that the others span, and stay near their mean."
#
# **Partners are views.** A view keeps all classes, so all of them may be kept.
#
# - **SimCLR**: "I am this very sample, seen again. Never mind the other modality."
# - **Cross+Self**: both games at once, Cross and (half as heavy) SimCLR.
#
# **Partners are parts and the whole.** A *fusion* sees both modalities and may compare them.
#
# - **CoMM**: "Whoever sees one modality must agree with whoever sees both, in the other view."
# - **InfMasking**: CoMM, and "whoever sees all must recognise itself through six keyholes" (most tokens hidden).
#
# **A place for each kind.**
#
# - **FactorCL**: "Pay for what is shared, pay for what is one's own, charge for what is counted twice." Each amount is
#   a bound by a small network of its own, a *critic*.
# - **COrAL**: "One of us sees both with gaps and fills them in; two of us keep to one modality each; and whoever
#   points the way of another pays."

# %% jupyter={"source_hidden": true}
teach.predict(
    "After unbiased training, which latents will Cross keep?",
    ("r alone", "r, u1 and u2", "all five"),
    "r alone",
    "Modality 2 knows nothing of u1, so u1 cannot help to find it; the same for u2, and for t1 and t2 while unrelated.",
)

# %% [markdown]
# ## 3. Train them, live
#
# Same encoders, same data, same order of batches for all; 100 steps each, two at a time. (`device="auto"` takes a GPU
# if there is one. Ctrl-C or the stop button is safe: finished runs are kept in the folder.)

# %%
CHOSEN = [name for name in methods.names() if name != "triangle"]  # TRIANGLE takes three modalities
budget = runs.Budget(steps=100, probe_samples=1024, test_samples=1024)
specs = [runs.RunSpec.make(name, "factors", 41, budget=budget) for name in CHOSEN]
store = runs.Store(tempfile.mkdtemp())
for outcome in runs.execute(specs, store, jobs=2):
    print(f"{outcome.spec.words}: {outcome.status}, {outcome.seconds:.0f} s {outcome.reason}")
live = pd.concat([store.rows(spec) for spec in specs])

# %%
show(figures.curves(live[live["method"].isin(["cross", "coral"])]))

# %% [markdown]
# The contrasts fall: *something* is learned. The curves of two methods cannot be compared, since the games are
# different, and no curve says *what* was learned. So ask all twelve.

# %%
show(figures.bits_kept(live))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Redundancy comes first: after these few steps nearly everyone has nearly all of it. SimCLR and COrAL are ahead on u1
# and u2: their partners are views of *one* modality, which share all that it shows. What the others hold of u1 and u2
# need not have been learned: even an untrained network lets some of its input through, and what nothing rewards is
# lost by and by. The last column, synergy, stays near zero: after 100 steps nobody compares t1 with t2.
# </details>
#
# ## 4. And after more training?
#
# Shipped with these notebooks: the same after 2 000 steps, in five worlds (seeds 41 to 45), after unbiased and after
# biased training (t1 = t2 always).

# %% jupyter={"source_hidden": true}
teach.predict(
    "After biased training, does Cross's embedding hold the answer to 'is t1 = t2?'",
    (
        "no, nothing rewards it",
        "yes, and a linear probe reads it",
        "yes, but a linear probe does not read it",
    ),
    "yes, but a linear probe does not read it",
    "As t1 = t2, both help to find the partner and both are kept. Nobody compared them; a weighted sum cannot.",
)

# %%
worlds = tables.read("../data/results/factors.parquet")
show(figures.bits_kept(worlds[worlds["distribution"] != "relation"]))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# *Unbiased.* The rule holds. Methods that match modalities have r and little of u1 and u2; methods that match views,
# or parts with the whole, may have all of it. May, not will: CoMM has u1 and u2 in some worlds only (look at its
# ticks), FactorCL hardly.
#
# *Biased.* Now t1 and t2 are as good as r for finding a partner, and it shows: nearly everybody holds nearly the whole
# bit of synergy (filled dots), Cross too. Look at the hollow dots: a *linear* reader finds nothing of it in methods
# that keep the modalities apart. "Synergy is lost" and "synergy is kept where a linear probe does not look" are two
# findings, and a table of probe accuracies shows only one of them. And Cross+Self has lost u1 and u2: what can be
# rewarded need not be kept.
# </details>

# %% [markdown]
# The same in words, computed from the table:

# %%
Markdown("\n\n".join(report.reading.kept(worlds)))

# %% [markdown]
# ## 5. Replay a training
#
# **See it.** Choose a recording and move the moment; 0 is before training. What has the loss done by then, which labels
# can be read, and what does an untrained network hold already?

# %%
explore.theatre()

# %% [markdown]
# **And with images?** The recordings of `trifeature-32` ([02](02_synthetic_tasks.ipynb)) are of long trainings, biased
# ones, on pairs of images: R is their shape, U1 and U2 are their textures, S is whether texture 1 and colour 2 belong
# together. Watch what becomes of S while U1 and U2 grow.

# %%
recordings = [replay.load(path) for path in sorted(Path("../data/replays").glob("*.npz"))]
show(learning([recording for recording in recordings if recording.spec.task == "trifeature-32"]))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Shapes and textures are learned slowly, and are still being learned when CoMM's synergy has stopped growing: it stays
# near 0.6 while U2 nearly doubles. InfMasking and COrAL find S later, COrAL as its masks grow heavier.
#
# Cross has R, and most of U1: in biased pairs colour 2 gives texture 1 away, so matching images rewards it. Its S is at
# chance *for the linear reader of this figure*. Ask the theatre above for its bits: a small perceptron finds a third of
# the one bit, more than in CoMM or COrAL. Four trainings in one world; a point of S is known to about 0.03.
# </details>

# %% [markdown]
# **Try it, with an open end.** Change `distribution` here to `"biased"` or `"relation"` and the method to any other;
# before you run it, write down which dots will move.

# %%
budget = runs.Budget(steps=150, probe_samples=1024, test_samples=1024)
mine = runs.RunSpec.make("comm", "factors", 41, dials={"distribution": "unbiased"}, budget=budget)
with runs.one_thread():
    own = runs.perform(mine).rows
show(figures.bits_kept(own))

# %% [markdown]
# ## Key points
#
# - All these methods play "find the partner"; they differ in who the partners are.
# - Modalities share redundancy (and, in biased data, what is related); only that is kept. Views share everything;
#   whether it is kept is another question.
# - A linear probe can find nothing while the embedding holds the bit.
# - A curve says how well the game is played and not what was learned.
# - One seed is an example. Believe an order of methods after five, with intervals, and look at the seeds' ticks.
#
# **Glossary.** [Contrastive loss](glossary.md#contrastive-loss) · [embedding](glossary.md#embedding) ·
# [fusion](glossary.md#fusion) · [linear probe](glossary.md#linear-probe) · [nat](glossary.md#nat) ·
# [seed](glossary.md#seed) · [view](glossary.md#view)
#
# **References.** One paper for each method: [references.md](references.md#methods).
#
# **Next.** [04: decompose embeddings](04_pid_of_embeddings.ipynb)
