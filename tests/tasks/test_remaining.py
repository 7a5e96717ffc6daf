"""What visible tokens tell: exact posteriors and information under masks, against slow and independent ways to them."""

import copy
import functools
import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz import methods, pid, tasks
from coral_viz.tasks import visible
from coral_viz.tasks.bayes import label_posteriors
from coral_viz.tasks.factors import WORKING

LOOKS = {"observation": "looks"} | WORKING["looks"]
SPREAD = {"observation": "spread"} | WORKING["spread"]
SMALL = LOOKS | {"classes": 2, "features": 12, "tokens": 4}


def load(**dials):
    return tasks.load("factors", **LOOKS | dials)


def first(task, *counts):
    """The mask that shows the first tokens of each modality."""
    return {m.name: torch.arange(m.shape[0]) < count for m, count in zip(task.modalities, counts)}


def bits(remaining):
    return [each.bits for each in (*remaining.alone, remaining.together)]


def errors(remaining):
    return [each.error for each in (*remaining.alone, remaining.together)]


# --- by brute force ---------------------------------------------------------------------------------------------------


def enumerated(task, m, looks, steps=40):
    """p(looks | latents) for every combination of modality m's latents, phases summed over a grid; up to a constant."""
    planes, count = task.planes[m].double(), len(task.shown[m])
    phi = ((torch.arange(steps, dtype=torch.float64) + 0.5) / steps * 2 - 1) * task.alpha
    circle = torch.stack([phi.cos(), phi.sin()], 1)
    amplitudes = list(task.shown[m].values())
    likelihood = torch.zeros((task.classes,) * count, dtype=torch.float64)
    for classes in itertools.product(range(task.classes), repeat=count):
        points = [a * circle @ planes[f, k] for f, (k, a) in enumerate(zip(classes, amplitudes))]
        every = sum(
            p.reshape([-1 if g == f else 1 for g in range(count)] + [task.features]) for f, p in enumerate(points)
        )
        for x in looks.double():
            distance = (x - every).square().sum(-1) / (2 * task.sigma**2)
            likelihood[classes] += (-distance).flatten().logsumexp(0)
    return (likelihood - likelihood.max()).exp()


@pytest.mark.parametrize("dials", [{"alpha": 2.3}, {"alpha": math.pi}, {"sigma": 0.8, "alpha": 0.5}])
def test_posteriors_under_masks_equal_an_enumeration_of_latents_and_phases(dials):
    task = load(**SMALL | {"amplitude_unique": 0.0, "amplitude_redundancy": 0.7, "seed": 1} | dials)
    batch = task.sample(3, "test", 0)
    mask = {
        "modality_1": torch.tensor([False, True, True, False]),
        "modality_2": torch.tensor([False, False, True, False]),
    }
    found = task.posteriors(batch, mask)
    for i in range(3):
        p1 = enumerated(task, 0, batch.inputs[0][i, 1:3])
        p2 = enumerated(task, 1, batch.inputs[1][i, 2:3])
        r = torch.einsum("ra,rb->r", p1, p2)
        torch.testing.assert_close(found["redundancy"][0][i], p1.sum(1) / p1.sum(), atol=1e-3, rtol=0)
        torch.testing.assert_close(found["redundancy"][1][i], p2.sum(1) / p2.sum(), atol=1e-3, rtol=0)
        torch.testing.assert_close(found["redundancy"][2][i], r / r.sum(), atol=1e-3, rtol=0)
        same = torch.einsum("ra,ra->", p1, p2) / torch.einsum("ra,rb->", p1, p2)
        assert found["synergy"][2][i, 1].item() == pytest.approx(same.item(), abs=1e-3)
        assert found["synergy"][0][i].tolist() == [0.5, 0.5]


