# %% [markdown]
# # Your own data: how much information do they hold?
#
# **You have two arrays and a label. How much information about the label do they hold, how much of it does a method
# keep, and how far can you trust the numbers?**
#
# - **Questions.** How do you train a method on your own arrays? What is an estimate, and what can it not say? Why must
#   samples of one person stay on one side of a split?
# - **Objectives.** Afterwards you can make a task of your own data, estimate the information that they hold, set bits
#   kept beside it, and name what would make both numbers wrong.
# - **You need** [03](03_train_methods.ipynb): bits kept. [04](04_pid_of_embeddings.ipynb) explains the estimator.
# - **Time.** 15 minutes to read, 30 with its exercises. *Run → Run All Cells* takes a minute.

# %%
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits

from coral_viz import figures, pid, runs, tasks, teach
from coral_viz.figures.decomposition.atom_bars import dots
from coral_viz.figures.layout.display import show
from coral_viz.results import references, tables

# %% [markdown]
# ## 1. From two arrays to bits
#
# Row i of every array is sample i. Here are 1 797 handwritten digits from scikit-learn, cut in half: the upper four
# rows of pixels are one modality, the lower four another. The label is whether the digit is even.

# %%
pixels, digit = load_digits(return_X_y=True)
halves = tasks.from_arrays(
    {"upper": pixels[:, :32], "lower": pixels[:, 32:]},
    {"parity": ["odd" if each % 2 else "even" for each in digit]},
    name="halves",
)
halves = halves.estimated()

# %%
budget = runs.Budget(steps=60, batch=64)
specs = [runs.RunSpec.make(method, halves, seed=1, budget=budget) for method in ("cross", "coral")]
table = pd.concat([runs.perform(spec).rows for spec in specs])

# %% [markdown]
# What happened in these lines? `from_arrays` checked the arrays and split them: three fifths to train, one fifth to fit
# [readouts](glossary.md#readout), one fifth to test. `estimated` estimated the information in the data. `perform`
# trained two methods without the label and measured their embeddings.


# %%
def with_interval(row, prefix=""):
    """The atoms of a row of numbers, with the ends of their intervals."""
    value, low, high = (
        [row[f"{prefix}{name}{end}"] for name in pid.NAMES] for end in ("", "/low", "/high")
    )
    return pid.Atoms(*value, low=low, high=high)


# %% jupyter={"source_hidden": true}
teach.predict(
    "Each half tells something about the parity of the digit. Which of the four atoms is largest?",
    ("redundancy", "unique 1, of the upper half", "unique 2, of the lower half", "synergy"),
    "redundancy",
    "Mostly either half suffices. Lines are 95 % intervals.",
    replies={
        "unique 1, of the upper half": "What the upper half tells, the lower half mostly tells, too.",
        "unique 2, of the lower half": "The lower half has a little to itself, far less than both share.",
        "synergy": "A few digits need both halves, most do not.",
    },
    shows=[show(dots({"parity": with_interval(halves.known("parity"), "estimate/")}))],
)

# %% [markdown]
# **See it.** Dots are bits that the embedding keeps. The dashed line in a band is the estimated information in the
# data.

# %%
show(figures.bits_kept(table))

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# In the earlier notebooks the truth was known, and the figure drew it as an exact line. Of real data nobody knows it.
# The dashed line is an *estimate*: the four atoms of the two modalities together. The band reaches from the sum of the
# lower ends of the atoms' 95 % intervals to the sum of their upper ends. The axis ends at the entropy of the label: no
# embedding and no data hold more about it.
# </details>
#
# ## 2. The ceiling and the band
#
# **Try it.** In a table of 100 patients, 10 are ill. How many bits about *ill or not* can any data hold at most?

# %%
bits = None
teach.check(bits, "most_about_a_rare_class")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The entropy of the label, −Σ p log2 p, with p = 0.1 and 0.9.
# </details>
# <details><summary>Solution</summary>
#
# `bits = 0.469`
# </details>
#
# **Try it.** An estimate says, with intervals: R 0.5 [0.4, 0.6], U1 0.2 [0.1, 0.3], U2 0 [0, 0.1] and S 0 [0, 0.2].
# From where to where does the band reach, in bits? Answer with a pair.

# %%
band = None
teach.check(band, "band_of_an_estimate")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Add the lower ends of all four intervals, then the upper ends.
# </details>
# <details><summary>Solution</summary>
#
# `band = (0.5, 1.2)`
# </details>
#
# ## 3. Real data, and why groups matter
#
# These data come with Python packages. The table ships, because not everybody has the packages:
#
# - *rotations*: a smartwatch's accelerometer | gyroscope during shoulder exercises of ten people. Which of two
#   rotations is it, and on which side? *watch*: the same for all seven exercises.
# - *indian-pines*: 75 bands of shorter | 125 of longer waves from an aircraft. Does corn or soy grow at this pixel?
# - *digit-halves*: handwriting, as halves of the image. *multiple-features* and *six-or-nine*: as Fourier |
#   Karhunen-Loève coefficients.
#
# Samples are not independent: two seconds of one person, or two pixels of one field, are nearly copies. *Held out
# together* means that no classifier is tested on a person, field or form that it was fitted to.

