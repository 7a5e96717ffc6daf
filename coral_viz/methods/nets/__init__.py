"""The networks every method shares: encoders, the fusion transformer, pooling and projection heads."""

from coral_viz.methods.nets.encoders import LookEncoder, TokenEncoder, encoder
from coral_viz.methods.nets.encoding import Encoder, Encoders, joint_padding
from coral_viz.methods.nets.fusion import FusionTransformer
from coral_viz.methods.nets.heads import GroupedBatchNorm, PlainHead, ProjectionHead, narrowed
from coral_viz.methods.nets.images import AlexNetTrunk, CompactCNN
from coral_viz.methods.nets.pooling import AttentionPool, pooled
from coral_viz.methods.nets.positions import grid_positions, line_positions
from coral_viz.methods.nets.transformers import SequenceEncoder, VectorEncoder
from coral_viz.methods.nets.von_mises_fisher import VonMisesFisher

__all__ = [
    "AlexNetTrunk",
    "AttentionPool",
    "CompactCNN",
    "Encoder",
    "Encoders",
    "FusionTransformer",
    "GroupedBatchNorm",
    "LookEncoder",
    "PlainHead",
    "ProjectionHead",
    "SequenceEncoder",
    "TokenEncoder",
    "VectorEncoder",
    "VonMisesFisher",
    "encoder",
    "grid_positions",
    "joint_padding",
    "line_positions",
    "narrowed",
    "pooled",
]
