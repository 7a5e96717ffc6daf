"""Memory of worker processes: what a training step gives back is kept for the next, as glibc does if left alone.

Dask's nanny starts its workers with ``MALLOC_TRIM_THRESHOLD_=65536``. That not only returns freed memory to the system
at once, it also ends glibc's own adaptation, so that every tensor of 128 KiB or more is mapped and faulted in anew: a
training of small networks then spends a third of its time in the kernel.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
MOST = 32 * 2**20
"""Bytes from which a tensor is mapped on its own: as far as glibc goes by itself on 64 bits, and lets others go."""


def keep_memory() -> None:
    """Let this process keep up to 64 MiB that are free. Does nothing where the allocator is not glibc's."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, MOST)
        mallopt(M_TRIM_THRESHOLD, 2 * MOST)