# %%
real = pd.read_csv("../data/results/bench_real.csv")
held_out = real["groups"].map(lambda groups: f"{groups} groups" if groups else "single samples")
real["held out"] = held_out
real.set_index(["task", "label", "held out"])[["n", "entropy", *pid.NAMES]].round(2)

# %% jupyter={"source_hidden": true}
corn = real[real["task"] == "indian-pines"]
teach.predict(
    "With single pixels held out, the bands tell three quarters of a bit about corn or soy. How much of this is left "
    "if whole fields are held out?",
    ("nearly all", "about half", "less than a quarter"),
    "less than a quarter",
    "The classifiers had recognised fields, not plants.",
    replies={
        "nearly all": "That would be so if a pixel told no more about its field than about its plant.",
        "about half": "Even less: most of it was about which field a pixel lies in.",
    },
    shows=[show(dots({row["held out"]: with_interval(row) for _, row in corn.iterrows()}))],
)

# %% [markdown]
# The same for the watch: which of two rotations is it?

# %%
turns = real[(real["task"] == "rotations") & (real["label"] == "exercise")]
show(dots({row["held out"]: with_interval(row) for _, row in turns.iterrows()}))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# With single samples held out, the data seem to hold much. With whole groups held out, all information disappears
# that was only about *which field* or *which person*. Of corn and soy hardly anything is left, and the interval of
# synergy includes 0. Which rotation it is, the accelerometer seems to tell, until people are held out together: then
# the gyroscope has the unique information, and the accelerometer none. The intervals are long and include 0, because
# ten people are few, however many seconds of each there are. That of synergy ends at the entropy of the label: 298
# samples cannot show that there is no interaction.
# </details>
#
# ### What methods keep of real data
#
# Four methods were trained on *six-or-nine*, on five resplits each. Nearly all information about the digit is unique to
# the second modality.

# %%
trained = tables.read("../data/results/six-or-nine.parquet")
show(figures.bits_kept(trained))

# %% [markdown]
# Cross's embedding consists of two parts, one a modality. So the whole holds at least what each part holds. Compare the
# bits that readouts find.

# %%
cross = tables.select(trained, method="cross", metric="bits", readout="best")
cross.pivot_table("value", "seed", "part")[["fourier", "karhunen", "all"]].round(2)

# %% [markdown]
# In every resplit, readouts find more bits in the part *karhunen* than in the whole, which contains it. **Why?**
#
# <details><summary><b>Answer</b></summary>
#
# The whole contains the part number by number, so it cannot hold less. But only 79 samples fit the readout, and the
# numbers of the other modality must be fitted, too. Bits kept are a lower bound, and with few samples a loose one.
# </details>

# %% [markdown]
# ## 4. What an estimate cannot say
#
# - **It is not the truth.** What no classifier finds is missing. Synergy is hardest to find, and needs most samples. Of
#   sequences and images, the classifiers see a summary.
# - **It is not a bound of what a method keeps.** Where an embedding seems to keep more than the estimate, the estimate
#   is too low or the test samples were favourable. By [data processing](glossary.md#data-processing), it does not hold
#   more than the data.
# - **Its interval is about samples.** It does not say what other people, hospitals or cameras would give. Seeds on your
#   data are *resplits*: they share samples, so their interval says how stable a result is on these data.
# - **It says how much, not why.** Unique information may be a property of the world, of the sensor or of the noise.
#
# `references` tells which kind of reference a figure of your table shows, and its numbers.

# %%
known = references.by_label(table)
known[["known", "truth", "held_low", "held_high", "most"]].round(2)

# %%
kept = tables.select(table, metric="bits", part="all", readout="best")
kept.set_index("method")["value"].round(2)

# %% [markdown]
# ## 5. Your own table
#
# **Try it, with an open end.** Replace the table below by your own (`pd.read_csv("mine.csv")`), choose which columns
# are the first modality and which is the label, and predict the largest atom before you run the cell. Is there a column
# that says whom or what a sample came from? Then pass it as `groups=`.

# %%
patients = load_breast_cancer(as_frame=True).frame
label, first = "target", [name for name in patients if name.startswith("mean ")]
others = patients.drop(columns=[*first, label])
mine = tasks.from_arrays({"mean": patients[first], "rest": others}, {label: patients[label]})
found = mine.estimated().known(label)
show(dots({"my table": with_interval(found, "estimate/")}))

# %% [markdown]
# From here: write the arrays into an .npz, and one command trains all methods on several resplits and writes a report.
# `docs/own-data.md` has files, sequences, images, missing values and continuous labels.
#
# ```sh
# python -m coral_viz data mine.npz
# python -m coral_viz tour --task mine.npz
# ```
#
# ## Key points
#
# - Two arrays and a label make a task. A hash of their content is part of every run.
# - The information in real data is estimated, with an interval, and never called exact.
# - Hold out together what belongs together: people, fields, videos. Otherwise you measure recognition.
# - No data hold more about a label than its entropy.
#
# **Glossary.** [Data processing](glossary.md#data-processing) · [estimate](glossary.md#estimate) ·
# [group](glossary.md#group) · [interval](glossary.md#interval) · [posterior](glossary.md#posterior) ·
# [resplit](glossary.md#resplit)
#
# **References.** The estimator's measure: [BROJA 2014](references.md#pid). Where the data come from is said in
# `coral_viz.tasks.real_data`.
#
# **Next.** Back to the [overview of the workshop](README.md).
