"""Questions of the closing test: they follow from the seed, and their answers are right by another way."""

import itertools
import math
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from coral_viz import pid
from coral_viz.teach.items import KINDS, OPTIONS, atom_items, items, learning_items, number_items
from coral_viz.teach.items.quiz_item import item

SEEDS = st.integers(0, 10**6)
of_kind = given(SEEDS.map(np.random.default_rng))


def numbers(words):
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+(?:\.\d+)?", words)]


def atoms(words):
    return [float(number) for number in re.findall(r"\d\.\d\d", words)]


@given(SEEDS)
def test_ten_questions_follow_from_the_seed_and_have_one_right_option(seed):
    asked = items(seed)
    assert asked == items(seed)
    assert len({each.question for each in asked}) == 10
    for each in asked:
        assert len(set(each.options)) == OPTIONS == len(each.options)
        assert each.options.count(each.answer) == 1
        assert each.why.endswith(".")


@given(SEEDS)
def test_every_kind_is_asked_and_no_two_of_one_kind_have_the_same_answer(seed):
    asked = iter(items(seed))
    for count in KINDS.values():
        assert len({each.answer for each in itertools.islice(asked, count)}) == count > 0
    assert next(asked, None) is None


def test_other_seeds_ask_other_questions():
    assert len({items(seed)[0].question for seed in range(20)}) > 5


def test_too_few_wrong_options_are_refused():
    with pytest.raises(ValueError, match="2 wrong options of 'Which"):
        item("Which?", "R", ["S", "R", "S", "U1"], "So.", "01, section 1", np.random.default_rng(0))


@of_kind
def test_atoms_of_gates_are_those_of_the_solver(rng):
    asked = atom_items.of_a_gate(rng)
    copies = 0.5 * ("three of four" in asked.question) + 1.0 * ("always equal" in asked.question)
    p = np.zeros((2, 2, 2))
    for y, x1, x2 in (map(int, found) for found in re.findall(r"(\d) for \((\d), (\d)\)", asked.question)):
        p[x1, x2, y] = (1 - copies) / 4 + copies / 2 * (x1 == x2)
    assert p.sum() == 1, "the pairs that occur"
    assert 0 < p[..., 1].sum() < 1, "the target varies"
    np.testing.assert_allclose(atoms(asked.answer), pid.broja(p).as_array(), atol=0.0051)


@of_kind
def test_the_reason_of_a_gate_names_the_atom_that_is_zero(rng):
    asked = atom_items.of_a_gate(rng)
    told = dict(zip(("R", "U1", "U2", "S"), atoms(asked.answer)))
    *zeros, redundancy, atom, total = re.search(
        r"so (U\d)(?: = (U2))? = 0 and R = (.*); .* give (.*) = (.*) − R", asked.why
    ).groups()
    assert all(told[name] == 0 for name in zeros if name)
    assert told["R"] == pytest.approx(float(redundancy), abs=0.0051)
    assert told[atom] == pytest.approx(float(total) - float(redundancy), abs=0.0051)
    assert sum(told.values()) == pytest.approx(float(total), abs=0.0151)


@of_kind
def test_atoms_of_informations_keep_the_sums(rng):
    asked = atom_items.of_informations(rng)
    one, two, _, both, r = numbers(asked.question)[:5]
    sums = {option: _sums(atoms(option)) for option in asked.options}
    assert sums[asked.answer] == pytest.approx((one, two, both))
    assert atoms(asked.answer)[0] == r
    assert all(sums[option] != pytest.approx((one, two, both)) for option in asked.options if option != asked.answer)


def _sums(values):
    return values[0] + values[1], values[0] + values[2], sum(values)


@of_kind
def test_orthogonal_parts_have_the_atoms_that_counting_finds(rng):
    asked = atom_items.of_orthogonal_parts(rng)
    first, second = re.findall(r"\(([^()]*), 0, 0\) and \(0, 0, ([^()]*)\)", asked.question)[0]
    target = re.search(r"about (.*)\?", asked.question)[1]
    seen = Counter()
    for a, b, c in itertools.product((-1, 1), repeat=3):
        known = {"a": a, "b": b, "−b": -b, "ab": a * b, "c": c}
        parts = [tuple(known[name] for name in part.split(", ")) for part in (first, second)]
        seen[(*parts, {"a": a, "the pair (a, b)": (a, b), "whether a = b": a == b}[target])] += 1
    places = [{value: i for i, value in enumerate(dict.fromkeys(column))} for column in zip(*seen)]
    p = np.zeros([len(place) for place in places])
    for outcome, count in seen.items():
        p[tuple(place[value] for place, value in zip(places, outcome))] = count / 8
    np.testing.assert_allclose(atoms(asked.answer), pid.broja(p).as_array(), atol=0.0051)