def evidence_of_one_look(radius, sigma, alpha, side=201, phases=100):
    """The log likelihood ratio of two classes given one look: its values, and how likely each is under class 0.

    In coordinates of unit noise a class is a circle in its plane; the ratio is that of the two planes' own evidence.
    """
    rim, edge = radius / sigma, radius / sigma + 6
    axis = np.linspace(-edge, edge, side)
    y = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1)
    phi = ((np.arange(phases) + 0.5) / phases * 2 - 1) * alpha
    blank = np.exp(-(y**2).sum(-1) / 2) / (2 * np.pi)
    drawn = np.mean([np.exp(-((y - rim * np.array([np.cos(p), np.sin(p)])) ** 2).sum(-1) / 2) for p in phi], axis=0) / (
        2 * np.pi
    )
    evidence, cell = np.log(drawn / blank), (axis[1] - axis[0]) ** 2
    step = 0.05
    bins = np.round(evidence / step).astype(int)
    low, high = bins.min(), bins.max()
    of_drawn, of_blank = (np.bincount((bins - low).ravel(), (p * cell).ravel(), high - low + 1) for p in (drawn, blank))
    ratio = np.convolve(of_drawn, of_blank[::-1])  # evidence of plane 0 minus that of plane 1
    return (np.arange(len(ratio)) - (high - low)) * step, ratio / ratio.sum()


def several(values, p, count):
    """The log likelihood ratio of several looks."""
    step, total = values[1] - values[0], np.array([1.0])
    for _ in range(count):
        total = np.convolve(total, p)
    return (np.arange(len(total)) - (len(total) - 1) / 2) * step, total


def entropy(q):
    return -sum(np.where(s > 0, s * np.log2(np.maximum(s, 1e-300)), 0) for s in (q, 1 - q))


def told_by(values, p):
    """I(class; ratio) in bits of two fair classes: the ratio's law under class 1 is its mirror image."""
    return 1 - (p * entropy(1 / (1 + np.exp(-values)))).sum()


def told_of_relation(one, two):
    """I([t = c]; both ratios) of two fair classes each."""
    (v, p), (w, q) = one, two
    same = 0.5 + np.tanh(v / 2)[:, None] * np.tanh(w / 2) / 2
    return 1 - p @ entropy(same) @ q


@pytest.mark.parametrize("alpha", [2.3, math.pi])
def test_information_equals_numerical_integration(alpha):
    task = load(**SMALL, alpha=alpha)
    one = evidence_of_one_look(math.sqrt(task.features / 3), task.sigma, alpha)
    for counts in ((1, 1), (2, 1), (3, 2)):
        left = task.information(first(task, *counts), n=20_000)
        a, b, both = (several(*one, count) for count in (*counts, sum(counts)))
        expected = [told_by(*a), told_by(*b), told_by(*both)]
        assert bits(left["redundancy"]) == pytest.approx(expected, abs=0.01)
        assert bits(left["unique_1"]) == pytest.approx([expected[0], 0, expected[0]], abs=0.01)
        assert bits(left["unique_2"]) == pytest.approx([0, expected[1], expected[1]], abs=0.01)
        assert bits(left["synergy"]) == pytest.approx([0, 0, told_of_relation(a, b)], abs=0.01)
        assert max(errors(left["redundancy"])) < 0.004


class Reader(torch.nn.Module):
    """Class evidence of every token by a perceptron, summed over visible ones; the relation from both sides."""

    def __init__(self, features, classes):
        super().__init__()
        sizes = (features, 64, 64, 3 * classes)
        layers = [
            torch.nn.Sequential(torch.nn.Linear(a, b), torch.nn.GELU()) for a, b in itertools.pairwise(sizes[:-1])
        ]
        self.side = torch.nn.ModuleList(
            torch.nn.Sequential(*map(copy.deepcopy, layers), torch.nn.Linear(sizes[-2], sizes[-1])) for _ in range(2)
        )
        self.same, self.bias = (torch.nn.Parameter(torch.zeros(shape)) for shape in ((classes, classes), 1))

    def forward(self, inputs):
        one, two = (net(x).sum(1).unflatten(1, (3, -1)).unbind(1) for net, x in zip(self.side, inputs))
        odds = torch.einsum("nk,kl,nl->n", one[2].softmax(1), (4 * self.same).sigmoid(), two[2].softmax(1))
        odds = odds.clamp(1e-6, 1 - 1e-6)
        synergy = torch.stack([(1 - odds).log(), odds.log() + self.bias], 1)
        return {"redundancy": one[0] + two[0], "unique_1": one[1], "t": one[2], "c": two[2], "synergy": synergy}


