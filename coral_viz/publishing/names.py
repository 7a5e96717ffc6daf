"""Validation of names that become file names, so that they cannot lead out of their folder."""

from __future__ import annotations

import re

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def check(name: str) -> str:
    """The same name. ValueError if it is not 1 to 64 letters, digits, ``_`` and ``-``, the first a letter or digit."""
    if not PLAIN.fullmatch(name):
        raise ValueError(
            f"the name {name!r} is not allowed: it takes 1 to 64 letters, digits, _ and -, a letter or digit first."
        )
    return name
