"""What a mask leaves, in the masking explorer: tokens hidden by share or by click, exact bits, bits that are read."""

import contextlib
import itertools

import pytest
import torch

from coral_viz import explore, runs, tasks
from coral_viz.explore import visible_tokens
from coral_viz.explore.presenter import AT_REST

LEFT = "bits under a mask"
TINY = runs.Budget(steps=4, batch=16, samples=64, probe_samples=64, test_samples=64)
SPREAD = {"observation": "spread", "features": 6, "sigma": 0.15}
SPECS = {
    "digits": runs.RunSpec.make("coral", "digits", 1, knobs={"dim": 8, "width": 8}, budget=TINY),
    "looks": runs.RunSpec.make("infmasking", "factors", 1, budget=TINY),
    "spread": runs.RunSpec.make("coral", "factors", 1, dials=SPREAD, budget=TINY),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    store = runs.Store(tmp_path_factory.mktemp("looks"))
    assert {o.status for o in runs.execute(SPECS.values(), store, device="cpu", executor="serial")} == {"done"}
    return str(store.root)


@pytest.fixture
def shown(place):
    return explore.masking(folder=place, run=SPECS["digits"].id, picture=LEFT)


def left(shown):
    return shown.compute(shown.settings)[1]


def masks(shown):
    return {name: [i + 1 for i in range(len(v)) if not v[i]] for name, v in left(shown).visible.items()}


@contextlib.contextmanager
def counted(shown):
    """How often the picture was drawn inside."""
    drawn, draw = [], shown.draw
    shown.draw = lambda *given: (drawn.append(1), draw(*given))[1]
    yield drawn
    shown.draw = draw


def test_a_click_hides_a_token_and_another_shows_it(shown):
    shown.widgets["mask_ratio"].value = 0.0
    assert masks(shown) == {"modality_1": [], "modality_2": []}
    button = shown.widgets["hidden"].buttons["modality_1"][2]
    assert (button.description, button.tooltip) == ("M1 T3", "hide token 3 of modality 1")
    with counted(shown) as drawn:
        button.value = True
    assert drawn == [1]
    assert masks(shown) == {"modality_1": [3], "modality_2": []}
    assert (button.description, button.tooltip) == ("M1 T3 hidden", "show token 3 of modality 1")
    assert "modality 1 hides 1 of 6 tokens, modality 2 hides 0 of 6 tokens" in shown.presenter.shown.alt
    button.value = False
    assert masks(shown) == {"modality_1": [], "modality_2": []}


def test_bits_left_are_those_of_the_places_that_are_seen(shown):
    """Places 1 and 2 of a strip show r, 3 and 4 show u, 5 and 6 show the relation."""
    shown.widgets["hidden"].value = {"modality_1": (1, 2, 5), "modality_2": (3, 4)}
    told = left(shown).exact
    assert [bits for bits, _ in told["redundancy"].alone] == pytest.approx([0, 2])
    assert [told[name].together.bits for name in told if name in left(shown).task.labels] == pytest.approx([2, 2, 0, 1])
    for words in (
        "modality 1 alone 0.00 of 2",
        "Redundancy, both 2.00 of 2",
        "Unique 1 2.00 of 2",
        "Unique 2 0.00 of 2",
    ):
        assert words in shown.presenter.shown.alt
    assert [button.value for button in shown.widgets["hidden"].buttons["modality_1"]] == [
        True,
        True,
        *[False] * 2,
        True,
        False,
    ]
    shown.widgets["hidden"].value = {"modality_1": (5, 6)}
    assert left(shown).exact["synergy"].together.bits == pytest.approx(0)


@pytest.mark.parametrize(
    ("masked", "sizes"), [("every modality", [2, 2]), ("modality_1", [2, 0]), ("modality_2", [0, 2])]
)
def test_a_share_hides_tokens_of_whom_it_may(shown, masked, sizes):
    shown.widgets["masked"].value = masked
    shown.widgets["mask_ratio"].value = 0.3
    before = masks(shown)
    shown.widgets["draw_number"].value = 1
    assert [len(hidden) for hidden in before.values()] == sizes
    assert [len(hidden) for hidden in masks(shown).values()] == sizes
    assert masks(shown) != before


def test_a_larger_share_hides_the_same_tokens_and_more():
    modalities = tasks.load("digits", seed=1).modalities
    hidden = [visible_tokens.drawn(modalities, k / 6, "every modality", 3)["modality_2"] for k in range(7)]
    assert [len(tokens) for tokens in hidden] == list(range(7))
    assert all(set(fewer) < set(more) for fewer, more in itertools.pairwise(hidden))


def test_a_moved_share_is_drawn_once(shown):
    with counted(shown) as drawn:
        shown.widgets["mask_ratio"].value = 0.75
    assert drawn == [1]


def test_a_mask_that_leaves_no_token_is_a_sentence_and_the_picture_stays(shown):
    before = shown.presenter.picture.value
    shown.widgets["mask_ratio"].value = 1.0
    assert shown.presenter.words == "the mask leaves no token of any modality; show at least one."
    assert shown.presenter.picture.value == before
    shown.widgets["masked"].value = "modality_1"
    assert shown.presenter.words == AT_REST


def test_looks_of_factors_are_shown_and_read_too(shown):
    shown.widgets["run"].value = SPECS["looks"].id
    assert shown.presenter.words == AT_REST
    assert [len(row) for row in shown.widgets["hidden"].buttons.values()] == [8, 8]
    shown.widgets["hidden"].value = {"modality_1": tuple(range(1, 9))}
    found = left(shown)
    expected = found.task.information({"modality_1": torch.zeros(8, dtype=torch.bool)})
    assert found.exact == expected
    assert "InfMasking reads" in shown.presenter.shown.alt
    assert [image.get_array().shape for image in shown.figure().axes[0].images] == [(24, 8)] * 2


def test_runs_of_spread_tokens_show_digits_without_a_method(shown):
    shown.widgets["run"].value = SPECS["spread"].id
    assert shown.presenter.words == AT_REST
    assert left(shown).task.name == "digits"
    assert left(shown).read is None
    assert "without a method" in shown.presenter.picture.value
    assert "reads" not in shown.presenter.shown.alt


def test_code_and_figure_are_of_the_same_mask(shown):
    shown.widgets["sample"].value = 3
    shown.widgets["hidden"].buttons["modality_2"][5].value ^= True
    again = eval(shown.code())
    assert masks(again) == masks(shown)
    assert again.presenter.shown.png == shown.presenter.shown.png
    assert shown.figure().alt == shown.presenter.shown.alt
    shown.widgets["picture"].value = "masks and attention"
    assert eval(shown.code()).presenter.shown.png == shown.presenter.shown.png


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        ({"sound": (1,)}, "there is no sound; there are modality_1, modality_2"),
        ({"modality_1": (7,)}, "tokens 1 to 6, not 7"),
    ],
)
def test_tokens_that_do_not_exist_are_a_sentence(place, hidden, words):
    with pytest.raises(ValueError, match=words):
        explore.masking(folder=place, run=SPECS["digits"].id, picture=LEFT, hidden=hidden)