@pytest.mark.slow
def test_information_is_what_a_supervised_reader_reaches():
    """On 20 000 samples unseen in training; a reader's cross-entropy can only show less."""
    task, counts, steps = load(seed=5), (4, 2), 1000
    torch.manual_seed(0)
    pool = task.sample(128_000, "probe", 1)
    reader = Reader(task.features, task.classes)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps)

    def read(batch):
        return reader([x[:, :count] for x, count in zip(batch.inputs, counts)])

    for _ in range(steps):
        batch = pool[torch.randint(len(pool), (512,))]
        loss = sum(F.cross_entropy(logits, batch.labels[label]) for label, logits in read(batch).items())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    test = task.sample(20_000, "test", 9)
    left = task.information(first(task, *counts), n=20_000)
    with torch.no_grad():
        for label, logits in read(test).items():
            if label in task.labels:
                found = math.log2(logits.shape[1]) - F.cross_entropy(logits, test.labels[label]).item() / math.log(2)
                assert found == pytest.approx(left[label].together.bits, abs=0.03)


def test_information_is_that_of_posteriors_scored_by_labels():
    task = load(seed=3)
    batch, mask = task.sample(20_000, "test", 7), first(task, 3, 2)
    left = task.information(mask)
    told = task.posteriors(batch, mask)
    assert told.keys() == left.keys()
    assert told.keys() == task.truth.keys()
    for label, posteriors in told.items():
        scored = [pid.information_from_posterior(p.numpy(), batch.labels[label].numpy())[0] for p in posteriors]
        assert bits(left[label]) == pytest.approx(scored, abs=0.03)


@pytest.mark.parametrize(
    "dials", [{"warp": 0.6}, {"distribution": "relation"}, {"distribution": "biased", "alpha": 0.4}]
)
def test_posteriors_under_masks_are_calibrated(dials):
    task = load(seed=2, **dials)
    batch = task.sample(4000, "test", 0)
    told = task.posteriors(batch, first(task, 2, 3))
    assert told.keys() == task.truth.keys()
    for label, posteriors in told.items():
        for p in posteriors:
            right = p[torch.arange(4000), batch.labels[label]]
            assert right.mean().item() == pytest.approx((p**2).sum(1).mean().item(), abs=0.02)


def test_posteriors_of_tokens_multiply_to_those_of_the_observation():
    task = load(seed=4)
    batch = task.sample(50, "test", 0)
    tokens, whole = task.token_posteriors(batch), task.posteriors(batch)
    assert [list(each) for each in tokens] == [["r", "u_1", "t_1"], ["r", "u_2", "t_2"]]
    assert tokens[0]["r"].shape == (50, 8, 4)
    product = tokens[1]["u_2"].log().sum(1).softmax(1)
    torch.testing.assert_close(product, whole["unique_2"][1])
    last = {"modality_1": torch.arange(8) == 7, "modality_2": torch.arange(8) == 7}
    torch.testing.assert_close(task.posteriors(batch, last)["unique_2"][1], tokens[1]["u_2"][:, 7])


