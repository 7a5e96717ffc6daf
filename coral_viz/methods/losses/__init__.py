"""The published objectives as pure functions of embeddings.

Embeddings are *unnormalised* outputs of heads, shape (B, E): B samples, E numbers. Every function scales them to unit
length. A loss with several terms returns them by name, already weighted, so that their sum is the loss. Values are in
nats, and computed in float32 at least, also where networks run in bfloat16. Scores rank tuples of modalities for
retrieval; higher is a better match.
"""

from coral_viz.methods.losses.contrastive import clip, clip_ib, clip_pairs, cmc, nt_xent, pairwise_score
from coral_viz.methods.losses.critics import club, nce
from coral_viz.methods.losses.disentangled import shared_information, specific_information
from coral_viz.methods.losses.fused import comm, confu, coral, infmasking, overlap
from coral_viz.methods.losses.gated import gated_score, gated_symile
from coral_viz.methods.losses.multiway import gram, gram_score, symile, symile_score, triangle, triangle_score
from coral_viz.methods.losses.one_vs_all import ovaib, ovaib_score
from coral_viz.methods.losses.reconstruction import masked_reconstruction
from coral_viz.methods.losses.singular import pmrl, pmrl_score

__all__ = [
    "clip",
    "clip_ib",
    "clip_pairs",
    "club",
    "cmc",
    "comm",
    "confu",
    "coral",
    "gated_score",
    "gated_symile",
    "gram",
    "gram_score",
    "infmasking",
    "masked_reconstruction",
    "nce",
    "nt_xent",
    "ovaib",
    "ovaib_score",
    "overlap",
    "pairwise_score",
    "pmrl",
    "pmrl_score",
    "shared_information",
    "specific_information",
    "symile",
    "symile_score",
    "triangle",
    "triangle_score",
]
