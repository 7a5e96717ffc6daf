"""Readouts: classifiers that predict labels from an embedding, all labels at once, on the embedding's device.

A linear readout (multinomial logistic regression) measures linearly readable information, and a small perceptron is
closer to all information. Both select their regularisation on held-out probe data and never see test data. With few
samples, a single held-out part would select by luck, so several parts are held out in turn (cross-validation). If
samples are composed of the same pieces, such as pairs of a few images, held-out samples share no piece with fitted
ones: otherwise readouts that memorise pieces would be selected, and fail on new ones. Labels are fitted independently;
they are processed side by side only for speed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from coral_viz.options import seed_of
from coral_viz.results.metrics import BEST, LINEAR

# sklearn's C: the inverse strength of the ridge penalty, chosen per label on held-out data
STRENGTHS = (0.01, 1.0, 100.0)
HELD_OUT, HELD_PIECES = 0.25, 0.1  # shares of the samples: of all, and of those made from pieces
FEW, FOLDS = 1_000, 5  # of fewer samples than these, so many parts are held out in turn
ITERATIONS = 60
HIDDEN, EPOCHS, PATIENCE, BATCH = 64, 30, 5, 256


@dataclass(frozen=True)
class Readout:
    """Posteriors (n_test, classes) by label, and the cross-entropy on held-out probe data in nats by label."""

    posteriors: dict[str, Tensor]
    held_out: dict[str, float]


def fit(
    x: Tensor, labels: dict[str, Tensor], x_test: Tensor, *, pieces: Tensor | None = None, seed: int
) -> dict[str, Readout]:
    """Fit both readouts to probe data x (n, d) with labels (n,) and predict x_test (n_test, d).

    Args:
        x, x_test: embeddings of probe and test data.
        labels: classes of the probe data by name.
        pieces: integers (n, p), the pieces that each probe sample is composed of, if samples share pieces.
        seed: of the split and of the perceptron.

    Returns:
        A ``Readout`` by name, linear and best. The best is, for each label, the one of the two with the lower
        cross-entropy on held-out probe data.

    Raises:
        ValueError: NaN in an embedding, a label with one class, or pieces that leave no samples to fit.
    """
    x, (x_test,), targets, splits = _prepared(x, labels, [x_test], pieces, seed)
    (linear,) = _linear(x, [x_test], targets, splits)
    mlp = _averaged([_perceptron(x, x_test, targets, kept, held, seed) for kept, held, _ in splits])
    better = {name: min(linear, mlp, key=lambda r: r.held_out[name]) for name in targets.names}
    best = Readout({n: r.posteriors[n] for n, r in better.items()}, {n: r.held_out[n] for n, r in better.items()})
    return {LINEAR: linear, BEST: best}


def fit_linear(
    x: Tensor, labels: dict[str, Tensor], x_tests: list[Tensor], *, pieces: Tensor | None = None, seed: int
) -> list[Readout]:
    """The linear readout of ``fit``, bit for bit, fitted once, with predictions for each (n_test, d) of ``x_tests``.

    ValueError as ``fit``.
    """
    return _linear(*_prepared(x, labels, x_tests, pieces, seed))


def linear_reader(x: Tensor, labels: dict[str, Tensor], *, seed: int) -> Callable[[Tensor], dict[str, Tensor]]:
    """The linear readout of ``fit`` as a function from embeddings (n_test, d) to posteriors (n_test, classes) by label.

    ValueError as ``fit``.
    """
    columns, _, targets, splits = _prepared(x, labels, [], None, seed)
    (weights, _), standard = _fitted(columns, targets, splits), _standard(x)

    def read(x_test: Tensor) -> dict[str, Tensor]:
        _check(x[:1], {}, [x_test])
        return targets.posteriors(_affine(weights, standard(x_test).mT)[0])

    return read


class Targets:
    """Labels side by side: ``index`` (L, n), and which of the K = max classes each label has, ``allowed`` (L, K, 1).

    Samples are the last axis throughout: softmax over few classes is several times faster that way.
    """

    def __init__(self, labels: dict[str, Tensor]):
        self.names = list(labels)
        self.index = torch.stack(list(labels.values()))
        self.classes = [int(label.max()) + 1 for label in labels.values()]
        every = torch.arange(max(self.classes), device=self.index.device)
        self.allowed = (every < torch.tensor(self.classes, device=self.index.device).unsqueeze(1)).unsqueeze(2)

    def cross_entropy(self, logits: Tensor, columns: Tensor) -> Tensor:
        """Mean cross-entropy in nats over the samples ``columns`` of logits (..., L, K, columns): (..., L)."""
        logp = logits.masked_fill(~self.allowed, -torch.inf).log_softmax(-2)
        index = self.index[:, columns].unsqueeze(-2).expand(*logits.shape[:-2], 1, -1)
        return -logp.gather(-2, index).squeeze(-2).mean(-1)

    def posteriors(self, logits: Tensor) -> dict[str, Tensor]:
        """Class probabilities by label, (n, classes) each, float64, from logits (L, K, n)."""
        return {
            name: logits[i, :classes].mT.double().softmax(-1)
            for i, (name, classes) in enumerate(zip(self.names, self.classes))
        }

    def by_name(self, values: Tensor) -> dict[str, float]:
        return dict(zip(self.names, values.tolist()))


Split = tuple[Tensor, Tensor, Tensor]
"""Samples to fit to, samples held out, and those that mix the pieces of both."""


def _prepared(x: Tensor, labels: dict[str, Tensor], x_tests: list[Tensor], pieces: Tensor | None, seed: int) -> tuple:
    """Checked and standardised: x (d, n), every x_test (d, n_test), targets, and ``_splits``."""
    _check(x, labels, x_tests)
    x, *x_tests = (columns.mT.contiguous() for columns in _standardised(x, x_tests))
    splits = [tuple(columns.to(x.device) for columns in split) for split in _splits(x.shape[1], pieces, seed)]
    return x, x_tests, Targets(labels), splits


def _splits(n: int, pieces: Tensor | None, seed: int) -> list[Split]:
    """One split at random; of few samples ``FOLDS``, unless samples mix pieces."""
    generator = torch.Generator().manual_seed(seed_of(seed))
    if n < FEW and (pieces is None or pieces.shape[1] == 1):
        return _folds(torch.arange(n) if pieces is None else pieces.cpu().flatten(), generator)
    if pieces is None:
        order = torch.randperm(n, generator=generator)
        count = max(1, int(HELD_OUT * n))
        return [(order[count:], order[:count], order[:0])]
    names, index = pieces.cpu().unique(return_inverse=True)
    place = torch.randperm(len(names), generator=generator)[index]
    last = place.amax(1).kthvalue(max(1, int(HELD_PIECES * n))).values
    kept, held = place.amin(1) > last, place.amax(1) <= last
    if not kept.any():
        raise ValueError(_no_sample_left(n))
    mixed = ~kept & ~held
    return [(kept.nonzero().squeeze(1), held.nonzero().squeeze(1), mixed.nonzero().squeeze(1))]


def _no_sample_left(n: int) -> str:
    return f"every one of {n} probe samples shares a piece with those held out; give more samples."


def _folds(pieces: Tensor, generator: torch.Generator) -> list[Split]:
    """Splits whose held-out parts partition the samples, each piece (n,) in one part. ValueError for a single piece."""
    names, index = pieces.unique(return_inverse=True)
    if len(names) < 2:
        raise ValueError(_no_sample_left(len(pieces)))
    fold = (torch.randperm(len(names), generator=generator) % FOLDS)[index]
    return [
        ((fold != part).nonzero().squeeze(1), (fold == part).nonzero().squeeze(1), fold.new_empty(0))
        for part in range(min(FOLDS, len(names)))
    ]


def _averaged(readouts: list[Readout]) -> Readout:
    """The mean posterior, and the mean cross-entropy, of readouts fitted to other parts of the same data."""
    (first, *others), count = readouts, len(readouts)
    posteriors = {name: sum((r.posteriors[name] for r in others), t) / count for name, t in first.posteriors.items()}
    return Readout(posteriors, {name: sum(r.held_out[name] for r in readouts) / count for name in first.held_out})


def _linear(x: Tensor, x_tests: list[Tensor], targets: Targets, splits: list[Split]) -> list[Readout]:
    """One readout, predicting each of ``x_tests``."""
    weights, lowest = _fitted(x, targets, splits)
    return [Readout(targets.posteriors(_affine(weights, x_test)[0]), targets.by_name(lowest)) for x_test in x_tests]


def _fitted(x: Tensor, targets: Targets, splits: list[Split]) -> tuple[Tensor, Tensor]:
    """Logistic regression at every strength, then once more on all probe data at each label's best strength.

    Returns the weights (1, L, K, d + 1) and by label the lowest held-out cross-entropy (L,).
    """
    strengths = torch.tensor(STRENGTHS, device=x.device)
    grid = strengths.unsqueeze(1).expand(-1, len(targets.names))
    scores = [
        targets.cross_entropy(_affine(_logistic(x, targets, kept, grid), x[:, held]), held) for kept, held, _ in splits
    ]
    lowest, best = torch.stack(scores).mean(0).min(0)
    return _logistic(x, targets, torch.cat(splits[0]), strengths[best].unsqueeze(0)), lowest


def _logistic(x: Tensor, targets: Targets, columns: Tensor, strength: Tensor) -> Tensor:
    """Minimise mean cross-entropy + |W|^2 / (2 C n) for each C in ``strength`` (S, L); weights (S, L, K, d + 1)."""
    classes = targets.allowed.shape[1]
    weights = torch.zeros(*strength.shape, classes, len(x) + 1, device=x.device, requires_grad=True)
    ridge = 0.5 / (strength * len(columns))
    fitted = x[:, columns]
    optimiser = torch.optim.LBFGS([weights], max_iter=ITERATIONS, history_size=10, line_search_fn="strong_wolfe")

    def objective():
        optimiser.zero_grad()
        loss = targets.cross_entropy(_affine(weights, fitted), columns) + ridge * weights[..., :-1].square().sum((2, 3))
        loss.sum().backward()
        return loss.sum()

    optimiser.step(objective)
    return weights.detach()


def _affine(weights: Tensor, x: Tensor) -> Tensor:
    """weights (..., d + 1), the bias last, x (d, n) -> (..., n)."""
    return weights[..., :-1] @ x + weights[..., -1:]


def _perceptron(x: Tensor, x_test: Tensor, targets: Targets, kept: Tensor, held: Tensor, seed: int) -> Readout:
    """One hidden layer per label, Adam, stopped early by each label's own held-out cross-entropy, then tempered."""
    generator = torch.Generator().manual_seed(seed_of(seed))
    (count, classes, _), width = targets.allowed.shape, len(x)
    first = torch.randn(count, HIDDEN, width, generator=generator) * (2 / width) ** 0.5
    second = torch.randn(count, classes, HIDDEN, generator=generator) * HIDDEN**-0.5
    biases = torch.zeros(count, HIDDEN, 1), torch.zeros(count, classes, 1)
    first, second, bias1, bias2 = (p.to(x.device).requires_grad_() for p in (first, second, *biases))
    optimiser = torch.optim.Adam([first, second, bias1, bias2], lr=3e-3, fused=True)

    def logits(x: Tensor) -> Tensor:
        hidden = ((first.flatten(0, 1) @ x).unflatten(0, (count, HIDDEN)) + bias1).relu()
        return second @ hidden + bias2

    best, since = torch.full((count,), torch.inf, device=x.device), 0
    with torch.no_grad():
        kept_held, kept_test = logits(x[:, held]), logits(x_test)
    for _ in range(EPOCHS):
        for columns in kept[torch.randperm(len(kept), generator=generator).to(x.device)].split(BATCH):
            optimiser.zero_grad()
            targets.cross_entropy(logits(x[:, columns]), columns).sum().backward()
            optimiser.step()
        with torch.no_grad():
            now_held, now_test = logits(x[:, held]), logits(x_test)
            score = targets.cross_entropy(now_held, held)
            better = (score < best)[:, None, None]
            best = torch.minimum(score, best)
            kept_held, kept_test = torch.where(better, now_held, kept_held), torch.where(better, now_test, kept_test)
        since = 0 if better.any() else since + 1
        if since == PATIENCE:
            break
    return _tempered(kept_held, kept_test, targets, held)


