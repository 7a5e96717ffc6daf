"""The objective of masked autoencoders: reconstruct hidden patches."""

from __future__ import annotations

from torch import Tensor

from coral_viz.methods.losses.precision import full_precision


@full_precision
def masked_reconstruction(found: Tensor, wanted: Tensor, *, hidden: Tensor) -> Tensor:
    """The mean squared error of reconstructed patches, over hidden ones only, as in MAE (arXiv 2111.06377).

    Args:
        found, wanted: predicted and true patches, (B, N, p); patches that are not hidden may be NaN.
        hidden: bool (B, N, 1).

    Returns:
        The mean over the hidden numbers of each sample, (B,); 0 for samples without hidden patches.

    Raises:
        ValueError: unequal shapes.
    """
    if found.shape != wanted.shape:
        raise ValueError(f"patches of the shapes {tuple(found.shape)} and {tuple(wanted.shape)} cannot be compared.")
    error = (found - wanted).masked_fill(~hidden, 0).square().sum((-2, -1))
    return error / (hidden.sum((-2, -1)) * wanted.shape[-1]).clamp(min=1)
