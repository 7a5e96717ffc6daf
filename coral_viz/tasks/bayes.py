"""From posteriors of the latents given each modality to posteriors of every label: Bayes' rule, in closed form."""

from __future__ import annotations

import torch
from torch import Tensor

from coral_viz.tasks.exact import PROBE_RHO
from coral_viz.tasks.latents import LatentModel


def label_posteriors(model: LatentModel, told: list[dict[str, Tensor]]) -> dict[str, tuple[Tensor, ...]]:
    """p(label | x_1), .., p(label | x_M), p(label | all) for every label, under the probe's distribution.

    Args:
        told: per modality, log p(latent | x_m) by the name of each latent that it shows, (n, K), normalised.

    Returns:
        By label M + 1 tensors (n, classes).
    """
    if not any(told):
        return {}
    some = next(iter(next(z for z in told if z).values()))
    flat = torch.full_like(some, 1 / model.classes)
    out: dict[str, tuple[Tensor, ...]] = {}
    if model.redundancy:
        r = [z["r"] for z in told]
        out["redundancy"] = (*(p.exp() for p in r), torch.stack(r).sum(0).softmax(-1))
    if model.unique:
        for m, z in enumerate(told):
            u = z[f"u_{m + 1}"].exp()
            out[f"unique_{m + 1}"] = (*(u if other == m else flat for other in range(model.count)), u)
    for label, members in model.shown_relations.items():
        latents = [told[m][name].exp() for m, name in members.items()]
        prior = _shift_prior(latents[0])
        d = (*[prior.expand_as(flat)] * model.count, _shift_posterior(latents, prior))
        out[label] = tuple(torch.stack([1 - p[:, 0], p[:, 0]], 1) for p in d)
        if model.count == 2:
            out |= {"d": d} | _ends(latents[0], latents[1], prior)
    return out


def _shift_prior(like: Tensor) -> Tensor:
    """p(d), (K,): 0 with probability PROBE_RHO, else any other class alike."""
    classes = like.shape[1]
    prior = torch.full_like(like[0], (1 - PROBE_RHO) / (classes - 1))
    prior[0] = PROBE_RHO
    return prior


def _shift_posterior(latents: list[Tensor], prior: Tensor) -> Tensor:
    """p(d | all) from the posteriors (n, K) of a relation's latents; the last is the sum of the others and d."""
    *free, last = latents
    total = free[0]
    for p in free[1:]:
        total = torch.einsum("na,nas->ns", total, _rolls(p))
    return _normalised(prior * torch.einsum("ns,nds->nd", total, _rolls(last, -1)))


def _ends(t: Tensor, c: Tensor, prior: Tensor) -> dict[str, tuple[Tensor, ...]]:
    """Labels t and c of two modalities' relation c = t + d (mod K), from p(t | x_1) and p(c | x_2)."""
    t_given_2 = torch.einsum("d,ndk->nk", prior, _rolls(c, -1))
    c_given_1 = torch.einsum("d,ndk->nk", prior, _rolls(t))
    return {"t": (t, t_given_2, _normalised(t * t_given_2)), "c": (c_given_1, c, _normalised(c * c_given_1))}


def _rolls(p: Tensor, sign: int = 1) -> Tensor:
    """(n, K, K) whose [:, a, s] is p[:, s - sign * a]."""
    return torch.stack([p.roll(sign * a, 1) for a in range(p.shape[1])], 1)


def _normalised(p: Tensor) -> Tensor:
    return p / p.sum(-1, keepdim=True)
