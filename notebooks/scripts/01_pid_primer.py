# %% [markdown]
# # A primer: who tells what?
#
# **Two sources tell something about a target. How much of it can either tell, how much only one, and how much only
# both together, and why do experts disagree about the answer?**
#
# - **Questions.** What is a source, what a target, what a bit? What are redundancy, unique information and synergy
#   of a table of probabilities? Why does one measure see synergy where another sees none?
# - **Objectives.** Afterwards you can decompose a small table by hand and by machine, say what *unique* means as
#   somebody's advantage in a game, read a redundancy lattice, and name the one choice in which measures differ.
# - **You need** to know what a probability is. No GPU, no internet, no data.
# - **Time.** 15 minutes to read, 25 with its exercises. *Run → Run All Cells* takes a few seconds.

# %%
import pandas as pd
from IPython.display import Markdown

from coral_viz import explore, pid, teach
from coral_viz.figures.decomposition.atom_bars import side_by_side
from coral_viz.figures.layout.display import show

# %% [markdown]
# ## 1. Source, target, bit
#
# Somebody throws dice, and three things come out of it: x1, x2 and y.
#
# - The **target** Y is what you are asked about. *You* choose it: "will it rain?" is a target.
# - The [**sources**](glossary.md#source) X1 and X2 are what you may look at before you answer: a barometer, the sky.
# - A [**bit**](glossary.md#bit) is what the answer to one fair yes-or-no question is worth. If Y is a fair coin, its
#   value is worth 1 bit; one of four equally likely values, 2 bits; a coin that nearly always shows heads, hardly
#   anything, because you knew before.
#
# I(X1;Y) is the number of bits by which looking at X1 shrinks your uncertainty about Y, on average over all that may
# happen. I(X1,X2;Y) is the same for looking at both.
#
# Nothing else is needed: the roles of source and target are ours to give, and a table of the probabilities of all
# triples (x1, x2, y) says everything. Here is the table of the AND gate: two fair coins, and y is 1 if both are 1.

# %%
p = pid.gates.gate("AND")  # p[x1, x2, y]: sources first, target last
rows = [(x1, x2, y, p[x1, x2, y]) for x1, x2, y in zip(*p.nonzero())]
pd.DataFrame(rows, columns=["x1", "x2", "y", "probability"]).set_index(["x1", "x2"])

# %% [markdown]
# ## 2. Four shares of one cake
#
# What both sources tell together, I(X1,X2;Y), is cut into four [**atoms**](glossary.md#atom):
#
# - [**redundancy**](glossary.md#redundancy) R: either source alone would do;
# - [**unique information**](glossary.md#unique-information) U1, U2: only this source has it;
# - [**synergy**](glossary.md#synergy) S: neither has it; the two together do.
#
# Three sums tie them together, and every measure agrees on these:
#
# I(X1;Y) = R + U1,  I(X2;Y) = R + U2,  I(X1,X2;Y) = R + U1 + U2 + S.

# %% jupyter={"source_hidden": true}
teach.predict(
    "The two coins of AND know nothing of each other. Can there be redundancy between them, about y?",
    ("no, they are independent", "yes, some", "yes, all of it"),
    "yes, some",
    "Redundancy is about the target. If either coin shows 0, y is 0: either of them can settle the same answer.",
)

# %% [markdown]
# **See it.** Choose gates, let source 2 copy source 1 more often, disturb the target by noise. What must happen to the
# synergy of AND when source 2 always equals source 1?

# %%
explore.gates(gate="AND")

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# AND has 0.311 bits of redundancy and half a bit of synergy. When source 2 always copies source 1 they are one:
# then either tells all there is, so everything is redundancy and the synergy is gone. Noise shrinks all atoms.
# </details>

# %% [markdown]
# **Try it.** In `UNQ` the target is source 1. Make a table in which only source *2* tells the target, one bit, and
# nothing else is there.

# %%
table = pid.gates.gate("UNQ")  # change me
teach.check(table, "only_source_2")

# %% [markdown]
# <details><summary>Hint</summary>
#
# The first axis of the array is source 1, the second is source 2. Numpy can swap axes.
# </details>
# <details><summary>Solution</summary>
#
# `table = pid.gates.gate("UNQ").transpose(1, 0, 2)`
# </details>
#
# ## 3. What *unique* means: an advantage
#
# There is more than one way to cut the cake. Three equations have four unknowns, so one atom must be *defined*, and
# then the others follow. The default here is [**BROJA**](glossary.md#broja):
#
# > Source 1 has unique information if there is a game about Y, with prizes, in which a player who sees source 1 does
# > better than one who sees source 2.
#
# For a target with two values such games can be drawn. A player accepts ("y = 1") for some values of the source; the
# curve shows how often that is right against how often it is wrong. The dashed **hull** is a player who may use
# whichever source suits the game better. What the hull has above source 2 is the advantage of source 1: U1; what it has
# above source 1 is U2. And what the *pair* tells beyond the hull is synergy.

# %%
explore.unique(gate="UNQ", correlation=0.4)

