"""Methods that embed every modality by itself: encoder, pooled tokens, projection head. They differ in the loss."""

from __future__ import annotations

from torch import Tensor, nn

from coral_viz.methods.method import Knobs, Method, stacked
from coral_viz.methods.nets import ProjectionHead, narrowed, pooled
from coral_viz.tasks import Task


class Separate(Method):
    """h_m = pooled tokens of encoder_m(x_m), z_m = head_m(h_m); embedding = [h_1, .. h_M], side by side.

    A given width is divided evenly among the h_m, by a linear map where necessary.
    """

    def __init__(self, task: Task, knobs: Knobs, pooling: str = "mean"):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.pool = nn.ModuleList(pooled(pooling, count, knobs.dim) for count in self.tokens_of)
        self.narrow = nn.ModuleList(narrowed(knobs.dim, width) for width in self.part_widths)
        self.heads = nn.ModuleList(ProjectionHead(width, knobs.hidden, knobs.projection) for width in self.part_widths)

    @staticmethod
    def passes(count):
        return count, 0

    def embed(self, inputs):
        given = zip(self.names, self.narrow, self.pool, self.encode, inputs)
        return {
            name: narrow(pool(encode(x), encode.padding(x))) for name, narrow, pool, encode, x in given if x is not None
        }

    def views(self, view1: list[Tensor], view2: list[Tensor]) -> list[Tensor]:
        """Per modality the head's outputs for both views, (2, B, E), with separate batch statistics for each view."""
        parts = self.embed(stacked(view1, view2)).values()
        return [head(h.unflatten(0, (2, -1))) for head, h in zip(self.heads, parts)]

    def keys(self, inputs):
        return [head(h) for head, h in zip(self.heads, self.embed(inputs).values())]
