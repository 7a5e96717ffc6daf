"""What a linear readout gets from a method's embedding where only some tokens are visible."""

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
    """One linear readout of a method's whole embedding for all masks; making it takes a second, using it none.

    Hidden tokens are zero before they are encoded, as in views that lose tokens, so that the embedding of any method
    depends on visible tokens alone. The readout is fitted to probe samples each of which hides a random share of the
    tokens of every modality, and is not told which. Only how sure it is follows the mask: one temperature per label
    (Guo et al. 2017), of each half of the test samples as suits the other half.

    Args:
        method: a trained method.
        task: the world it was trained on, whose tokens are looks.
        seed: which samples, and which tokens they hide.
        n: probe samples, to fit to.
        n_test: test samples, to read.
    """

    def __init__(self, method: Method, task: Task, *, seed: int = 0, n: int = 4000, n_test: int = 400):
        self.method, self.task, self.n_test = method, task, n_test
        probe, generator = task.sample(n, "probe", seed), torch.Generator().manual_seed(seed_of(seed))
        masks = [_any_share(n, modality.shape[0], generator) for modality in task.modalities]
        labels = {name: probe.labels[name] for name in task.labels}
        self._read = readouts.linear_reader(self._embedded(probe, masks), labels, seed=seed)
        self._test = task.sample(n_test, "test", seed)

    def information(self, visible: Visible | None = None) -> dict[str, Remaining]:
        """The bits about every label that are read from visible tokens: each modality's alone, and all together.

        Estimates from held-out posteriors, as ``pid.information_from_posterior``: where nothing is read, a little
        below 0. ``visible``: a mask, see ``tasks.visible``. ValueError for one that does not
        fit, or leaves no token.
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