# %% [markdown]
# The other picture says the same with tables. Imagine all tables in which each source, *by itself*, keeps its
# relation to the target, but the two may be coupled in any way. Some of these hide the synergy entirely. BROJA takes
# the least that any of them tells; what the true table tells beyond it is synergy. The solver finds the minimum and
# *proves* how near it is: the **gap**, a number of bits, is the certificate. Choose the second picture and the gate
# AND, and walk from the true table P to the optimum.
#
# <details><summary><b>What you should have seen</b></summary>
#
# If one curve lies above the other everywhere, as here, the source below has nothing of its own: whoever sees the upper
# one never envies. In AND the two curves are one. (Both sources would have unique information if the curves crossed,
# which those of two bits from this list do not.) On the walk each source alone keeps telling what it told: R, U1 and U2
# depend on the two source-target tables, and only the synergy shrinks, to 0 at the optimum.
# </details>
#
# ## 4. Why does S differ between measures?
#
# Because R does. Every measure defines one atom, mostly R; the three sums then *force* the others: one bit more
# redundancy is one bit less of each unique information and one bit more of synergy.

# %% jupyter={"source_hidden": true}
teach.predict(
    "Two fair coins that know nothing of each other; the target is the pair of them (COPY). Redundancy?",
    ("0 bits, by every measure", "1 bit, by every measure", "it depends on the measure"),
    "it depends on the measure",
    "I_min compares amounts: either source removes one bit of doubt. BROJA asks whether it is the same bit; it is not.",
)

# %%
copied = {
    name: pid.decompose_pmf(pid.gates.gate("COPY"), name)
    for name in ("i_min", "mmi", "broja", "i_sx", "i_pm")
}
show(side_by_side(copied))

# %% [markdown]
# <details><summary><b>What you should have seen</b></summary>
#
# All rows sum to the same 2 bits. `i_min`, `mmi` and `i_pm` see a whole bit of redundancy in two unrelated coins, and
# then need a bit of synergy to balance it, though nobody would say that copying two coins needs comparing them. BROJA
# sees none, `i_sx` something between. (The last two look at single events, and as an event can mislead, their atoms may
# be negative: `i_sx` of XOR, `i_pm` of AND.) None of them is wrong; they answer different questions. So say which
# measure you use.
# </details>

# %% [markdown]
# **Co-information is not redundancy.** I(X1;Y) + I(X2;Y) − I(X1,X2;Y) is often read as redundancy. Put the three sums
# in, and it is R − S: a difference of two unknowns.
#
# **Try it.** Find a gate for which this number is exactly 0, though there is redundancy. The list:

# %%
Markdown("\n".join(f"- **{name}**: {gate.rule}" for name, gate in pid.gates.GATES.items()))

# %%
answer = None  # the name of a gate, in quotation marks
teach.check(answer, "hidden_by_co_information")

# %% [markdown]
# <details><summary>Hint</summary>
#
# R and S must be equal. Look for a gate that hands out a shared bit and an XOR, or use the explorer above.
# </details>
# <details><summary>Solution</summary>
#
# `answer = "RDNXOR"`: one bit of redundancy, one bit of synergy, and co-information 0. (`PWUNQ` has half a bit of
# each and does it too, and so does `RDNUNQXOR`, a bit of each.)
# </details>
#
# ## 5. Three sources: a lattice
#
# With three sources, "who can tell" has 18 answers, such as "source 1, or else 2 and 3 together". Each is a node of
# the [**redundancy lattice**](glossary.md#lattice). Braces hold a group that must be seen together; several groups
# side by side mean that each of them can tell it: `{1}{23}`. A node's *redundancy* is all that its groups share; its
# *atom* is what no lower node has already. Summing the atoms from a node downwards gives its redundancy back.

# %%
explore.lattice(sources=3, example="1, or 2 and 3")

# %% [markdown]
# **Try it.** Which node says: "sources 1 and 2 together can tell it, and so can sources 1 and 3 together"?

# %%
node = None  # written as in the picture, in quotation marks
teach.check(node, "lattice_node")

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two groups can tell it, so there are two pairs of braces; each group has two members.
# </details>
# <details><summary>Solution</summary>
#
# `node = "{12}{13}"`
# </details>
#
# ## Key points
#
# - Sources are what you see, the target is what you are asked; both are your choice, and all is counted in bits.
# - R + U1 + U2 + S = I(X1,X2;Y), R + U1 = I(X1;Y), R + U2 = I(X2;Y), whatever the measure.
# - Measures differ in what they call redundant; synergy then differs too, because the sums leave it no choice.
# - BROJA's unique information is a player's advantage, never negative, and does not depend on how the sources are
#   coupled.
# - Co-information is R − S. Zero does not mean that there is nothing.
#
# **Glossary.** [Atom](glossary.md#atom) · [bit](glossary.md#bit) · [BROJA](glossary.md#broja) ·
# [co-information](glossary.md#co-information) · [gap](glossary.md#gap) · [lattice](glossary.md#lattice) ·
# [mutual information](glossary.md#mutual-information) · [redundancy](glossary.md#redundancy) ·
# [source](glossary.md#source) · [synergy](glossary.md#synergy) · [target](glossary.md#target) ·
# [unique information](glossary.md#unique-information)
#
# **References.** [Williams and Beer 2010](references.md#pid) for the lattice and I_min;
# [Bertschinger et al. 2014](references.md#pid) for BROJA; [James et al. 2018](references.md#pid) for dit, which holds
# many more measures; the others are in [references.md](references.md).
#
# **Next.** [02: tasks whose information is known](02_synthetic_tasks.ipynb)
