"""One sample under a mask: hidden tokens crossed out, bars as long as the bits."""

import functools

import pytest
import torch
from matplotlib.patches import Rectangle

from coral_viz import style, tasks
from coral_viz.figures.data.visible_bits import visible_bits
from coral_viz.tasks.remaining import Bits, Remaining

WORLDS = {
    "digits": ("digits", {}),
    "looks": ("factors", {"observation": "looks", "sigma": 1.3, "features": 24}),
    "pairs": ("digits", {"count": 4, "pairs": True, "classes": 3}),
    "relation": ("digits", {"distribution": "relation"}),
}
LOOKS = {"screen": style.screen(), "one": style.paper(), "two": style.paper(columns=2), "talk": style.talk()}


@functools.cache
def world(name="digits"):
    kind, dials = WORLDS[name]
    task = tasks.load(kind, seed=1, **dials)
    return task, task.sample(3, "test", 2)


def drawn(name="digits", read=True, **options):
    task, batch = world(name)
    visible = {"modality_1": torch.arange(task.modalities[0].shape[0]) % 2 == 0}
    left = task.information(visible)
    half = {
        label: Remaining(tuple(Bits(b / 2, 0) for b, _ in r.alone), Bits(r.together.bits / 2, 0))
        for label, r in left.items()
    }
    return visible_bits(task, batch, visible, left, read=half if read else None, method="COrAL", **options)


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("digits", "screen"),
        ("digits", "one"),
        ("looks", "two"),
        ("looks", "one"),
        ("relation", "talk"),
        ("pairs", "two"),
    ],
)
def test_every_word_can_be_read(assert_legible, face, name, look):
    assert_legible(drawn(name, look=LOOKS[look] | face))


@pytest.mark.parametrize("name", ["digits", "looks"])
def test_hidden_tokens_are_crossed_out(name):
    task, _ = world(name)
    figure = drawn(name)
    crossed = [patch for patch in figure.axes[0].patches if patch.get_hatch()]
    hidden = task.modalities[0].shape[0] // 2
    assert sum(len(patch.get_path().vertices) // 5 for patch in crossed) == hidden
    assert f"modality 1 hides {hidden} of {2 * hidden} tokens" in figure.alt


def test_bars_are_as_long_as_the_bits():
    bars = [patch for patch in drawn(read=False).axes[0].patches if isinstance(patch, Rectangle)]
    lengths = torch.tensor([bar.get_width() for bar in bars])
    assert lengths / lengths[0] * 2 == pytest.approx(torch.tensor([2.0, 2, 2, 2, 2, 1]))
    looks = [style.label_style(name).colour for name in ("redundancy",) * 3 + ("unique_1", "unique_2", "synergy")]
    assert [bar.get_facecolor() for bar in bars] == [pytest.approx(colour) for colour in map(_rgba, looks)]


def _rgba(colour):
    return (*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)), 1)


def test_what_is_read_is_named_only_where_there_is_a_reader():
    assert "Unique 1 2.00 of 2, COrAL reads 1.00" in drawn().alt
    assert "beside what COrAL reads" in drawn().caption.short
    plain = drawn(read=False)
    assert "COrAL" not in plain.alt + plain.caption.long
    assert [text.get_text() for text in plain.legends[0].get_texts()] == ["left in visible tokens, exactly", "hidden"]


def test_rows_that_are_not_there_are_a_sentence():
    for name in ("digits", "looks"):
        with pytest.raises(ValueError, match="row = 3 is not in the batch, whose rows are 0 to 2"):
            drawn(name, row=3)
