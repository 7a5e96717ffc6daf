"""Memory of worker processes: keep memory that a training step frees for the next step, as glibc does by default.

Dask's nanny starts workers with ``MALLOC_TRIM_THRESHOLD_=65536``. Then freed memory is returned to the system at once,
and glibc's thresholds no longer adapt, so every tensor of 128 KiB or more is mapped again. Training small networks then
spends a third of its time in the kernel.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
MOST = 32 * 2**20
"""Bytes from which a tensor is mapped on its own: as far as glibc goes by itself on 64 bits, and lets others go."""


def keep_memory() -> None:
    """Let this process keep up to 64 MiB of free memory. It has no effect if the allocator is not glibc's."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, MOST)
        mallopt(M_TRIM_THRESHOLD, 2 * MOST)
