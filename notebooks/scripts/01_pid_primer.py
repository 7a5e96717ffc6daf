# %% [markdown]
# # A primer on partial information decomposition
#
# **Two sources are informative about a target. How much of the information is in either source, how much in one source
# only, and how much only in both together? And why do published measures disagree?**
#
# - **Questions.** What are a source, a target and a bit? What are redundancy, unique information and synergy of a
#   probability table? Why does one measure find synergy where another finds none?
# - **Objectives.** Afterwards you can decompose a small table by hand and with code, explain unique information as an
#   advantage in a decision problem, read a redundancy lattice, and name the one definition in which measures differ.
# - **You need** to know what a probability is. No GPU, no internet, no data.
# - **Time.** 15 minutes to read, 25 with its exercises. *Run → Run All Cells* takes a few seconds.

# %%
import pandas as pd
from IPython.display import Markdown

from coral_viz import explore, pid, teach
from coral_viz.figures.decomposition.atom_bars import bars, side_by_side
from coral_viz.figures.layout.display import show

# %% [markdown]
# ## 1. Source, target, bit
#
# A random experiment has three outcomes: x1, x2 and y.
#
# - The **target** Y is the variable to predict. *You* choose it: "will it rain?" is a target.
# - The [**sources**](glossary.md#source) X1 and X2 are the variables that you observe: a barometer, the sky.
# - A [**bit**](glossary.md#bit) is the information in the answer to one fair yes-or-no question. The value of a fair
#   coin carries 1 bit. One of four equally likely values carries 2 bits. A coin that nearly always shows heads carries
#   hardly any, because you knew the answer before.
#
# The mutual information I(X1;Y) is the number of bits by which observing X1 reduces the uncertainty about Y, on
# average. I(X1,X2;Y) is the same for observing both.
#
# Which variable is the target is your choice. All atoms follow from the probabilities of the triples (x1, x2, y). Here
# is the table of the AND gate: x1 and x2 are fair coins, and y is 1 if both are 1.

# %%
p = pid.gates.gate("AND")  # p[x1, x2, y]: sources first, target last
rows = [(x1, x2, y, p[x1, x2, y]) for x1, x2, y in zip(*p.nonzero())]
pd.DataFrame(rows, columns=["x1", "x2", "y", "probability"]).set_index(["x1", "x2"])

# %% [markdown]
# ## 2. Four atoms
#
# Partial information decomposition (PID) splits I(X1,X2;Y) into four [**atoms**](glossary.md#atom):
#
# - [**redundancy**](glossary.md#redundancy) R: either source alone provides it;
# - [**unique information**](glossary.md#unique-information) U1, U2: only this source provides it;
# - [**synergy**](glossary.md#synergy) S: neither source alone provides it, but both together do.
#
# Every measure satisfies three sums:
#
# I(X1;Y) = R + U1,  I(X2;Y) = R + U2,  I(X1,X2;Y) = R + U1 + U2 + S.

# %% jupyter={"source_hidden": true}
teach.predict(
    "The two coins of AND are independent. Can they hold redundant information about y?",
    ("no, they are independent", "yes, some", "yes, all of it"),
    "yes, some",
    "Redundancy is about the target. Whichever coin shows 0, you know that y is 0. The coins share that information.",
    replies={
        "no, they are independent": "They say nothing about each other, but both say something about y.",
        "yes, all of it": "If one coin shows 1, you need the other, too. This is synergy.",
    },
    shows=show(bars({"AND": pid.broja(p)})),
)

# %% [markdown]
# **By hand.** The target of AND is 1 with probability 1/4. An entropy H counts how uncertain a variable is, in bits:
#
# 1. H(Y) = −(3/4) log2(3/4) − (1/4) log2(1/4) = 0.811 bits. Both coins together determine y, so I(X1,X2;Y) = 0.811.
# 2. If x1 = 0, then p(y = 1 | x1) = 0, and nothing is uncertain: 0 bits. If x1 = 1, then p(y = 1 | x1) = 1/2: 1 bit. On
#    average H(Y|X1) = 1/2 · 0 + 1/2 · 1 = 0.5 bits.
# 3. I(X1;Y) = H(Y) − H(Y|X1) = 0.811 − 0.5 = 0.311 bits. By symmetry I(X2;Y) = 0.311.
# 4. The sums say R + U1 = 0.311, R + U2 = 0.311 and R + U1 + U2 + S = 0.811. These are three equations for four
#    unknowns: U1 = U2 = 0.311 − R, and S = 0.189 + R.
# 5. One definition is missing. Section 3 gives it: source 1 has unique information only if it is of more use than
#    source 2 for some decision about y. Here p(y | x1) and p(y | x2) are the same, so neither is of more use:
#    U1 = U2 = 0. (Names of values do not matter: NAND, or AND with one coin inverted, has the same atoms.)
# 6. So R = 0.311 and S = 0.189 + 0.311 = 0.5 bits.
#
# **Try it.** A measure gives R = 0.7 bits for a table with I(X1;Y) = 1.2, I(X2;Y) = 0.9 and I(X1,X2;Y) = 1.6 bits. What
# are all four atoms?

