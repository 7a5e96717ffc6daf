import subprocess
import sys

import matplotlib
import pytest

from coral_viz import figures, style

LOOKS = {"one": style.paper(), "two": style.paper(columns=2), "neurips": style.paper("neurips"), "talk": style.talk()}
LOOKS["screen"] = style.screen()
STRIPS = [("bits_kept", look) for look in LOOKS] + [("accuracy", "one"), ("accuracy", "two")]
OTHERS = [(name, look) for name in ("curves", "matrix", "stacked", "dots") for look in ("one", "two")]


@pytest.mark.parametrize(("name", "look"), STRIPS + OTHERS)
def test_every_word_can_be_read(table, assert_legible, face, name, look):
    rows = table if (name, look) in STRIPS else table[table["knob"] != ""]  # the longest name, the most terms and parts
    figure = getattr(figures, name)(rows, look=LOOKS[look] | face)
    assert figure.get_size_inches()[0] == LOOKS[look]["figure.figsize"][0]
    assert_legible(figure)


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("bits_kept", "two"),
        ("bits_kept", "talk"),
        ("bits_kept", "neurips"),
        ("accuracy", "one"),
        ("subsets", "two"),
        ("subsets", "talk"),
        ("retrieval", "two"),
        ("retrieval", "screen"),
    ],
)
def test_every_method_at_once_can_be_read(wide_table, assert_legible, face, name, look):
    assert_legible(getattr(figures, name)(wide_table, look=LOOKS[look] | face))


@pytest.mark.parametrize("name", ["bits_kept", "accuracy", "subsets", "retrieval"])
def test_short_names_leave_room_for_the_margins_words(wide_table, assert_legible, face, name):
    rows = wide_table[(wide_table["method"] == "cmc") & (wide_table["distribution"] == "relation")]
    assert_legible(getattr(figures, name)(rows, look=LOOKS["two"] | face))


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("bits_kept", "two"),
        ("accuracy", "talk"),
        ("subsets", "two"),
        ("matrix", "two"),
        ("matrix", "talk"),
        ("stacked", "two"),
        ("curves", "two"),
    ],
)
def test_three_modalities_can_be_read(triple_table, assert_legible, face, name, look):
    rows = triple_table[triple_table["method"].isin(["coral", "triangle"]) & (triple_table["knob"] == "")]
    assert_legible(getattr(figures, name)(rows, look=LOOKS[look] | face))


@pytest.mark.parametrize("look", ["two", "talk"])
def test_schematic_can_be_read(assert_legible, face, look):
    figure = figures.schematic(look=LOOKS[look] | face)
    assert_legible(figure)
    assert "Schematic" in figure.alt


def test_a_notebooks_own_style_changes_nothing(table):
    before = [matplotlib.rcParams[name] for name in style.paper()]
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 40, "lines.linewidth": 9}):
        figure = figures.bits_kept(table)
        assert matplotlib.rcParams["font.size"] == 40
    assert [matplotlib.rcParams[name] for name in style.paper()] == before
    assert all(ax.get_facecolor() == (1, 1, 1, 1) for ax in figure.axes)
    assert figure.get_size_inches()[0] == style.screen()["figure.figsize"][0]


def test_drawing_needs_no_pyplot():
    code = "import coral_viz.publishing.report, sys; coral_viz.figures.schematic(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "matplotlib.figure" in done.stdout.split()
    assert not {"matplotlib.pyplot", "torch"} & set(done.stdout.split())
