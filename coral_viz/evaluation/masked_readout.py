"""The information that a linear readout extracts from a method's embedding when only some tokens are visible."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from coral_viz import pid
from coral_viz.evaluation import readouts
from coral_viz.evaluation.embedding import embed
from coral_viz.methods import Method
from coral_viz.options import seed_of
from coral_viz.tasks import Batch, Task
from coral_viz.tasks.remaining import Bits, Remaining
from coral_viz.tasks.visible import Visible, checked

TEMPERATURES = torch.logspace(-0.5, 2, 11, dtype=torch.float64)
"""What logits may be divided by; at the last, any readout knows nothing."""


class MaskedReadout:
    """One linear readout of a method's whole embedding for all masks. Fitting takes a second, evaluation much less.

    Hidden tokens are set to zero before they are encoded, as views do with dropped tokens, so the embedding of any
    method depends on visible tokens alone. The readout is fitted to probe samples, each of which hides a random share
    of every modality's tokens, and does not know the mask. Only its calibration depends on the mask: one temperature
    per label (Guo et al. 2017), cross-fitted on two halves of the test samples.

    Args:
        method: a trained method.
        task: the task it was trained on, whose tokens are looks.
        seed: of the samples and of the tokens that they hide.
        n: the number of probe samples.
        n_test: the number of test samples.
    """

    def __init__(self, method: Method, task: Task, *, seed: int = 0, n: int = 4000, n_test: int = 400):
        self.method, self.task, self.n_test = method, task, n_test
        probe, generator = task.sample(n, "probe", seed), torch.Generator().manual_seed(seed_of(seed))
        masks = [_any_share(n, modality.shape[0], generator) for modality in task.modalities]
        labels = {name: probe.labels[name] for name in task.labels}
        self._read = readouts.linear_reader(self._embedded(probe, masks), labels, seed=seed)
        self._test = task.sample(n_test, "test", seed)

    def information(self, visible: Visible | None = None) -> dict[str, Remaining]:
        """The bits about every label that the readout extracts, from each modality alone and from all together.

        They are estimates from held-out posteriors (``pid.information_from_posterior``), slightly negative if the
        readout extracts nothing.

        Args:
            visible: a mask, see ``tasks.visible``.

        Raises:
            ValueError: a mask that does not fit, or leaves no token.
        """
        masks, right = checked(self.task.modalities, visible, len(self._test)), self._test.labels
        ways = range(len(masks) + 1)  # of modality m all others are hidden; last, none is
        stacked = [torch.cat([mask & (way in (m, len(masks))) for way in ways]) for m, mask in enumerate(masks)]
        repeated = Batch([x.repeat(len(ways), 1, 1) for x in self._test.inputs], {})
        told = {}
        for label, posteriors in self._read(self._embedded(repeated, stacked)).items():
            *alone, together = _bits(posteriors.unflatten(0, (len(ways), -1)), right[label])
            told[label] = Remaining(tuple(alone), together)
        return told

    def _embedded(self, batch: Batch, masks: Sequence[Tensor]) -> Tensor:
        seen = [x * mask.unsqueeze(2).to(x) for x, mask in zip(batch.inputs, masks)]
        parts = embed(self.method, Batch(seen, {}))
        return torch.cat([parts[name] for name in self.method.whole], 1)


def _any_share(n: int, tokens: int, generator: torch.Generator) -> Tensor:
    """Which tokens n samples show, (n, tokens): of each sample a share that is uniform between none and all."""
    return torch.rand(n, tokens, generator=generator) >= torch.rand(n, 1, generator=generator)


def _bits(posteriors: Tensor, right: Tensor) -> list[Bits]:
    """Of each way's posteriors (ways, n, classes), as sure as suits it: a half of the samples, as suits the other."""
    log_p, right = posteriors.cpu().clamp_min(1e-12).log().mT, right.cpu()  # samples last, where softmax is fast
    tried = (log_p / TEMPERATURES[:, None, None, None]).log_softmax(-2)
    gained = tried.gather(-2, right.expand(*tried.shape[:2], 1, -1)).squeeze(-2)
    even = torch.arange(len(right)) % 2 == 0
    best = [gained[..., half].mean(-1).argmax(0)[None, :, None, None] for half in (~even, even)]
    one, other = (tried.take_along_dim(index, 0)[0] for index in best)
    chosen = torch.where(even, one, other).exp()
    return [Bits(*pid.information_from_posterior(p.mT.numpy(), right.numpy())) for p in chosen]
