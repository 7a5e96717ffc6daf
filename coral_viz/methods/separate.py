"""Methods that embed every modality by itself: encoder, mean token, projection head. They differ in the loss alone."""

from __future__ import annotations

from torch import Tensor, nn

from coral_viz.methods.method import Knobs, Method, stacked
from coral_viz.methods.nets import ProjectionHead
from coral_viz.tasks import Task


class Separate(Method):
    """z_m = head_m(mean token of encoder_m(x_m)); embedding = the mean tokens, side by side."""

    def __init__(self, task: Task, knobs: Knobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.heads = nn.ModuleList(ProjectionHead(knobs.dim, knobs.hidden, knobs.projection) for _ in self.encode)

    @staticmethod
    def passes(count):
        return count, 0

    def embed(self, inputs):
        given = zip(self.names, self.encode, inputs)
        return {name: encode(x).mean(1) for name, encode, x in given if x is not None}

    def views(self, view1: list[Tensor], view2: list[Tensor]) -> list[Tensor]:
        """Per modality the head's outputs for both views, (2, B, E); networks run once, statistics are a view's own."""
        parts = self.embed(stacked(view1, view2)).values()
        return [head(h.unflatten(0, (2, -1))) for head, h in zip(self.heads, parts)]

    def keys(self, inputs):
        return [head(h) for head, h in zip(self.heads, self.embed(inputs).values())]
