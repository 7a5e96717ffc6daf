"""Methods that embed every modality by itself: encoder, mean token, projection head. They differ in the loss alone."""

from __future__ import annotations

from torch import nn

from coral_viz.methods.base import Knobs, Method
from coral_viz.nets import ProjectionHead


class Separate(Method):
    """z_m = head_m(mean token of encoder_m(x_m)); embedding = the mean tokens, side by side."""

    def __init__(self, task, knobs: Knobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.heads = nn.ModuleList(ProjectionHead(knobs.dim, knobs.hidden, knobs.projection) for _ in self.encode)

    @staticmethod
    def passes(count):
        return count, 0

    def embed(self, inputs):
        given = zip(self.names, self.encode, inputs)
        return {name: encode(x).mean(1) for name, encode, x in given if x is not None}

    def keys(self, inputs):
        return [head(h) for head, h in zip(self.heads, self.embed(inputs).values())]
