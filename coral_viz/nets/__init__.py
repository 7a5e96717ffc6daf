"""The networks every method shares: encoders, the fusion transformer, pooling and projection heads."""

from coral_viz.nets.encoders import TokenEncoder, encoder
from coral_viz.nets.fusion import FusionTransformer
from coral_viz.nets.heads import GroupedBatchNorm, ProjectionHead
from coral_viz.nets.pooling import AttentionPool

__all__ = ["AttentionPool", "FusionTransformer", "GroupedBatchNorm", "ProjectionHead", "TokenEncoder", "encoder"]
