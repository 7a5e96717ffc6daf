"""Worker processes keep the memory that a step gave back; measured by the pages the system had to hand out."""

import os
import platform
import subprocess
import sys

import pytest

from coral_viz.runs import memory

PAGES = 256
"""In the megabyte that is asked for and given back again and again."""

COUNT = """
import resource, runpy, sys

def pages_handed_out(times):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        b"x" * 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

keep_memory = runpy.run_path(sys.argv[1])["keep_memory"]
print(pages_handed_out(50))
keep_memory()
print(pages_handed_out(50))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator is not glibc's")
def test_a_worker_of_dask_keeps_its_memory():
    dask = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}  # what its nanny starts workers with
    said = subprocess.run([sys.executable, "-c", COUNT, memory.__file__], env=dask, capture_output=True, check=True)
    given_back, kept = map(int, said.stdout.split())
    assert given_back >= 50 * PAGES * 0.9
    assert kept < 5 * PAGES


def test_other_systems_are_left_alone(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: pytest.fail("asked for the C library"))
    memory.keep_memory()
