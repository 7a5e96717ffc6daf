"""How tests run, and made-up tables for whatever reads tables: a small one, a wide one, one of three modalities.

One thread, as in runs: tiny tensors gain nothing from more. No deadlines: a busy machine is not a failure.
"""

import gc
import itertools
import zlib

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import settings

from coral_viz import style
from coral_viz.evaluation import readouts
from coral_viz.results import schema

torch.set_num_threads(1)
settings.register_profile("coral_viz", deadline=None, max_examples=30)
settings.register_profile("nightly", deadline=None, max_examples=100)
settings.load_profile("coral_viz")


def pytest_addoption(parser):
    parser.addoption("--device", default="auto", help="where tests marked cuda compute")


def pytest_collection_finish():
    """Look for garbage less often, and never among what has been imported: that took a sixth of the time of figures."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000)


ATOMS = ("redundancy", "unique_1", "unique_2", "synergy")
VARIANTS = [("cross", ""), ("cross_self", ""), ("comm", ""), ("coral", ""), ("coral", "orthogonality=squared")]
DISTRIBUTIONS = ("unbiased", "biased", "relation")
TWO_ONLY, THREE_ONLY = ("factorcl", "disentangled_ssl"), ("triangle", "confu")  # modalities
LIKE = {  # whom a method of the wide tables resembles; cross, if it is not here
    "cmc": "cross",
    "clip_ib": "cross",
    "simclr": "cross_self",
    "infmasking": "comm",
    "factorcl": "coral",
    "disentangled_ssl": "cross",
    "confu": "cross",
    "mae": "comm",
    "symile": "cross",
    "gated_symile": "cross",
    "pmrl": "cross",
    "gram": "cross",
    "triangle": "cross",
    "ovaib": "cross",
}
TERMS = {
    "cross": ("contrast",),
    "cross_self": ("cross", "self"),
    "comm": ("modality", "full"),
    "coral": ("shared", "unique", "orthogonal_unique", "orthogonal"),
    "infmasking": ("masked", "modality", "full"),
    "mae": ("modality",),
    "disentangled_ssl": ("agreement", "compression", "contrast", "orthogonality"),
    "factorcl": ("shared", "unique", "conditional", "minus_shared_conditional", "minus_unique"),
    "ovaib": ("sufficiency", "minimality"),
}
SHARE = {  # of each label that the whole embedding keeps: unbiased R, U, S; biased R, U, S; relation S
    ("cross", ""): (1, 0.35, 0, 1, 0.2, 0, 0),
    ("cross_self", ""): (1, 1, 0, 1, 0.45, 0, 0),
    ("comm", ""): (1, 1, 0, 1, 0.04, 0.6, 1),
    ("coral", ""): (1, 1, 0, 1, 1, 0.48, 1),
    ("coral", "orthogonality=squared"): (1, 1, 0, 1, 1, 0.62, 1),
}


def kept(variant, distribution, label):
    shares = SHARE.get(variant) or SHARE[LIKE.get(variant[0], "cross"), ""]
    if distribution == "relation":
        return shares[6]
    atom = ("redundancy", "unique", "synergy").index(label.split("_")[0])
    return shares[atom + 3 * (distribution == "biased")]


def keeps(part, label):
    """The share of what the whole embedding keeps about a label that one part holds."""
    if part == "all" or (label[-1] == part[-1] and label[-2] == "_"):
        return 1.0
    return {"shared": {"redundancy": 1.0, "synergy": 0.9}.get(label, 0.3)}.get(
        part, {"redundancy": 0.8}.get(label, 0.02)
    )


def parts_of(method, count):
    uniques = [f"unique_{m}" for m in range(1, count + 1)]
    if LIKE.get(method, method) == "coral":
        return ["shared", *uniques], [f"shared|{name}" for name in uniques] + ["unique_1|unique_2"]
    return [f"modality_{m}" for m in range(1, count + 1)], ["modality_1|modality_2"] * (count == 2)


def terms_of(method, count):
    repeated = ("self", "modality", "unique", "orthogonal", "masked", "contrast", "orthogonality")
    for term in TERMS.get(method, TERMS["cross"]):
        yield from [f"{term}_{m}" for m in range(1, count + 1)] if term in repeated else [term]


def one_run(variant, distribution, seed, labels=ATOMS, count=2, limits=False):
    """Rows of one run; ``limits``: also with modalities withheld, and retrieval."""
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
    parts, pairs = parts_of(method, count)

    def add(metric, value, unit, *, split="test", part="all", label="", readout="", step=600, n=4000):
        where = {"split": split, "part": part, "label": label, "metric": metric, "readout": readout}
        rows.append(shared | where | {"value": float(value), "unit": unit, "step": step, "n": n})

    for label in [name for name in labels if name.startswith("synergy") or distribution != "relation"]:
        classes = 2 if label.startswith("synergy") else 4
        truth, chance = np.log2(classes), 1 / classes
        add("truth", truth, "bits", part="data", label=label)
        add("chance", chance, "share", part="data", label=label)
        for part in ("all", *parts):
            share = kept(variant, distribution, label) * keeps(part, label)
            share = np.clip(share * (1 + 0.12 * (0.1 < share < 0.9) * rng.normal()) - 0.004 * rng.random(), 0, 1)
            read = {"part": part, "label": label}
            add("balanced_accuracy", chance + (1 - chance) * share**0.6, "share", readout="linear", **read)
            add("bits", truth * share, "bits", readout="best", **read)
            add("bits", truth * share ** (1.0 if share > 0.9 else 1.6), "bits", readout="linear", **read)
        for pair in pairs:
            a, b = (kept(variant, distribution, label) * keeps(part, label) * truth for part in pair.split("|"))
            total = max(kept(variant, distribution, label) * truth * (1 if "shared" in pair else 0.7), a, b)
            atoms = np.array([min(a, b), a - min(a, b), b - min(a, b), total - max(a, b)])
            for metric, value in zip(ATOMS, np.clip(atoms * (1 + 0.05 * rng.normal(size=4)), 0, None)):
                add(metric, value, "bits", part=pair, label=label, readout="best")
        if limits:
            for given in subsets(count):
                share = kept(variant, distribution, label) * known(label, given, count) * rng.uniform(0.9, 1)
                where = {"part": f"all({','.join(f'modality_{m}' for m in given)})", "label": label}
                add("balanced_accuracy", chance + (1 - chance) * share, "share", readout="linear", **where)
                add("bits", truth * share - 0.1 * (share < 0.1), "bits", readout="linear", **where)
    if limits:
        for anchor in range(1, count + 1):
            for label, chance in (("", 0.001), ("compatible", 0.25)):
                right = {"part": f"modality_{anchor}", "label": label, "n": 1000}
                level = (0.1 + 0.8 * kept(variant, distribution, "synergy")) * rng.uniform(0.8, 1)
                for k, metric in ((1, "recall@1"), (5, "recall@5"), (10, "recall@10"), (2, "mAP")):
                    guessed = 1 - (1 - chance) ** k
                    add(metric, guessed + (1 - guessed) * level * k**0.1 * 0.75, "share", **right)
                    add(f"chance/{metric}", guessed, "share", **right)
    for step in range(0, 601, 20):
        for i, term in enumerate(terms_of(method, count)):
            level = (4.8 if "orthogonal" not in term else 0.3) / (1 + 0.2 * i)
            value = level * (0.1 + 0.9 * np.exp(-step / (90 + 30 * i))) * np.exp(0.04 * rng.normal())
            add(f"loss/{term}", value, "nats", split="train", part="", step=step, n=128)
    return rows


def subsets(count):
    names = range(1, count + 1)
    return [given for size in names for given in itertools.combinations(names, size)]


def known(label, given, count):
    """Whether the modalities given can tell the label."""
    kind, _, index = label.partition("_")
    if kind == "redundancy":
        return 1.0
    needed = set(map(int, index)) if index else set(range(1, count + 1))
    return float(needed <= set(given))


def made_of(variants, seeds=3, **options):
    runs = [one_run(v, d, seed, **options) for v in variants for d in DISTRIBUTIONS for seed in range(seeds)]
    return schema.validate(pd.DataFrame([row for run in runs for row in run]))


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return made_of(VARIANTS)


@pytest.fixture(scope="session")
def wide_table() -> pd.DataFrame:
    """Every method of two modalities, with knobs turned, modalities withheld and retrieval."""
    return made_of([variant for variant in style.METHODS if variant[0] not in THREE_ONLY], seeds=2, limits=True)


@pytest.fixture(scope="session")
def triple_table() -> pd.DataFrame:
    """Every method of three modalities, with a relation of all and one of every pair."""
    labels = (*ATOMS[:3], "unique_3", "synergy", "synergy_12", "synergy_13", "synergy_23")
    variants = [variant for variant in style.METHODS if variant[0] not in TWO_ONLY]
    return made_of(variants, seeds=2, labels=labels, count=3, limits=True)


@pytest.fixture(autouse=True, scope="module")
def one_held_out_part(request):
    """Readouts hold out one part even of few samples, but where they are tested: five parts take two thirds of a tiny
    run. Of a thousand samples they always hold out one, so there other processes give the same bytes."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name != "evaluation":
            patch.setattr(readouts, "FEW", 0)
        yield


@pytest.fixture(scope="module")
def few_probed():
    """Readouts of few samples, so that recording takes no time."""
    from coral_viz.runs import replay

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "PROBED", 256)
        yield
