"""The two steps of DisentangledSSL: compressed shared information, and the specific information of each modality."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.methods.losses.contrastive import clip
from coral_viz.methods.losses.precision import full_precision


@full_precision
def shared_information(
    sample1: Tensor, sample2: Tensor, mean1: Tensor, mean2: Tensor, *, temperature: float, beta: float
) -> dict[str, Tensor]:
    """Step 1 of DisentangledSSL (arXiv 2410.23996): shared representations that agree and hold nothing else.

    Args:
        sample1, sample2: (B, E), a draw of each modality's shared representation.
        mean1, mean2: (B, E), the mean directions of their distributions.
        temperature: of the contrast.
        beta: weight of compression.

    Returns:
        agreement: the symmetric cross-entropy of identifying the other draw of a sample; 0 for a batch of 1.
        compression: beta times minus the mean cosine of the mean directions. The divergence of two von Mises-Fisher
        distributions of equal concentration is a constant times 1 - cosine; beta absorbs this constant, as in the code.
    """
    cosine = F.cosine_similarity(mean1, mean2, dim=-1).mean()
    return {"agreement": clip(sample1, sample2, logit_scale=1 / temperature), "compression": -beta * cosine}


@full_precision
def specific_information(
    joint1: Tensor,
    joint2: Tensor,
    specific: tuple[Tensor, Tensor],
    shared: tuple[Tensor, Tensor],
    *,
    temperature: float,
    orthogonality_weight: float,
) -> dict[str, Tensor]:
    """Step 2 of DisentangledSSL for one modality: specific and shared representations together identify its views.

    Args:
        joint1, joint2: (B, E), for each view the specific representation beside the *other* modality's shared one.
        specific, shared: for each view the modality's own representations, (B, width), of any widths. The shared ones
            should have no gradients.
        temperature: of the contrast.
        orthogonality_weight: of the second term.

    Returns:
        contrast: the symmetric cross-entropy of identifying the other view of a sample; 0 for a batch of 1.
        orthogonality: the weighted Frobenius norm of sum_i specific_i shared_i^T of unit vectors, the mean over views.
    """
    products = [F.normalize(z, dim=-1).mT @ F.normalize(c, dim=-1) for z, c in zip(specific, shared)]
    norm = torch.stack([torch.linalg.matrix_norm(product) for product in products]).mean()
    return {
        "contrast": clip(joint1, joint2, logit_scale=1 / temperature),
        "orthogonality": orthogonality_weight * norm,
    }
