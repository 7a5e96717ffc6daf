"""Probes of the whole embedding and its parts, also with missing modalities, and decompositions between parts.

``balanced_accuracy`` and ``macro_accuracy`` are two decisions from the same posteriors of the linear probe. ``bits`` is
a lower bound on I(part; label) from held-out posteriors. Atoms between two parts locate information in the embedding.
"""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor

from coral_viz import pid
from coral_viz.evaluation import inputs, readouts
from coral_viz.results.metrics import BEST, LINEAR
from coral_viz.results.parts import Part, joined


@torch.inference_mode(False)
@torch.enable_grad()
def probe(
    parts: dict[str, Tensor],
    labels: dict[str, Tensor],
    parts_test: dict[str, Tensor],
    labels_test: dict[str, Tensor],
    *,
    whole: tuple[str, ...] | None = None,
    pairs: tuple = (),
    pieces: Tensor | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Probe every part, the whole embedding and the pairs of parts.

    Args:
        parts, parts_test: by name, (n, width), torch or NumPy, of any real dtype, on probe and on test data.
        labels, labels_test: by name, (n,) integers or booleans.
        whole: the parts that make up the embedding, all by default.
        pairs: triples (part 1, part 2, joint parts) to decompose about every label.
        pieces: of the probe samples, see ``readouts.fit``.
        seed: of the readouts.

    Returns:
        A row per measurement: part (see ``results.parts``), label, metric, readout, value, unit, n. The metrics are
        balanced_accuracy and macro_accuracy (linear readout), bits (linear and best readout, negative if it is worse
        than guessing), and the four atoms in bits with their certified ``gap``.

    Raises:
        ValueError: NaN, a label with one class, negative classes, classes in test data larger than all in probe data,
            or different lengths.
    """
    whole = whole or tuple(parts)
    parts, parts_test = inputs.features(parts), inputs.features(parts_test)
    labels, labels_test = inputs.classes(labels, labels_test)
    _check_lengths(parts_test, labels_test)
    singles, joints = [(name,) for name in parts], [joint for _, _, joint in pairs]
    wanted = {names: Part("whole") if names == whole else joined(names) for names in (*singles, whole, *joints)}
    sources = {Part("pair", (one, two)): joint for one, two, joint in pairs}
    fitted = {
        names: readouts.fit(_joined(parts, names), labels, _joined(parts_test, names), pieces=pieces, seed=seed)
        for names in wanted
    }
    rows = []
    for names, part in wanted.items():
        rows += [row | {"part": str(part)} for row in _single(fitted[names], labels, labels_test)]
    for part, joint in sources.items():
        one, two = part.names
        rows += _decomposed(part, fitted[one,], fitted[two,], fitted[joint], labels_test)
    return pd.DataFrame(rows)


@torch.inference_mode(False)
@torch.enable_grad()
def probe_subsets(
    parts: dict[str, Tensor],
    labels: dict[str, Tensor],
    parts_test: dict[tuple[str, ...], dict[str, Tensor]],
    labels_test: dict[str, Tensor],
    *,
    whole: tuple[str, ...] | None = None,
    pieces: Tensor | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """A linear readout of the whole embedding, fitted with all modalities, tested with only some of them.

    A part that cannot be computed is replaced by its mean over the probe data. As readouts standardise, it enters as
    zero and favours no class.

    Args:
        parts, labels, labels_test, whole, pieces, seed: as in ``probe``.
        parts_test: by the names of the given modalities, the parts that can be computed (``embed_subsets``).

    Returns:
        Rows like those of ``probe``, both accuracies and bits, for the parts "all(modality_1)",
        "all(modality_1,modality_2)" and so on; with all modalities they equal those of "all". Bits may be negative, as
        the readout does not know which modalities are missing and is overconfident.

    Raises:
        ValueError: as ``probe``.
    """
    whole = whole or tuple(parts)
    parts, parts_test = inputs.features(parts), {given: inputs.features(shown) for given, shown in parts_test.items()}
    labels, labels_test = inputs.classes(labels, labels_test)
    for shown in parts_test.values():
        _check_lengths(shown, labels_test)
    means = {name: z.mean(0, keepdim=True) for name, z in parts.items()}
    n = len(next(iter(labels_test.values())))
    filled = [{name: shown.get(name, means[name].expand(n, -1)) for name in whole} for shown in parts_test.values()]
    tests = [_joined(shown, whole) for shown in filled]
    linear = readouts.fit_linear(_joined(parts, whole), labels, tests, pieces=pieces, seed=seed)
    rows = []
    for given, readout in zip(parts_test, linear):
        part = str(Part("given", given))
        rows += [row | {"part": part} for row in _single({LINEAR: readout}, labels, labels_test)]
    return pd.DataFrame(rows)


def balanced_accuracy(posterior: Tensor, label: Tensor, prior: Tensor) -> float:
    """Mean recall over classes, in [0, 1], if the class with the largest posterior / prior is chosen.

    A class with prior 0, which the readout has not seen, is never chosen.
    """
    return _mean_recall(torch.where(prior > 0, posterior / prior, -torch.inf).argmax(1), label)


def macro_accuracy(posterior: Tensor, label: Tensor) -> float:
    """Mean recall over classes, in [0, 1], if the class with the largest posterior is chosen.

    This is the decision in the code of CoMM, InfMasking and COrAL. It equals ``balanced_accuracy`` if classes are
    equally frequent. Rare classes are chosen less often, so a label like synergy on images, which is 1 for one pair in
    ten, stays closer to chance.
    """
    return _mean_recall(posterior.argmax(1), label)


def _mean_recall(chosen: Tensor, label: Tensor) -> float:
    return float(torch.stack([(chosen[label == k] == k).double().mean() for k in label.unique()]).mean())


def _check_lengths(parts_test: dict[str, Tensor], labels_test: dict[str, Tensor]) -> None:
    for name, label in labels_test.items():
        for z in parts_test.values():
            if len(z) != len(label):
                raise ValueError(f"label {name!r} has {len(label)} entries in the test data for {len(z)} samples.")


def _joined(parts: dict[str, Tensor], names: tuple[str, ...]) -> Tensor:
    return torch.cat([parts[name] for name in names], 1)


def _single(fitted: dict, labels: dict, labels_test: dict) -> list[dict]:
    """Rows of one part: bits of every readout, and accuracies of all but the best, which is chosen by its log-loss."""
    rows = []
    for name, label in labels_test.items():
        prior, row = torch.bincount(labels[name]) / len(labels[name]), {"label": name, "n": len(label)}
        for readout in (r for r in fitted if r != BEST):
            posterior = fitted[readout].posteriors[name]
            decided = {
                "balanced_accuracy": balanced_accuracy(posterior, label, prior),
                "macro_accuracy": macro_accuracy(posterior, label),
            }
            rows += [row | {"metric": m, "readout": readout, "value": v, "unit": "share"} for m, v in decided.items()]
        for readout, result in fitted.items():
            bits, _ = pid.information_from_posterior(result.posteriors[name].cpu().numpy(), label.cpu().numpy())
            rows.append(row | {"metric": "bits", "readout": readout, "value": bits, "unit": "bits"})
    return rows


def _decomposed(part: Part, one: dict, two: dict, joint: dict, labels_test: dict) -> list[dict]:
    rows = []
    for name, label in labels_test.items():
        t1, t2, t12 = (fitted[BEST].posteriors[name].cpu().numpy() for fitted in (one, two, joint))
        atoms = pid.atoms_from_posteriors(t1, t2, t12, label.cpu().numpy(), cells=32)
        row = {"part": str(part), "label": name, "readout": BEST, "unit": "bits", "n": len(label)}
        found = atoms.as_dict() | {"gap": atoms.gap}
        rows += [row | {"metric": metric, "value": float(value)} for metric, value in found.items()]
    return rows
