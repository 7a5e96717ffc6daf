"""What an embedding kept: probes of every part and of the whole, and the decomposition of labels between parts.

``balanced_accuracy`` is the linear probe's; ``bits`` is a lower bound on I(part; label) from held-out posteriors; the
atoms between two parts say where information is kept. Readouts are fitted to probe data; test data are touched once.
"""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor

from coral_viz import pid, readouts

CHUNK = 4096


@torch.no_grad()
def embed(method, batch) -> dict[str, Tensor]:
    """The method's parts of a batch by name, (n, width) each, float32: evaluation mode, no mask, no augmentation."""
    training = method.training
    method.eval()
    chunks = [method.embed([x[i : i + CHUNK] for x in batch.inputs]) for i in range(0, len(batch), CHUNK)]
    method.train(training)
    return {name: torch.cat([chunk[name] for chunk in chunks]).float() for name in chunks[0]}


def probe(
    parts: dict[str, Tensor],
    labels: dict[str, Tensor],
    parts_test: dict[str, Tensor],
    labels_test: dict[str, Tensor],
    *,
    whole: tuple[str, ...] | None = None,
    pairs: tuple = (),
    seed: int = 0,
) -> pd.DataFrame:
    """Probe every part, the whole embedding and the pairs of parts.

    parts: (n, width) by name, labels: (n,) integers by name, on probe data; the same on test data. ``whole``: the parts
    that make up the embedding (default: all). ``pairs``: (part 1, part 2, joint parts) to decompose about every label.

    Returns one row per measurement: part, label, metric, readout, value, unit, n. Parts: each single name, "all" for
    the whole, "a+b" for a joint, "a|b" for a decomposition. Metrics: balanced_accuracy (linear readout), bits (linear
    and best readout; may be negative where a readout is worse than guessing), and the four atoms in bits.
    Raises ValueError for NaN, labels of one class, or lengths that differ.
    """
    whole = whole or tuple(parts)
    wanted = [*((name,) for name in parts), whole, *(joint for _, _, joint in pairs)]
    fitted = {
        names: readouts.fit(_joined(parts, names), labels, _joined(parts_test, names), seed=seed)
        for names in dict.fromkeys(wanted)
    }
    rows = []
    for names, both in fitted.items():
        part = "all" if names == whole else "+".join(names)
        rows += [row | {"part": part} for row in _single(both, labels, labels_test)]
    for one, two, joint in pairs:
        rows += _decomposed(f"{one}|{two}", fitted[one,], fitted[two,], fitted[joint], labels_test)
    return pd.DataFrame(rows)


def balanced_accuracy(posterior: Tensor, label: Tensor, prior: Tensor) -> float:
    """Mean over classes of the share recognised, deciding for the largest posterior / prior, in [0, 1]."""
    chosen = (posterior / prior).argmax(1)
    return float(torch.stack([(chosen[label == k] == k).double().mean() for k in label.unique()]).mean())


def _joined(parts: dict[str, Tensor], names: tuple[str, ...]) -> Tensor:
    return torch.cat([parts[name] for name in names], 1)


def _single(both: dict, labels: dict, labels_test: dict) -> list[dict]:
    rows = []
    for name, label in labels_test.items():
        prior = torch.bincount(labels[name]) / len(labels[name])
        accuracy = balanced_accuracy(both["linear"].posteriors[name], label, prior)
        row = {"label": name, "n": len(label)}
        rows.append(row | {"metric": "balanced_accuracy", "readout": "linear", "value": accuracy, "unit": "share"})
        for readout, result in both.items():
            bits, _ = pid.information_from_posterior(result.posteriors[name].cpu().numpy(), label.cpu().numpy())
            rows.append(row | {"metric": "bits", "readout": readout, "value": bits, "unit": "bits"})
    return rows


def _decomposed(part: str, one: dict, two: dict, joint: dict, labels_test: dict) -> list[dict]:
    rows = []
    for name, label in labels_test.items():
        posteriors = [both["best"].posteriors[name].cpu().numpy() for both in (one, two, joint)]
        atoms = pid.atoms_from_posteriors(*posteriors, label.cpu().numpy())
        row = {"part": part, "label": name, "readout": "best", "unit": "bits", "n": len(label)}
        rows += [row | {"metric": metric, "value": float(value)} for metric, value in atoms.as_dict().items()]
    return rows
