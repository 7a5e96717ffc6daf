"""Where tensors live: ``auto`` is CUDA, then MPS, then the CPU."""

from __future__ import annotations

import torch


def resolve(name: str = "auto") -> torch.device:
    """The torch device for a name (auto, cpu, cuda, cuda:1, mps); ValueError in words if it is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(f"device {name!r} does not exist; choose auto, cpu, cuda or mps.") from None
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(device.type, False):
        raise ValueError(f"device {name!r} is not available on this machine; use --device cpu or --device auto.")
    return device