# --- three modalities or more -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 4])
def test_relations_of_many_modalities_are_told_as_an_enumeration_tells_them(count):
    task = load(count=count, classes=3, amplitude_pairs=1.0, features=40, sigma=3.0, tokens=2, seed=2)
    batch = task.sample(5, "test", 0)
    tokens = task.token_posteriors(batch)
    left = task.information(n=300)
    alone = [{name: p.log().sum(1).softmax(1) for name, p in each.items()} for each in tokens]
    found = label_posteriors(task.model, [{name: p.log() for name, p in each.items()} for each in alone])
    for label, members in {"synergy": range(count), "synergy_13": (0, 2), "synergy_23": (1, 2)}.items():
        name = {m: f"t_{m + 1}" if label == "synergy" else f"t_{label[-2:]}_{m + 1}" for m in members}
        told = torch.zeros(5, 3, dtype=torch.float64)
        for ts in itertools.product(range(3), repeat=len(members)):
            chance = math.prod(alone[m][name[m]][:, t] for m, t in zip(members, ts))
            told[:, (ts[-1] - sum(ts[:-1])) % 3] += chance
        told *= torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)
        torch.testing.assert_close(found[label][-1][:, 1], told[:, 0] / told.sum(1))
        assert bits(left[label])[:-1] == [0] * count
        assert 0 < left[label].together.bits < 1
    r = torch.stack([each["r"] for each in alone]).prod(0)
    torch.testing.assert_close(found["redundancy"][-1], r / r.sum(1, keepdim=True))


# --- what holds under every mask --------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(
    st.lists(st.booleans(), min_size=8, max_size=8).filter(any),
    st.lists(st.booleans(), min_size=8, max_size=8),
    st.permutations(range(8)),
)
def test_one_side_tells_no_synergy_more_tokens_tell_more_and_their_order_nothing(one, two, order):
    task = world()
    masks = torch.tensor(one), torch.tensor(two)
    left = task.information(dict(zip(("modality_1", "modality_2"), masks)))
    assert bits(left["synergy"])[:2] == [0, 0]
    moved = task.information({"modality_1": masks[0][list(order)], "modality_2": masks[1][list(order)]})
    more = task.information({"modality_1": masks[0], "modality_2": masks[1] | (torch.arange(8) == order[0])})
    for label, remaining in left.items():
        limits = zip(bits(remaining), bits(moved[label]), bits(more[label]), errors(remaining), errors(moved[label]))
        for found, elsewhere, with_more, error, other in limits:
            assert 0 <= found <= task.truth[label].information + 1e-9
            assert abs(found - elsewhere) <= 5 * math.hypot(error, other) + 1e-9
            assert with_more >= found - error - 1e-9
    if not any(two):
        assert left["unique_2"].together == (0, 0)
        assert left["redundancy"].together == left["redundancy"].alone[0]


@functools.cache
def world():
    return load(seed=8)


def test_synergy_is_what_masks_hurt_most():
    half = world().information(first(world(), 4, 4))
    share = {label: half[label].together.bits / world().truth[label].information for label in world().labels}
    assert share["synergy"] < share["unique_1"] < share["redundancy"]


def test_all_tokens_tell_the_truth_and_one_is_poor():
    whole, poor = world().information(), world().information(first(world(), 1, 1))
    for label in world().labels:
        told = world().truth[label]
        assert bits(whole[label]) == pytest.approx([told.information_1, told.information_2, told.information], abs=0.03)
        assert poor[label].together.bits < 0.75 * told.information
    spread = load(**SPREAD)
    told = spread.information()
    assert told.keys() == spread.truth.keys()
    for label, remaining in told.items():
        assert remaining.together.bits == pytest.approx(spread.truth[label].information, abs=0.001)


def test_samples_are_read_once_for_all_masks(monkeypatch):
    task, drawn = load(seed=9), []
    sample = task.sample
    monkeypatch.setattr(task, "sample", lambda *given: drawn.append(given) or sample(*given))
    for count in range(1, 9):
        task.information(first(task, count, 8), n=100)
    assert drawn == [(100, "test", 0)]
    task.information(n=100, seed=1)
    assert len(drawn) == 2


# --- masks ------------------------------------------------------------------------------------------------------------


def test_patterns_are_averaged_and_go_together():
    task, n = world(), 2000
    counts = {"modality_1": (1, 8), "modality_2": (8, 1)}
    masks = {name: torch.arange(8) < torch.tensor(of)[:, None] for name, of in counts.items()}
    both = task.information(masks, n=n)
    ends = [task.information(first(task, *counts), n=n) for counts in ((1, 8), (8, 1))]
    for label in task.labels:
        mean = np.mean([bits(end[label]) for end in ends], 0)
        assert bits(both[label]) == pytest.approx(mean, abs=0.05)


