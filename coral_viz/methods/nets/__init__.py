"""The networks every method shares: encoders, the fusion transformer, pooling and projection heads."""

from coral_viz.methods.nets.encoders import LookEncoder, TokenEncoder, encoder
from coral_viz.methods.nets.fusion import FusionTransformer
from coral_viz.methods.nets.heads import GroupedBatchNorm, PlainHead, ProjectionHead, narrowed
from coral_viz.methods.nets.images import AlexNetTrunk, CompactCNN
from coral_viz.methods.nets.pooling import AttentionPool, pooled
from coral_viz.methods.nets.positions import grid_positions

__all__ = [
    "AlexNetTrunk",
    "AttentionPool",
    "CompactCNN",
    "FusionTransformer",
    "GroupedBatchNorm",
    "LookEncoder",
    "PlainHead",
    "ProjectionHead",
    "TokenEncoder",
    "encoder",
    "grid_positions",
    "narrowed",
    "pooled",
]