def _tempered(logits: Tensor, logits_test: Tensor, targets: Targets, held: Tensor) -> Readout:
    """Divide each label's logits by the temperature that suits held-out data best (Guo et al. 2017)."""
    temperatures = torch.logspace(-0.5, 1, 31, device=logits.device)[:, None, None, None]
    best, index = targets.cross_entropy(logits / temperatures, held).min(0)
    return Readout(targets.posteriors(logits_test / temperatures[index, 0]), targets.by_name(best))


def _standardised(x: Tensor, x_tests: list[Tensor]) -> list[Tensor]:
    """Columns centred and scaled as in x."""
    standard = _standard(x)
    return [standard(z) for z in (x, *x_tests)]


def _standard(x: Tensor) -> Callable[[Tensor], Tensor]:
    """What centres and scales columns as in x; constant ones, within rounding, it centres alone.

    Brought near 1 by powers of two first, which rounds nothing, so that no embedding is too small or too large.
    """
    _, exponent = torch.frexp(x.abs().amax(0))
    near = torch.ldexp(x, -exponent)
    mean, std = near.mean(0), near.std(0)
    scale = torch.where(std > 1e-8, std, torch.ones_like(std))
    return lambda z: (torch.ldexp(z, -exponent) - mean) / scale


def _check(x: Tensor, labels: dict[str, Tensor], x_tests: list[Tensor]) -> None:
    for name, z in (("probe", x), *(("test", x_test) for x_test in x_tests)):
        if not torch.isfinite(z).all():
            raise ValueError(f"the {name} embedding holds {int((~torch.isfinite(z)).sum())} NaN or infinite numbers.")
    for name, label in labels.items():
        if len(label) != len(x):
            raise ValueError(f"label {name!r} has {len(label)} entries for {len(x)} embedded samples.")
        if label.min() < 0:
            raise ValueError(f"label {name!r} holds {int(label.min())}; classes are numbered from 0.")
        if len(label.unique()) < 2:
            raise ValueError(f"label {name!r} has one class in the probe data; a readout needs at least two.")
