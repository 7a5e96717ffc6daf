"""The fixture ``offline``; ``sitecustomize`` beside it is what the processes load."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def cut_off(log):
    """Python processes started inside reach no other host; afterwards, none may have tried: attempts are in ``log``."""
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NETWORK_LOG", str(log))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
        yield
    assert not log.exists(), f"other hosts were asked for:\n{log.read_text()}"


@pytest.fixture
def offline(tmp_path):
    """``cut_off`` for one test; returns the file that attempts are written to."""
    log = tmp_path / "network.log"
    with cut_off(log):
        yield log
