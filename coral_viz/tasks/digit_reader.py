"""A strong supervised classifier of the images of ``digits``: a lower bound of the information that they hold.

A support vector machine with a Gaussian kernel classifies single images. It is fitted to all images of the training
split and to copies shifted by a pixel. Its probabilities are calibrated on writers that were left out of a fit. Given
the latents, the tokens of a strip are independent, so Bayes' rule combines the evidence of several tokens.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.svm import SVC
from torch import Tensor

from coral_viz.tasks.bayes import label_posteriors
from coral_viz.tasks.digits import Digits
from coral_viz.tasks.handwriting import PAPER, SIDE
from coral_viz.tasks.remaining import Bits, Remaining
from coral_viz.tasks.task import Batch
from coral_viz.tasks.visible import Visible, checked

SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # pixels, down and across; the first are the images themselves


class Reader:
    """A classifier fitted to the training images of a task (see the module's docstring). Fitting takes seconds."""

    def __init__(self, task: Digits):
        self.task = task
        seen = task.pools["train"]
        known = seen.digits < task.classes
        x, digits, hands = (values[known].cpu() for values in (seen.inputs, seen.digits, seen.hands))
        copies, labels, groups = _shifted(x).numpy(), digits.repeat(len(SHIFTS)), hands.repeat(len(SHIFTS))
        left_out = cross_val_predict(
            _machine(), copies, labels, groups=groups, cv=LeaveOneGroupOut(), method="decision_function"
        )
        self._machine = _machine().fit(copies, labels)
        self._sure = LogisticRegression(C=0.1, max_iter=1000).fit(_columns(left_out), labels)

    def digits(self, x: Tensor) -> Tensor:
        """log p(digit | image), (..., K), float64, of inputs (..., 64), with the K digits equally likely a priori."""
        images, where = torch.unique(x.reshape(-1, SIDE**2).cpu(), dim=0, return_inverse=True)
        decisions = _columns(self._machine.decision_function(images.numpy()))
        read = torch.from_numpy(self._sure.predict_log_proba(decisions))
        return read[where].view(*x.shape[:-1], self.task.classes)

    def posteriors(self, batch: Batch, visible: Visible | None = None) -> dict[str, tuple[Tensor, ...]]:
        """The classifier's p(label | x_1), .., p(label | x_M), p(label | all) by label, each (n, classes).

        ``visible``: a mask, see ``tasks.visible``. ValueError for one that does not fit.
        """
        told = []
        for written, x, mask in zip(
            self.task.written, batch.inputs, checked(self.task.modalities, visible, len(batch))
        ):
            read = self.digits(x).masked_fill(~mask[:, :, None], 0.0)
            places = {name: [k for k, other in enumerate(written) if other == name] for name in dict.fromkeys(written)}
            told.append({name: read[:, place].sum(1).log_softmax(-1) for name, place in places.items()})
        return label_posteriors(self.task.model, told)

    def information(self, visible: Visible | None = None, *, n: int = 4096, seed: int = 0) -> dict[str, Remaining]:
        """The bits about every label that the classifier extracts from n samples by writers that it has not seen.

        Each is the mean of log2 p(label | x) / p(label), in expectation at most the information in the images. Standard
        errors are over samples. The samples are composed of only some hundred images, so seeds differ by more.

        Args:
            visible: a mask, see ``tasks.visible``.
            n: samples, at least 2.
            seed: which samples.

        Raises:
            ValueError: a mask that does not fit, or too few samples.
        """
        if n < 2:
            raise ValueError(f"n = {n} samples give no standard error; ask for at least 2.")
        batch = self.task.sample(n, "test", seed)
        found, prior = self.posteriors(batch, visible), self.task.priors()
        told = {}
        for label, posteriors in found.items():
            right = batch.labels[label].cpu()
            *alone, together = (_bits(p, prior[label], right) for p in posteriors)
            told[label] = Remaining(tuple(alone), together)
        return told


def _machine() -> SVC:
    return SVC(C=3.0, gamma=1 / SIDE**2)


def _shifted(x: Tensor) -> Tensor:
    """Images (n, 64) and their copies shifted by a pixel, below each other."""
    wide = F.pad(x.view(-1, SIDE, SIDE), (1, 1, 1, 1), value=PAPER)
    return torch.cat([wide[:, 1 + i : 1 + i + SIDE, 1 + j : 1 + j + SIDE] for i, j in SHIFTS]).flatten(1)


def _columns(decisions: np.ndarray) -> np.ndarray:
    """One column per class; between two classes a machine has one decision."""
    return decisions.reshape(len(decisions), -1)


def _bits(posterior: Tensor, prior: Tensor, right: Tensor) -> Bits:
    gained = (posterior.gather(1, right[:, None]).squeeze(1) / prior[right]).log2()
    return Bits(gained.mean().item(), gained.std().item() / len(gained) ** 0.5)