@pytest.mark.parametrize("ratio", [0, 0.3, 0.5, 0.875])
def test_a_ratio_hides_its_share_of_every_modality(ratio):
    masks = visible.at_ratio(world().modalities, ratio, patterns=400)
    for mask in masks.values():
        assert (mask.sum(1) == math.floor(8 * (1 - ratio) + 1e-9)).all()
        assert mask.float().mean(0).numpy() == pytest.approx(np.full(8, mask.float().mean()), abs=0.1)
    assert not ratio or not torch.equal(*masks.values())


@pytest.mark.parametrize(("name", "variant"), [("coral", "view 1"), ("infmasking", "mask 1"), ("comm", "modality_2")])
def test_what_a_method_hides_is_a_mask(name, variant):
    task = world()
    torch.manual_seed(0)
    method = methods.build(name, task)
    views = task.views(task.sample(500, "train", 0), torch.Generator().manual_seed(0))
    hidden = method.explain(*views, 1.0).masks[variant]
    masks = visible.of_hidden(task.modalities, hidden)
    assert torch.equal(torch.cat(list(masks.values()), 1), ~hidden)
    left = task.information(masks)["unique_2"]
    expected = {"coral": 2.0, "infmasking": 1.5, "comm": 2.0}[name]
    assert left.together.bits == pytest.approx(expected, abs=0.1)
    assert (task.information(masks)["unique_1"].together.bits == 0) == (name == "comm")


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        ({"modality_3": [True] * 8}, "modality 'modality_3' does not exist; the task has modality_1, modality_2"),
        ({"modality_1": [True] * 7}, r"mask of modality_1 has shape \(7,\); it takes \(8,\) or \(patterns, 8\)"),
        ({"modality_2": [[[True] * 8]]}, r"mask of modality_2 has shape \(1, 1, 8\)"),
        ({"modality_2": True}, r"mask of modality_2 has shape \(\)"),
        ({"modality_1": torch.ones(0, 8, dtype=torch.bool)}, r"mask of modality_1 has shape \(0, 8\)"),
        ({"modality_1": [1] * 8}, "mask of modality_1 is of torch.int64; it takes True where a token is visible"),
        ({"modality_1": [False] * 8, "modality_2": [False] * 8}, "the mask leaves no token of any modality"),
        (
            {"modality_1": np.ones((2001, 8), dtype=bool)},
            "2001 patterns of modality_1 need as many samples, but n = 2000",
        ),
    ],
)
def test_bad_masks_are_a_sentence(mask, sentence):
    with pytest.raises(ValueError, match=sentence):
        world().information(mask)


def test_bad_requests_are_a_sentence():
    with pytest.raises(ValueError, match=r"ratio = 0.9 leaves none of the 8 tokens of modality_1; .* at most 0.875"):
        visible.at_ratio(world().modalities, 0.9)
    with pytest.raises(ValueError, match="ratio = -1 is not allowed; it takes a number from 0 to 1"):
        visible.at_ratio(world().modalities, -1)
    with pytest.raises(ValueError, match=r"hidden has shape \(3, 8\); these modalities need \(patterns, 16\)"):
        visible.of_hidden(world().modalities, torch.zeros(3, 8, dtype=torch.bool))
    with pytest.raises(ValueError, match="n = 1 samples give no standard error"):
        world().information(n=1)
    spread = load(**SPREAD)
    with pytest.raises(ValueError, match="the information in some tokens of a spread observation is unknown"):
        spread.information(first(spread, 8, 4))
    assert bits(spread.information(first(spread, 8, 0))["redundancy"]) == pytest.approx([2, 0, 2], abs=1e-3)
    with pytest.raises(ValueError, match="a token of a spread observation has no posterior of its own"):
        spread.token_posteriors(spread.sample(2, "test", 0))
    many = load(count=3)
    with pytest.raises(ValueError, match="2 modalities, not 3"):
        many.posteriors(many.sample(2, "test", 0))
