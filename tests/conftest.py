"""How tests run, and a made-up table of five methods on three training distributions for whatever reads tables.

One thread, as in runs: tiny tensors gain nothing from more. No deadlines: a busy machine is not a failure.
"""

import zlib

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import settings

from coral_viz import tables

torch.set_num_threads(1)
settings.register_profile("coral_viz", deadline=None)
settings.load_profile("coral_viz")

CLASSES = {"redundancy": 4, "unique_1": 4, "unique_2": 4, "synergy": 2}
VARIANTS = [("cross", ""), ("cross_self", ""), ("comm", ""), ("coral", ""), ("coral", "orthogonality=squared")]
DISTRIBUTIONS = ("unbiased", "biased", "relation")
PARTS = {"cross": ("modality_1", "modality_2"), "coral": ("shared", "unique_1", "unique_2")}
PAIRS = {"coral": ("shared|unique_1", "shared|unique_2", "unique_1|unique_2")}
TERMS = {
    "cross": ("contrast",),
    "cross_self": ("cross", "self_1", "self_2"),
    "comm": ("modality_1", "modality_2", "full"),
    "coral": ("shared", "unique_1", "unique_2", "orthogonal_unique", "orthogonal_1", "orthogonal_2"),
}
SHARE = {  # of each label that the whole embedding keeps: unbiased R, U, S; biased R, U, S; relation S
    ("cross", ""): (1, 0.35, 0, 1, 0.2, 0, 0),
    ("cross_self", ""): (1, 1, 0, 1, 0.45, 0, 0),
    ("comm", ""): (1, 1, 0, 1, 0.04, 0.6, 1),
    ("coral", ""): (1, 1, 0, 1, 1, 0.48, 1),
    ("coral", "orthogonality=squared"): (1, 1, 0, 1, 1, 0.62, 1),
}


def kept(variant, distribution, label):
    shares = SHARE[variant]
    if distribution == "relation":
        return shares[6]
    atom = {"redundancy": 0, "unique_1": 1, "unique_2": 1, "synergy": 2}[label]
    return shares[atom + 3 * (distribution == "biased")]


def keeps(part, label):
    """The share of what the whole embedding keeps about a label that one part holds."""
    if part == "all" or (label[-1] == part[-1] and label[-2] == "_"):
        return 1.0
    return {"shared": {"redundancy": 1.0, "synergy": 0.9}.get(label, 0.3)}.get(
        part, {"redundancy": 0.8}.get(label, 0.02)
    )


def one_run(variant, distribution, seed):
    method, knob = variant
    name = f"{method} {knob} {distribution} {seed}"
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    shared = {
        "run_id": f"{zlib.crc32(name.encode()):016x}",
        "method": method,
        "task": "factors",
        "distribution": distribution,
        "seed": seed,
        "status": "done",
        "method_version": 1,
        "knob": knob,
    }
    rows = []

    def add(metric, value, unit, *, split="test", part="all", label="", readout="", step=600, n=4000):
        where = {"split": split, "part": part, "label": label, "metric": metric, "readout": readout}
        rows.append(shared | where | {"value": float(value), "unit": unit, "step": step, "n": n})

    for label in ["synergy"] if distribution == "relation" else CLASSES:
        truth, chance = np.log2(CLASSES[label]), 1 / CLASSES[label]
        add("truth", truth, "bits", part="data", label=label)
        add("chance", chance, "share", part="data", label=label)
        for part in ("all", *PARTS.get(method, ("modality_1", "modality_2"))):
            share = kept(variant, distribution, label) * keeps(part, label)
            share = np.clip(share * (1 + 0.12 * (0.1 < share < 0.9) * rng.normal()) - 0.004 * rng.random(), 0, 1)
            add(
                "balanced_accuracy",
                chance + (1 - chance) * share**0.6,
                "share",
                part=part,
                label=label,
                readout="linear",
            )
            add("bits", truth * share, "bits", part=part, label=label, readout="best")
            add(
                "bits", truth * share ** (1.0 if share > 0.9 else 1.6), "bits", part=part, label=label, readout="linear"
            )
        for pair in PAIRS.get(method, ("modality_1|modality_2",)):
            a, b = (kept(variant, distribution, label) * keeps(part, label) * truth for part in pair.split("|"))
            total = max(kept(variant, distribution, label) * truth * (1 if "shared" in pair else 0.7), a, b)
            atoms = np.array([min(a, b), a - min(a, b), b - min(a, b), total - max(a, b)])
            for metric, value in zip(CLASSES, np.clip(atoms * (1 + 0.05 * rng.normal(size=4)), 0, None)):
                add(metric, value, "bits", part=pair, label=label, readout="best")
    for step in range(0, 601, 20):
        for i, term in enumerate(TERMS[method]):
            level = (4.8 if "orthogonal" not in term else 0.3) / (1 + 0.2 * i)
            value = level * (0.1 + 0.9 * np.exp(-step / (90 + 30 * i))) * np.exp(0.04 * rng.normal())
            add(f"loss/{term}", value, "nats", split="train", part="", step=step, n=128)
    return rows


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    runs = [one_run(v, d, seed) for v in VARIANTS for d in DISTRIBUTIONS for seed in range(3)]
    return tables.validate(pd.DataFrame([row for run in runs for row in run]))
