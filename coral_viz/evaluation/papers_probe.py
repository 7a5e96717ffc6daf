"""The linear probe in the code of CoMM, InfMasking and COrAL, which differs from ours, for comparison with papers.

It is logistic regression on features without standardisation. The penalty is the norm of the weights, not its square.
Its strength is selected on held-out data in two sweeps, and the model fitted again to all data. The decision is arg
max, and accuracy the mean over classes.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import pandas as pd
import torch
import torch.nn.functional as F
from sklearn.model_selection import StratifiedShuffleSplit
from torch import Tensor

from coral_viz.evaluation.probes import macro_accuracy
from coral_viz.results.metrics import PUBLISHED

COARSE = tuple(10.0**k for k in range(-6, 7, 2))
FINE, REACH = 29, 2  # costs of the second sweep, within so many decades of the best
SHARE, SPLIT_SEED = 0.6, 48  # what candidates are fitted to, and which
ITERATIONS = 100


@torch.inference_mode(False)
@torch.enable_grad()
def published_probe(
    x: Tensor, x_test: Tensor, labels: dict[str, Tensor], labels_test: dict[str, Tensor]
) -> pd.DataFrame:
    """``macro_accuracy`` of the whole embedding, a row per label.

    The only random choice is the split, which is the same for every run, as in the papers.

    Args:
        x, x_test: embeddings of probe and test data, (n, d) and (n_test, d).
        labels, labels_test: by name, (n,) and (n_test,).

    Raises:
        ValueError: a class with a single sample.
    """
    rows = []
    for name, label in labels.items():
        weight, bias = _fitted(x, label)
        accuracy = macro_accuracy((x_test @ weight.mT + bias).softmax(-1), labels_test[name])
        rows.append({"label": name, "value": accuracy, "n": len(labels_test[name])})
    said = {"part": "all", "metric": "macro_accuracy", "readout": PUBLISHED, "unit": "share"}
    return pd.DataFrame(rows).assign(**said)


def _fitted(x: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """The regression at the cost that reads held-out samples best, fitted to all."""
    split = StratifiedShuffleSplit(train_size=SHARE, random_state=SPLIT_SEED)
    kept, held = (torch.from_numpy(i).to(x.device) for i in next(split.split(label.cpu(), label.cpu())))
    classes = int(label.max()) + 1

    @functools.cache
    def score(cost: float) -> float:
        weight, bias = _regression(x[kept], label[kept], classes, cost)
        return macro_accuracy((x[held] @ weight.mT + bias).softmax(-1), label[held])

    return _regression(x, label, classes, _searched(score))


def _searched(score: Callable[[float], float]) -> float:
    """The best cost: of a coarse sweep, then by halving a fine one around it; the first of equals."""
    coarse = max(COARSE, key=score)
    tried, middle = {coarse: score(coarse)}, math.log10(coarse)
    steps = torch.logspace(middle - REACH, middle + REACH, FINE, dtype=torch.float64)
    costs: list[float] = steps[(steps >= COARSE[0]) & (steps <= COARSE[-1])].tolist()
    while len(costs) > 1:
        quarter, half = len(costs) // 4, len(costs) // 2
        low, mid, high = costs[quarter], costs[half], costs[-len(costs) // 4]
        tried |= {cost: score(cost) for cost in (low, mid, high)}
        best = max(tried[low], tried[mid], tried[high])
        if tried[low] == best:
            costs = costs[:half]
        elif tried[high] == best:
            costs = costs[half:]
        else:
            costs = costs[quarter : -len(costs) // 4]
    return max(tried, key=tried.__getitem__)


def _regression(x: Tensor, label: Tensor, classes: int, cost: float) -> tuple[Tensor, Tensor]:
    """Minimise mean cross-entropy + |W| / (2 cost), from zero; weights (classes, d) and biases (classes,).

    |W| has a kink at zero: where the penalty is strong, the search stays there, as the papers' code does.
    """
    weight = torch.zeros(classes, x.shape[1], device=x.device, requires_grad=True)
    bias = torch.zeros(classes, device=x.device, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], line_search_fn="strong_wolfe", max_iter=ITERATIONS)

    def objective():
        optimiser.zero_grad()
        loss = F.cross_entropy(F.linear(x, weight, bias), label) + weight.norm() / (2 * cost)
        loss.backward()
        return loss

    optimiser.step(objective)
    return weight.detach(), bias.detach()