def shown(training, first, second):
    """What two partners show of their views, as probabilities of (latents, partner 1, partner 2), with two classes."""
    worlds = []
    for r, u1, u2, t1, d, s1, s2 in itertools.product((0, 1), repeat=7):
        t2 = t1 if training == "biased" else (t1 + d) % 2
        views = []
        for seen, step in ((first, s1), (second, s2)):
            moved = step if training == "relation" else 0
            modalities = {1: (r, u1, (t1 + moved) % 2), 2: (r, u2, (t2 + moved) % 2)}
            hidden = {m: modalities[m][2:] if training == "relation" else modalities[m] for m in seen}
            views.append(tuple(hidden.values()))
        worlds.append(({"r": r, "u1": u1, "u2": u2, "t1": t1, "t2": t2}, *views))
    return worlds


def information(pairs):
    """I(A;B) in bits of equally likely pairs."""
    counts = [Counter(values) for values in (*zip(*pairs), pairs)]
    entropies = [-sum(n / len(pairs) * math.log2(n / len(pairs)) for n in count.values()) for count in counts]
    return entropies[0] + entropies[1] - entropies[2]


@pytest.mark.parametrize(
    ("answer", "case"), [(answer, case) for answer, cases in learning_items.LOSSES.items() for case in cases]
)
def test_a_loss_rewards_what_one_partner_tells_about_what_the_other_shows(answer, case):
    """A latent that a partner shows is rewarded if the other partner has information about it."""
    training, first, second = case
    worlds = shown(*case)
    rewarded = set()
    for seen, mine, other in ((first, 1, 2), (second, 2, 1)):
        names = {name for m in seen for name in learning_items.LATENTS[m]}
        if training == "relation":
            names = {"t1", "t2"} if information([(world[mine], world[other]) for world in worlds]) > 0.5 else set()
            assert not names or seen == (1, 2)
        else:
            names = {name for name in names if information([(w[0][name], w[other]) for w in worlds]) > 0.5}
        rewarded |= names
    labels = {"R": {"r"}, "U1": {"u1"}, "U2": {"u2"}, "S": {"t1", "t2"}}
    assert set(answer.split(", ")) - {"none"} == {label for label, needs in labels.items() if needs <= rewarded}


@of_kind
def test_losses_are_asked_as_they_are(rng):
    asked = learning_items.of_a_loss(rng)
    first, second = re.search(r"partners: (.*) in view 1, and (.*) in view 2", asked.question).groups()
    seen = {words: key for key, words in learning_items.SEEN.items()}
    training = next(name for name in learning_items.TRAININGS if name in asked.question.split("Training is")[1])
    assert (training, seen[first], seen[second]) in learning_items.LOSSES[asked.answer]


@of_kind
def test_labels_that_a_mask_leaves_are_those_whose_digits_it_shows(rng):
    asked = learning_items.of_a_mask(rng)
    strips = re.search(r"strip 1 shows (.*); strip 2 shows (.*)\. Which", asked.question).groups()
    one, two = (set(re.findall(r"r|u\d|t\d", words.replace("nothing", ""))) for words in strips)
    expected = {"R"} if "r" in one | two else set()
    expected |= {f"U{m}" for m, strip in ((1, one), (2, two)) if f"u{m}" in strip}
    expected |= {"S"} if "t1" in one and "t2" in two else set()
    assert set(asked.answer.split(", ")) - {"none"} == expected


def test_a_linear_probe_reads_what_a_fitted_one_reads():
    """Logistic regression on all values of the bits, nearly without regularisation."""
    for n, ones, held, read in learning_items.LINEAR:
        x = np.array(list(itertools.product((0, 1), repeat=n)))
        y = np.isin(x.sum(1), ones)
        share = y.mean()
        assert held == pytest.approx(stats.entropy([share, 1 - share], base=2))
        fitted = LogisticRegression(C=1e6, max_iter=1000).fit(x, y)
        loss = log_loss(y, fitted.predict_proba(x)) / math.log(2)
        assert held - loss == pytest.approx(read, abs=0.005), ones
    assert {bool(read) for *_, read in learning_items.LINEAR} == {True, False}


@of_kind
def test_intervals_are_students(rng):
    asked = number_items.of_an_interval(rng)
    first, second = re.search(r"reaches (.*) %, and B, with the same seeds, (.*) %\. What", asked.question).groups()
    differences = np.subtract(numbers(second), numbers(first))
    mean, spread = differences.mean(), stats.sem(differences)
    low, high = stats.t.interval(0.95, 2, mean, spread) if spread else (mean, mean)
    assert numbers(asked.answer)[0] == mean
    assert ("excludes" in asked.answer) == (low > 0 or high < 0)


@of_kind
def test_as_many_intervals_exclude_zero_by_chance_as_miss_the_truth(rng):
    asked = number_items.of_chance(rng)
    k, level, _ = numbers(asked.question)
    assert float(asked.answer) == k * (100 - level) / 100


@of_kind
def test_o_information_is_the_known_one(rng):
    asked = number_items.of_o_information(rng)
    m = int(asked.question[0])
    one, rest = (m - 1, 1) if "copies" in asked.question else (1, m - 1)
    assert numbers(asked.answer) == [one, rest, one - rest]
