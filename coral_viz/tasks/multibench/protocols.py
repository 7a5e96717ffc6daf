"""Published experiments on MultiBench: budgets and hyperparameters by set and method, and reported results."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

EPOCHS, BATCH = 100, 64
TRAINING = {
    "mosi": 1284,
    "mosei": 16265,
    "humor": 10598,
    "sarcasm": 414,
    "mimic": 28970,
    "contact": 117_600,
    "pose": 117_600,
    "mmimdb": 15552,
}
"""Training samples, about; for budgets in steps."""

RATES = {"comm": (1e-3, 1e-2), "infmasking": (1e-3, 1e-2), "coral": (1e-4, 1e-3)}
"""AdamW's learning rate and weight decay by method, where a set says nothing else."""

OTHER_RATES = {
    ("infmasking", "sarcasm"): (1e-3, 5e-2),
    ("infmasking", "mimic"): (3e-4, 1e-2),
    ("infmasking", "contact"): (1e-4, 1e-2),
    ("infmasking", "pose"): (1e-4, 1e-2),
    ("comm", "mmimdb"): (1e-4, 1e-2),
}

MASKS = {  # InfMasking's temperature, lambda, rho and K
    "mosi": (0.1, 0.25, 0.8, 5),
    "humor": (0.05, 2.0, 0.5, 4),
    "sarcasm": (0.05, 1.0, 0.5, 5),
    "mimic": (0.2, 1.0, 0.8, 6),
    "contact": (0.1, 1.0, 0.7, 6),
    "pose": (0.1, 1.0, 0.5, 4),
    "mmimdb": (0.2, 0.5, 0.8, 4),
}
FIVEFOLD = ("humor", "mimic", "pose", "mmimdb")
"""Sets on which InfMasking counts the full fusion's term five times."""


def budget(name: str, method: str) -> dict:
    """Fields of ``runs.Budget`` as published for a set and a method; CoMM's for a method without published ones."""
    lr, decay = OTHER_RATES.get((method, name), RATES.get(method, RATES["comm"]))
    steps = EPOCHS * TRAINING[name] // BATCH
    return {"steps": steps, "batch": BATCH, "lr": lr, "weight_decay": decay, "samples": TRAINING[name]}


def knobs(name: str, method: str) -> dict:
    """Hyperparameters as published for a set and a method, without those of the networks."""
    if method == "infmasking" and name in MASKS:
        temperature, weight, ratio, masks = MASKS[name]
        found = {"temperature": temperature, "mask_weight": weight, "mask_ratio": ratio, "masks": masks}
        return found | ({"full_weight": 5.0} if name in FIVEFOLD else {})
    return {"orthogonality": "squared", "orthogonality_weight": 10.0} if method == "coral" else {}


def published() -> pd.DataFrame:
    """Reported results: set, modalities, method, metric, value, std (over five runs, NaN if not reported), source.

    Accuracy is the mean over classes; the papers call it top-1.
    """
    return pd.read_csv(Path(__file__).with_name("published.csv"))
