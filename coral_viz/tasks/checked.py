"""From a user's arrays to a checked data set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from coral_viz.options import shown
from coral_viz.tasks import coercion, refusals
from coral_viz.tasks.dataset import Dataset

MISSING = ("refuse", "mean")


def dataset(
    modalities: Mapping[str, Any],
    labels: Mapping[str, Any],
    *,
    groups: Any = None,
    splits: Any = None,
    lengths: Mapping[str, Any] | None = None,
    masks: Mapping[str, Any] | None = None,
    kinds: Mapping[str, str] | None = None,
    missing: str = "refuse",
    copies: bool = False,
    name: str = "own",
) -> Dataset:
    """The checked data set of these arrays; arguments and errors as of ``from_arrays``."""
    if not coercion.NAME.fullmatch(name):
        raise ValueError(f"the name {shown(name)} is not allowed; it takes letters, digits, _ and -, 40 at most.")
    if missing not in MISSING:
        raise ValueError(f"missing = {shown(missing)} is not allowed; it takes {' or '.join(MISSING)}.")
    coercion.check_names(modalities, labels)
    arrays = {key: coercion.array(values, f"modality {key!r}") for key, values in modalities.items()}
    n = coercion.common_length({f"modality {key!r}": values for key, values in arrays.items()})
    found = tuple(coercion.modality(key, values, (kinds or {}).get(key)) for key, values in arrays.items())
    coercion.check_keys("kinds", kinds, modalities)
    present = coercion.present(found, lengths or {}, masks or {}, n)
    named = {key: coercion.label(key, values, n) for key, values in labels.items()}
    grouped = None if groups is None else coercion.numbered(coercion.column(groups, n, "groups"), "groups")[1]
    given = None if splits is None else coercion.split_numbers(coercion.column(splits, n, "splits"))
    digest, rows = hashlib.sha256(), np.zeros((n, len(found)), np.uint64)
    for m, modality in enumerate(found):
        rows[:, m] = refusals.read(modality, arrays[modality.name], present.get(modality.name), digest, missing)
    for about in (*present.values(), *(values for values, _ in named.values()), grouped, given):
        digest.update(b"-" if about is None else np.ascontiguousarray(about).tobytes())
    digest.update(repr((found, list(labels), [classes for _, classes in named.values()], missing)).encode())
    made = Dataset(
        name=name,
        modalities=found,
        inputs=arrays,
        present=present,
        labels={key: values for key, (values, _) in named.items()},
        classes={key: classes for key, (_, classes) in named.items()},
        groups=grouped,
        splits=given,
        missing=missing,
        copies=n - len(np.unique(rows, axis=0)),
        content=digest.hexdigest()[:16],
    )
    refusals.check_classes(made)
    refusals.check_divided(made, rows, copies)
    return made
