"""The fixture ``offline``; ``sitecustomize`` beside it is what the processes load."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """Python processes started from here on reach no other host; afterwards, none may have tried.

    Returns the file that attempts are written to.
    """
    log = tmp_path / "network.log"
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]
    monkeypatch.setenv("NETWORK_LOG", str(log))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    yield log
    assert not log.exists(), f"other hosts were asked for:\n{log.read_text()}"
