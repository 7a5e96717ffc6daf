"""What is known exactly about a world of ``factors``: atoms of every label, what the modalities share without a label,
which of them could belong together, posteriors given an observation.

The truth holds for any non-negative decomposition: r is in every modality (redundancy), u_m in one (unique), and any
proper subset of a relation's latents is independent of its d (synergy). It is computed under the distribution that
labels are probed on, rho = 1/2.
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
    """Atoms in bits, by label, of modality 1 (source 1) and all the others together (source 2)."""
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
    """What the modalities share among themselves, in bits: a row per split and group of latents that are shown.

    Columns: ``split`` (train, or probe, whose distribution test shares), ``group`` (redundancy, unique, the relations
    by their labels, and ``all`` together), ``total_correlation``, ``dual_total_correlation`` and ``o_information``,
    their difference: positive where redundancy prevails, negative where synergy does (Rosas et al. 2019, arXiv
    1902.11239).
    Exact for the latents shown; noise can only lower the two correlations.
    """
    rows = []
    for split, rho in (("train", model.rho), ("probe", PROBE_RHO)):
        groups = _correlations(model, rho)
        groups["all"] = tuple(map(math.fsum, zip(*groups.values()))) or (0.0, 0.0)
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
    """Whether training could show modality ``anchor`` of query i with the other modalities of gallery j.

    r must agree and every relation shown must give a d that training can draw: only 0 for rho = 1, never 0 for rho = 0.
    Latents of amplitude 0 and noise do not count.

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


def posteriors(task, batch: Batch) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
    """p(label | x_1), p(label | x_2), p(label | x_1, x_2) for every label of a two-modality world.

    Each (n, classes), float64, under the probe's distribution. With them the information that the observations hold is
    known, noise and warp included. Raises ValueError for more than two modalities.
    """
    if task.count != 2:
        raise ValueError(f"exact posteriors are given for 2 modalities, not {task.count}.")
    one, two = (_latent_posteriors(task, m, x) for m, x in enumerate(batch.inputs))
    flat = torch.full((len(batch), task.classes), 1 / task.classes, dtype=torch.float64, device=task.device)
    out = {}
    if "redundancy" in task.truth:
        out["redundancy"] = one["r"], two["r"], _normalised(one["r"] * two["r"])
    if "unique_1" in task.truth:
        out["unique_1"] = one["u_1"], flat, one["u_1"]
        out["unique_2"] = flat, two["u_2"], two["u_2"]
    if "synergy" in task.truth:
        out |= _relation_posteriors(one["t_1"], two["t_2"])
    return out


def _latent_posteriors(task, m: int, x: Tensor) -> dict[str, Tensor]:
    """p(latent | x_m), (n, K) for each latent shown: the planes are orthogonal, so latents decouple given x."""
    x = _unwarped(x.flatten(1).double(), task.warp)
    along = torch.einsum("nx,fkcx->nfkc", x, task.planes[m].double())
    # below this noise the posterior is certain to machine precision
    evidence = along * task.amplitudes[m].unsqueeze(-1) / max(task.sigma, 1e-3) ** 2
    return dict(zip(task.shown[m], _log_mean_over_phase(evidence, task.alpha).softmax(-1).unbind(1)))


def _relation_posteriors(t: Tensor, c: Tensor) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
    """Labels d, t, c and synergy = [d == 0] from p(t | x_1) and p(c | x_2), each (n, K), with c = t + d (mod K)."""
    n, classes = t.shape
    prior = torch.full((classes,), (1 - PROBE_RHO) / (classes - 1), dtype=t.dtype, device=t.device)
    prior[0] = PROBE_RHO
    c_at = torch.stack([c.roll(-d, 1) for d in range(classes)], 1)
    t_at = torch.stack([t.roll(d, 1) for d in range(classes)], 1)
    t_given_2 = torch.einsum("d,ndk->nk", prior, c_at)
    c_given_1 = torch.einsum("d,ndk->nk", prior, t_at)
    d = prior.expand(n, -1), prior.expand(n, -1), _normalised(prior * torch.einsum("nk,ndk->nd", t, c_at))
    return {
        "synergy": tuple(torch.stack([1 - p[:, 0], p[:, 0]], 1) for p in d),
        "d": d,
        "t": (t, t_given_2, _normalised(t * t_given_2)),
        "c": (c_given_1, c, _normalised(c * c_given_1)),
    }


def _log_mean_over_phase(evidence: Tensor, alpha: float) -> Tensor:
    """log of the mean over phi in (-alpha, alpha) of exp(a cos(phi) + b sin(phi)); (n, ..., 2) holds a, b.

    For alpha = pi this is log I0 of the radius; else the midpoint rule, whose 512 steps resolve sigma >= .02.
    """
    if alpha == math.pi:
        radius = evidence.norm(dim=-1)
        return torch.special.i0e(radius).log() + radius
    steps = 512 if alpha else 1
    phi = ((torch.arange(steps, dtype=evidence.dtype, device=evidence.device) + 0.5) / steps * 2 - 1) * alpha
    wave = torch.stack([phi.cos(), phi.sin()])
    return torch.cat([(chunk @ wave).logsumexp(-1) for chunk in evidence.split(32)]) - math.log(steps)


def _unwarped(y: Tensor, warp: float) -> Tensor:
    """Invert y = x + warp sin(x) by bisection (the map is increasing for warp < 1)."""
    low, high = y - warp, y + warp
    for _ in range(60 if warp else 0):
        middle = (low + high) / 2
        above = middle + warp * middle.sin() > y
        low, high = torch.where(above, low, middle), torch.where(above, middle, high)
    return (low + high) / 2


def _normalised(p: Tensor) -> Tensor:
    return p / p.sum(-1, keepdim=True)


def _shift_entropy(rho: float, classes: int) -> float:
    """H(d) in bits: d = 0 with probability rho, else uniform on the other classes."""
    return _entropy(rho) + (1 - rho) * math.log2(classes - 1)


def _entropy(p: float) -> float:
    """Entropy of a coin in bits."""
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q > 0)
