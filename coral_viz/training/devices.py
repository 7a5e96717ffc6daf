"""Devices: ``auto`` is CUDA if available, else the CPU.

MPS is not supported: evaluation needs float64, which it lacks, and small networks gain nothing from it.
"""

from __future__ import annotations

import torch


def resolve(name: str = "auto") -> torch.device:
    """The torch device for a name (auto, cpu, cuda, cuda:1). ValueError if it is not available or not supported."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(f"device {name!r} does not exist; choose auto, cpu or cuda.") from None
    if device.type == "mps":
        raise ValueError("device 'mps' has no float64, in which embeddings are measured; use --device cpu.")
    there = {"cpu": True, "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count()}
    if not there.get(device.type, False):
        raise ValueError(f"device {name!r} is not available on this machine; use --device cpu or --device auto.")
    return device