# %%
atoms = None  # (R, U1, U2, S)
teach.check(atoms, "atoms_from_informations")

# %% [markdown]
# <details><summary>Hint</summary>
#
# R + U1 = I(X1;Y), R + U2 = I(X2;Y), and all four sum to I(X1,X2;Y).
# </details>
# <details><summary>Solution</summary>
#
# `atoms = (0.7, 0.5, 0.2, 0.2)`
# </details>

# %% [markdown]
# **See it.** Drag a square to make a pair of values likelier, press a target value to flip it, or choose a gate and add
# noise. Point at an atom to see the sums that it is part of. What must happen to the synergy of AND when source 2
# always equals source 1? (The table below the bars has other measures, which define redundancy in another way. Section
# 4 says how. The page also opens from a file, without Jupyter: [gates](../docs/explorables/gates.html).)

# %%
explore.gates(gate="XOR")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# When source 2 of AND always equals source 1 (the two squares off the diagonal have no area), either of them determines
# y. Then all information is redundant and the synergy is 0. Noise reduces all atoms.
# </details>
#
# ## 3. What *unique* means: an advantage
#
# The three sums have four unknowns. So one atom must be *defined*, and the sums determine the others. The default here
# is [**BROJA**](glossary.md#broja):
#
# > Source 1 has unique information if there is a decision problem about Y in which an agent who observes source 1 earns
# > more than an agent who observes source 2.
#
# For a binary target these decision problems can be drawn as ROC curves. An agent accepts ("y = 1") for some values of
# its source; the curve shows the true-positive rate against the false-positive rate. The dashed line is the convex
# **hull** of both curves: an agent who may choose the better source for each problem. U1 is what the hull gains over
# source 2, and U2 is what it gains over source 1, in bits of information; the areas only show where. Synergy is what
# the *pair* gains over the hull.

# %%
explore.unique()

# %% [markdown]
# The square at the right shows the same with tables. Each of its points is a table Q with the same p(x1, y) and p(x2,
# y) as the true table P, and another dependence between the sources. BROJA minimises I(X1,X2;Y) over these tables: the
# minimum (★) is R + U1 + U2, and what P has beyond the minimum is synergy. For a binary target the hull gives the
# minimum exactly. For others a solver finds it, and proves how close it came: this bound is the **gap**, in bits.
#
# **See it.** Drag point 2 onto the curve of source 1: what becomes of U2? Then choose the gate AND, and walk from P to
# ★. ([The same page as a file](../docs/explorables/unique.html).)
#
# <details><summary><b>What you should have seen</b></summary>
#
# At first the curves cross, so each source is of more use than the other for some decision, and both have unique
# information. A source whose curve lies below the other one, or on it, has none: it is the other source with noise. In
# AND the two curves coincide. On the way from P to the optimum, p(x1, y) and p(x2, y) stay the same. R, U1 and U2
# depend on these two tables alone, so only the synergy falls, to 0 at the optimum.
# </details>
#
# **By hand, once more.** If source 2 is a noisy copy of source 1 (given x1, x2 says nothing more about y), whatever an
# agent can do with source 2, it can do with source 1. So U2 = 0, and R = I(X2;Y). Example: y = x1, and the coins are
# equal in three of four cases. I(X1;Y) = 1 bit. Given x2, y is known with probability 3/4, so
# R = I(X2;Y) = 1 − 0.811 = 0.189 bits. The sums give U1 = 1 − 0.189 = 0.811 and S = 0.

# %%
copied = pid.gates.gate("UNQ", correlation=0.5)  # y = x1; in half of the draws x2 is set to x1
show(bars({"y = x1": pid.broja(copied)}))

# %% [markdown]
# **Guess the atoms.** Every gate here is new: two fair coins, a rule, sometimes a copy, sometimes noise. Set the four
# sliders, then press *Score*. *Help* tells the three informations that the sums need. Go on until three gates in a row
# are right.

# %%
teach.guess_atoms(seed=1)

# %% [markdown]
# ## 4. Why does S differ between measures?
#
# Because R does. Most measures define R, and the three sums determine the other atoms. One more bit of redundancy means
# one bit less of U1, one bit less of U2 and one more bit of synergy. Four other measures of redundancy:
#
# - [**I_min**](glossary.md#i_min) (`i_min`): value by value of the target, what the source that says less about it
#   says;
# - [**MMI**](glossary.md#mmi) (`mmi`): the smaller of I(X1;Y) and I(X2;Y);
# - [**I_sx**](glossary.md#i_sx) (`i_sx`): what one learns on being told that x1 or x2 occurred;
# - [**I_±**](glossary.md#i_pm) (`i_pm`): what single events rule out and how they mislead, the redundancy of each by
#   itself.

