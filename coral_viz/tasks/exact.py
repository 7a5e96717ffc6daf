"""Exact properties of latents: atoms of every label, information shared by modalities, and compatible modalities.

The atoms hold for any non-negative decomposition: r is in every modality (redundancy), u_m in one (unique), and any
proper subset of a relation's latents is independent of its d (synergy). They are computed under the distribution of
probe and test data, rho = 1/2.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coral_viz.pid import Atoms
from coral_viz.tasks.latents import LatentModel
from coral_viz.tasks.task import Batch

PROBE_RHO = 0.5


def truth(model: LatentModel) -> dict[str, Atoms]:
    """Atoms in bits, by label, of modality 1 (source 1) and all the others together (source 2).

    They are those of the latents, upper bounds for noisy observations.
    """
    full = math.log2(model.classes)
    same = _entropy(PROBE_RHO)
    shift = _shift_entropy(PROBE_RHO, model.classes)
    atoms = {}
    if model.redundancy:
        atoms["redundancy"] = Atoms(full, 0.0, 0.0, 0.0)
    if model.unique:
        atoms["unique_1"] = Atoms(0.0, full, 0.0, 0.0)
        atoms |= {f"unique_{m}": Atoms(0.0, 0.0, full, 0.0) for m in range(2, model.count + 1)}
    if model.relation:
        atoms["synergy"] = Atoms(0.0, 0.0, 0.0, same)
        if model.count == 2:
            atoms["d"] = Atoms(0.0, 0.0, 0.0, shift)
            atoms["t"] = Atoms(full - shift, shift, 0.0, 0.0)
            atoms["c"] = Atoms(full - shift, 0.0, shift, 0.0)
    for i, j in model.pairs:
        atoms[f"synergy_{i + 1}{j + 1}"] = Atoms(0.0, 0.0, 0.0 if i == 0 else same, same if i == 0 else 0.0)
    return atoms


def structure(model: LatentModel) -> list[dict]:
    """The information that modalities share with each other, in bits: a row per split and group of latents.

    It is exact for the latents that are shown. Noise can only lower the two correlations.

    Returns:
        Dicts with ``split`` (train, or probe, which stands for test too), ``group`` (redundancy, unique, the relations
        by their labels, and ``all`` latents together), ``total_correlation``, ``dual_total_correlation`` and their
        difference ``o_information``, positive where redundancy prevails and negative where synergy does (Rosas et al.
        2019, arXiv 1902.11239).
    """
    rows = []
    for split, rho in (("train", model.rho), ("probe", PROBE_RHO)):
        groups = _correlations(model, rho)
        totals, duals = zip(*groups.values()) if groups else ((), ())
        groups["all"] = math.fsum(totals), math.fsum(duals)
        rows += [
            {
                "split": split,
                "group": group,
                "total_correlation": total,
                "dual_total_correlation": dual,
                "o_information": total - dual,
            }
            for group, (total, dual) in groups.items()
        ]
    return rows


def _correlations(model: LatentModel, rho: float) -> dict[str, tuple[float, float]]:
    """Total and dual total correlation by group; groups are independent of each other, so that theirs add up.

    M copies of r: TC = (M-1) log K, DTC = log K. The m latents of a relation have joint entropy (m-1) log K + H(d) and
    each given the others H(d): TC = log K - H(d), DTC = (m-1) (log K - H(d)).
    """
    full = math.log2(model.classes)
    held = max(full - _shift_entropy(rho, model.classes), 0.0)
    groups = {}
    if model.redundancy:
        groups["redundancy"] = (model.count - 1) * full, full
    if model.unique:
        groups["unique"] = 0.0, 0.0
    for label, latents in model.shown_relations.items():
        groups[label] = held, (len(latents) - 1) * held
    return groups


def compatible(model: LatentModel, query: Batch, gallery: Batch, anchor: int) -> Tensor:
    """Whether modality ``anchor`` of query i and the other modalities of gallery j can occur together in training.

    r must agree, and every relation that is shown must have a d that training can draw: only 0 for rho = 1, never 0 for
    rho = 0. Noise and latents of amplitude 0 do not matter.

    Returns:
        bool, (n_query, n_gallery).

    Raises:
        ValueError: no such modality, or batches without latents.
    """
    if anchor not in range(model.count):
        raise ValueError(f"anchor = {anchor} is no modality; choose one from 0 to {model.count - 1}.")
    if not (query.latents and gallery.latents):
        raise ValueError("Only batches with latents, as sample draws them, can be told compatible or not.")
    right = torch.ones(len(query), len(gallery), dtype=torch.bool, device=query.inputs[0].device)
    if model.redundancy:
        right &= query.latents["r"][:, None] == gallery.latents["r"]
    for latents in model.shown_relations.values():
        values = [query.latents[name][:, None] if m == anchor else gallery.latents[name] for m, name in latents.items()]
        right &= _can_be_drawn((values[-1] - sum(values[:-1])) % model.classes, model.rho)
    return right


def _can_be_drawn(d: Tensor, rho: float) -> Tensor:
    return (d == 0) & (rho > 0) | (d != 0) & (rho < 1)


def _shift_entropy(rho: float, classes: int) -> float:
    """H(d) in bits: d = 0 with probability rho, else uniform on the other classes."""
    return _entropy(rho) + (1 - rho) * math.log2(classes - 1)


def _entropy(p: float) -> float:
    """Entropy of a coin in bits."""
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q > 0)
