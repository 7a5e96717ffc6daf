"""Readouts and probes against scikit-learn, closed forms, and what they must refuse."""

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from coral_viz import evaluation, pid
from coral_viz.evaluation import readouts


def gaussian_classes(n, classes, spread, seed, width=12):
    """Labels and points around one random centre a class."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(classes, width)) * spread
    y = rng.integers(classes, size=n)
    x = centres[y] + rng.normal(size=(n, width))
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y)


@pytest.mark.parametrize("spread", [0.3, 0.6, 2.0])
def test_the_linear_readout_agrees_with_scikit_learn(spread):
    x, y = gaussian_classes(1500, 4, spread, 0)
    xt, yt = gaussian_classes(3000, 4, spread, 1)
    ours = readouts.fit(x, {"y": y, "binary": (y == 0).long()}, xt, seed=0)["linear"].posteriors["y"]
    best = 0.0
    for strength in readouts.STRENGTHS:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=500)).fit(x, y)
        best = max(best, balanced_accuracy_score(yt, model.predict(xt)))
    accuracy = evaluation.balanced_accuracy(ours, yt, torch.full((4,), 0.25))
    assert accuracy == pytest.approx(best, abs=0.005)


def test_logistic_weights_are_those_of_scikit_learn():
    x, y = gaussian_classes(800, 3, 0.5, 0)
    targets = readouts.Targets({"y": y})
    weights = readouts._logistic(x.T.contiguous(), targets, torch.arange(800), torch.tensor([[1.0]]))[0, 0]
    model = LogisticRegression(C=1.0, max_iter=1000, tol=1e-8).fit(x, y)
    difference = weights[:, :-1] - torch.tensor(model.coef_)
    assert (difference - difference.mean(0)).abs().max() < 0.01


def test_best_finds_what_linear_cannot():
    rng = np.random.default_rng(0)
    a, b = rng.integers(2, size=(2, 4000))
    x = torch.tensor(np.stack([a, b], 1) * 2.0 - 1 + 0.2 * rng.normal(size=(4000, 2)), dtype=torch.float32)
    y = torch.tensor(a ^ b)
    rows = evaluation.probe({"z": x[:2000]}, {"xor": y[:2000]}, {"z": x[2000:]}, {"xor": y[2000:]})
    bits = rows[rows.metric == "bits"].set_index("readout")["value"]
    assert bits["linear"] < 0.05
    assert bits["best"] > 0.95
    assert rows[rows.metric == "balanced_accuracy"]["value"].item() == pytest.approx(0.5, abs=0.05)


def test_bits_are_the_information_of_a_gaussian_channel():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=20_000)
    x = torch.tensor((2 * y - 1 + rng.normal(size=20_000))[:, None], dtype=torch.float32)
    y = torch.tensor(y)
    rows = evaluation.probe({"z": x[:4000]}, {"y": y[:4000]}, {"z": x[4000:]}, {"y": y[4000:]})
    t, w = np.polynomial.hermite_e.hermegauss(80)
    exact = 1 - (w / w.sum() * np.logaddexp(0, -2 * (1 + t))).sum() / math.log(2)
    assert rows[rows.metric == "bits"]["value"].to_numpy() == pytest.approx(exact, abs=0.02)


def test_balanced_accuracy_is_the_mean_recall_against_the_prior():
    posterior = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.9, 0.1], [0.3, 0.7]])
    label = torch.tensor([0, 0, 0, 1])
    assert evaluation.balanced_accuracy(posterior, label, torch.tensor([0.75, 0.25])) == pytest.approx((2 / 3 + 1) / 2)


def test_macro_accuracy_is_the_mean_recall_of_the_arg_max():
    posterior = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.9, 0.1], [0.7, 0.3]])
    label = torch.tensor([0, 0, 0, 1])
    assert evaluation.macro_accuracy(posterior, label) == 0.5
    assert evaluation.balanced_accuracy(posterior, label, torch.tensor([0.75, 0.25])) == pytest.approx((2 / 3 + 1) / 2)


def test_both_decisions_about_a_rare_class_are_rows_of_every_table():
    """One in ten: deciding for the likelier class hardly ever chooses the rare one, deciding against the prior does."""
    y = (torch.arange(4000) % 10 == 0).long()
    x = y[:, None] * 1.5 + torch.randn(4000, 1, generator=torch.Generator().manual_seed(0))
    rows = evaluation.probe({"z": x[:2000]}, {"y": y[:2000]}, {"z": x[2000:]}, {"y": y[2000:]})
    shares = rows[rows.unit == "share"].set_index("metric")["value"]
    x, y, x_test, y_test = x[:2000].numpy(), y[:2000], x[2000:].numpy(), y[2000:]
    for metric, weights in (("macro_accuracy", None), ("balanced_accuracy", "balanced")):
        model = LogisticRegression(class_weight=weights).fit(x, y)
        assert shares[metric] == pytest.approx(balanced_accuracy_score(y_test, model.predict(x_test)), abs=0.02)
    assert shares["balanced_accuracy"] > shares["macro_accuracy"] + 0.1


def test_a_class_without_probe_samples_is_never_chosen():
    y = torch.arange(600) % 2 * 2
    x = y[:, None] + torch.randn(600, 2, generator=torch.Generator().manual_seed(0)) / 10
    rows = evaluation.probe({"z": x}, {"y": y}, {"z": x}, {"y": y})
    assert rows[rows.metric == "balanced_accuracy"]["value"].item() == 1


@pytest.mark.parametrize("scale", [1e-30, 1e-9, 1e20])
def test_readouts_do_not_see_the_scale(scale):
    x, y = gaussian_classes(400, 3, 0.5, 0)
    plain, scaled = (readouts.fit(z, {"y": y}, z, seed=0)["best"].posteriors["y"] for z in (x, x * scale))
    torch.testing.assert_close(scaled, plain, atol=0.01, rtol=0)


def test_parts_whole_and_pairs_are_named_and_add_up():
    rng = np.random.default_rng(0)
    r, u = rng.integers(2, size=(2, 3000))

    def code(*bits):
        return torch.tensor(np.stack(bits, 1) + 0.05 * rng.normal(size=(3000, len(bits))), dtype=torch.float32)

    parts, labels = {"a": code(r, u), "b": code(r)}, {"r": torch.tensor(r), "u": torch.tensor(u)}
    first, second = slice(0, 1500), slice(1500, 3000)
    rows = evaluation.probe(
        {k: z[first] for k, z in parts.items()},
        {k: y[first] for k, y in labels.items()},
        {k: z[second] for k, z in parts.items()},
        {k: y[second] for k, y in labels.items()},
        pairs=(("a", "b", ("a", "b")),),
    )
    assert set(rows["part"]) == {"a", "b", "all", "a|b"}
    atoms = rows[rows.part == "a|b"].pivot(index="label", columns="metric", values="value")
    assert set(atoms) == {*pid.atoms.NAMES, "gap"}
    assert atoms.loc["r", "redundancy"] == pytest.approx(1, abs=0.02)
    assert atoms.loc["u", "unique_1"] == pytest.approx(1, abs=0.02)
    assert atoms.drop(columns=["redundancy", "unique_1"]).abs().to_numpy().max() < 0.02


def test_the_answer_follows_the_seed_not_the_global_state():
    x, y = gaussian_classes(400, 3, 0.5, 0)
    torch.manual_seed(1)
    one = readouts.fit(x, {"y": y}, x, seed=3)["best"].posteriors["y"]
    torch.manual_seed(2)
    assert torch.equal(one, readouts.fit(x, {"y": y}, x, seed=3)["best"].posteriors["y"])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda x, y: (x.index_fill(0, torch.tensor([2]), math.nan), y),
            "probe embedding holds 12 NaN or infinite numbers",
        ),
        (lambda x, y: (x, torch.zeros_like(y)), "label 'y' has one class in the probe data"),
        (lambda x, y: (x, y[:-1]), "label 'y' has 399 entries for 400 embedded samples"),
        (lambda x, y: (x, y - 1), "label 'y' holds -1; classes are numbered from 0"),
    ],
)
def test_bad_data_is_a_sentence(spoil, sentence):
    x, y = gaussian_classes(400, 3, 0.5, 0)
    x_bad, y_bad = spoil(x, y)
    with pytest.raises(ValueError, match=sentence):
        readouts.fit(x_bad, {"y": y_bad}, x, seed=0)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda y: y[:-1], "label 'y' has 399 entries in the test data for 400 samples"),
        (lambda y: y + 1, "label 'y' has class 3 in the test data, which no probe sample has"),
        (lambda y: y - 1, "label 'y' has class -1 in the test data"),
    ],
)
def test_bad_test_data_is_a_sentence(spoil, sentence):
    x, y = gaussian_classes(400, 3, 0.5, 0)
    with pytest.raises(ValueError, match=sentence):
        evaluation.probe({"z": x}, {"y": y}, {"z": x}, {"y": spoil(y)})


def pairs_of_pieces(count, n, seed):
    """Pairs of a few pieces, each with a random embedding and a random class: nothing generalises to new pieces."""
    generator = torch.Generator().manual_seed(seed)
    embeddings, classes = torch.randn(count, 20, generator=generator), torch.randint(2, (count,), generator=generator)
    pieces = torch.randint(count, (n, 2), generator=generator)
    return embeddings[pieces].flatten(1), {"y": classes[pieces[:, 0]]}, pieces


def test_what_knows_its_pieces_by_heart_is_not_best():
    x, labels, pieces = pairs_of_pieces(60, 3000, 0)
    x_test, labels_test, _ = pairs_of_pieces(60, 2000, 1)
    blind, aware = (readouts.fit(x, labels, x_test, pieces=p, seed=0)["best"] for p in (None, pieces))
    assert blind.held_out["y"] < 0.1 < math.log(2) - 0.1 < aware.held_out["y"]
    ys = labels_test["y"].numpy()
    bits = [pid.information_from_posterior(r.posteriors["y"].numpy(), ys)[0] for r in (blind, aware)]
    assert bits[0] < -1
    assert abs(bits[1]) < 0.3


def test_pieces_are_held_out_whole():
    pieces = torch.randint(40, (500, 2), generator=torch.Generator().manual_seed(0))
    ((kept, held, mixed),) = readouts._splits(500, pieces, 0)
    assert sorted(torch.cat([kept, held, mixed]).tolist()) == list(range(500))
    assert not set(pieces[kept].flatten().tolist()) & set(pieces[held].flatten().tolist())
    assert 50 <= len(held) < 70
    with pytest.raises(ValueError, match="every one of 5 probe samples shares a piece"):
        readouts._splits(5, torch.zeros(5, 2, dtype=torch.long), 0)


def test_of_few_samples_every_part_is_held_out_once_and_no_group_is_divided():
    groups = torch.arange(60)[:, None] // 4
    for pieces in (None, groups):
        splits = readouts._splits(60, pieces, 3)
        assert len(splits) == readouts.FOLDS
        assert sorted(torch.cat([held for _, held, _ in splits]).tolist()) == list(range(60))
        assert all(sorted(torch.cat(split).tolist()) == list(range(60)) for split in splits)
    assert all(
        not set(groups[kept].flatten().tolist()) & set(groups[held].flatten().tolist()) for kept, held, _ in splits
    )
    assert len(readouts._splits(8, torch.arange(8)[:, None] // 4, 0)) == 2
    assert len(readouts._splits(readouts.FEW, None, 0)) == 1
    with pytest.raises(ValueError, match="every one of 6 probe samples shares a piece"):
        readouts._splits(6, torch.zeros(6, 1, dtype=torch.long), 0)


def test_the_best_readout_of_few_samples_is_hardly_below_the_linear_one():
    generator, lost = torch.Generator().manual_seed(0), []
    for seed in range(8):
        x = torch.randn(1100, 16, generator=generator)
        y = (x[:, 0] + 1.5 * torch.randn(1100, generator=generator) > 0).long()
        found = readouts.fit(x[:100], {"y": y[:100]}, x[100:], seed=seed)
        linear, best = (
            pid.information_from_posterior(found[name].posteriors["y"].numpy(), y[100:].numpy())[0]
            for name in ("linear", "best")
        )
        lost.append(linear - best)
    assert sum(lost) / len(lost) < 0.02


@pytest.mark.parametrize(
    "made",
    [
        lambda x, y: (x.double(), y.int()),
        lambda x, y: (x.requires_grad_(), y),
        lambda x, y: (x.detach().numpy(), y.numpy().astype(bool)),
        lambda x, y: (x, y * 500_000),
    ],
)
def test_any_dtype_and_numbering_of_labels_gives_the_same_bits(made):
    x, y = gaussian_classes(300, 2, 0.5, 0)
    expected = evaluation.probe({"z": x}, {"y": y}, {"z": x}, {"y": y})
    x, y = made(x.clone(), y)
    found = evaluation.probe({"z": x}, {"y": y}, {"z": x}, {"y": y})
    assert found["value"].to_numpy() == pytest.approx(expected["value"].to_numpy(), abs=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_half_precision_is_probed_also_where_gradients_are_off(dtype, mode):
    x, y = gaussian_classes(300, 2, 1.0, 0)
    with mode():
        rows = evaluation.probe({"z": x.to(dtype)}, {"y": y}, {"z": x.to(dtype)}, {"y": y})
    assert rows[rows.metric == "balanced_accuracy"]["value"].item() > 0.9


def test_labels_that_are_no_classes_are_refused():
    x, y = gaussian_classes(300, 2, 1.0, 0)
    with pytest.raises(ValueError, match=r"label 'y' must hold whole numbers, one for each class, not torch.float32"):
        evaluation.probe({"z": x}, {"y": y.float()}, {"z": x}, {"y": y})