# %%
pairs = {
    name: pid.decompose_pmf(pid.gates.gate("COPY"), name)
    for name in ("i_min", "mmi", "broja", "i_sx", "i_pm")
}
by_measure = show(side_by_side(pairs))

# %% jupyter={"source_hidden": true}
teach.predict(
    "The sources are two independent fair coins, and the target is the pair of them (COPY). How much is redundant?",
    ("0 bits, by every measure", "1 bit, by every measure", "it depends on the measure"),
    "it depends on the measure",
    "I_min compares amounts: either source provides one bit. BROJA asks whether it is the same bit, and it is not.",
    replies={
        "0 bits, by every measure": "So says BROJA. Other measures ask how much each source provides, not what.",
        "1 bit, by every measure": "So says I_min. But the bits of the two sources are different bits.",
    },
    shows=by_measure,
)

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# Every row sums to 2 bits. `i_min`, `mmi` and `i_pm` find one bit of redundancy in two independent coins. Their sums
# then require one bit of synergy, although copying two coins needs no comparison of them. BROJA finds no redundancy,
# and `i_sx` a value in between. (`i_sx` and `i_pm` are defined for single events. An event can be misleading, so their
# atoms may be negative: `i_sx` for XOR, `i_pm` for AND.) None of these measures is wrong: they answer different
# questions. So state which measure you use.
# </details>

# %% [markdown]
# **Co-information is not redundancy.** The co-information I(X1;Y) + I(X2;Y) − I(X1,X2;Y) is often read as redundancy.
# The three sums show that it equals R − S.
#
# **Try it.** Find a gate with co-information 0 that has redundancy:

# %%
Markdown("\n".join(f"- **{name}**: {gate.rule}" for name, gate in pid.gates.GATES.items()))

# %%
answer = None  # the name of a gate, in quotation marks
teach.check(answer, "hidden_by_co_information")

# %% [markdown]
# <details><summary>Hint</summary>
#
# R and S must be equal. Look for a gate with a shared bit and an XOR, or use the explorer above.
# </details>
# <details><summary>Solution</summary>
#
# `answer = "RDNXOR"`: one bit of redundancy, one bit of synergy, and co-information 0. (`PWUNQ`, with half a bit of
# each, and `RDNUNQXOR`, with one bit of each, are right, too.)
# </details>
#
# ## 5. Three sources: a lattice
#
# Three sources can provide a piece of information in 18 ways, such as "source 1 alone, or sources 2 and 3 together".
# Each way is a node of the [**redundancy lattice**](glossary.md#lattice). Braces enclose sources that are observed
# together. Several groups side by side mean that each group provides the information: `{1}{23}`. The *redundancy* of a
# node is the information that its groups share. Its *atom* is the part that no lower node has. *Lower* means easier to
# obtain: `{1}` is below `{12}`, and `{1}{2}` is below `{1}`. The redundancy of a node is the sum of the atoms at the
# node and below it: pick a node to see them. ([The same page as a file](../docs/explorables/lattice.html).)

# %%
explore.lattice(sources=3, example="1, or 2 and 3")

# %% [markdown]
# **Try it.** Which node means "sources 1 and 2 together provide it, and so do sources 1 and 3 together"?

# %%
node = None  # written as in the picture, in quotation marks
teach.check(node, "lattice_node")

# %% [markdown]
# <details><summary>Hint</summary>
#
# There are two groups, so there are two pairs of braces. Each group has two members.
# </details>
# <details><summary>Solution</summary>
#
# `node = "{12}{13}"`
# </details>
#
# ## Key points
#
# - Sources are what you observe, the target is what you predict. Both are your choice. The unit is the bit.
# - R + U1 + U2 + S = I(X1,X2;Y), R + U1 = I(X1;Y) and R + U2 = I(X2;Y) for every measure.
# - Measures define redundancy differently, and the sums pass the difference on to the other atoms.
# - BROJA's unique information is an advantage in a decision problem. It is never negative, and it depends only on
#   p(x1, y) and p(x2, y).
# - Co-information is R − S. It can be 0 although both are large.
#
# **Glossary.** [Atom](glossary.md#atom) · [bit](glossary.md#bit) · [BROJA](glossary.md#broja) ·
# [co-information](glossary.md#co-information) · [gap](glossary.md#gap) · [lattice](glossary.md#lattice) ·
# [mutual information](glossary.md#mutual-information) · [redundancy](glossary.md#redundancy) ·
# [source](glossary.md#source) · [synergy](glossary.md#synergy) · [target](glossary.md#target) ·
# [unique information](glossary.md#unique-information)
#
# **References.** [Williams and Beer 2010](references.md#pid) for the lattice and I_min;
# [Bertschinger et al. 2014](references.md#pid) for BROJA; [James et al. 2018](references.md#pid) for dit, which has
# many more measures; the others are in [references.md](references.md).
#
# **Next.** [02: tasks whose information is known](02_synthetic_tasks.ipynb)
