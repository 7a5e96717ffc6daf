import re

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from coral_viz import style


@pytest.mark.parametrize(
    ("venue", "columns", "width"),
    [
        ("icml", 1, 3.25),
        ("ICML", 2, 6.75),
        ("aistats", 2, 6.75),
        ("uai", 1, 3.25),
        ("cvpr", 2, 6.875),
        ("aaai", 1, 3.3),
        ("aaai", 2, 6.975),
        ("neurips", 1, 5.5),
        ("iclr", 1, 5.5),
        ("tmlr", 1, 6.5),
        ("jmlr", 1, 6.0),
    ],
)
def test_paper_has_the_venues_width(venue, columns, width):
    assert style.paper(venue, columns)["figure.figsize"][0] == width


def test_unknown_venue_names_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown venue 'nature'.*icml.*jmlr"):
        style.paper("nature")


@pytest.mark.parametrize("columns", [0, 2, 1.5])
def test_columns_that_a_venue_lacks(columns):
    with pytest.raises(ValueError, match="neurips has 1 column"):
        style.paper("neurips", columns)


@pytest.mark.parametrize("look", [style.paper(), style.screen(), style.talk()])
def test_looks_are_valid_rc_params_that_venues_accept(look):
    with matplotlib.rc_context(look):
        assert matplotlib.rcParams["pdf.fonttype"] == 42
        assert matplotlib.rcParams["svg.hashsalt"]
        assert matplotlib.rcParams["savefig.bbox"] is None
        assert matplotlib.rcParams["figure.constrained_layout.use"]


def test_looks_are_fresh_dictionaries():
    style.paper()["font.size"] = 99
    assert style.paper()["font.size"] == 7.5


def test_atoms_have_one_colour_hatch_and_marker_each():
    for table in (style.ATOM_COLOURS, style.ATOM_HATCHES, style.ATOM_MARKERS, style.ATOM_NAMES, style.ATOM_SYMBOLS):
        assert list(table) == ["redundancy", "unique_1", "unique_2", "synergy"]
        assert len(set(table.values())) == 4
    assert list(style.ATOM_COLOURS.values()) == ["#222222", "#4477AA", "#EE6677", "#7A21DD"]


@pytest.mark.parametrize("colour", style.ATOM_COLOURS.values())
def test_atoms_stand_out_from_paper(colour):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 3


def test_methods_follow_the_petroff_order_and_differ():
    looks = [style.method_style(*variant) for variant in style.METHODS]
    first = list(dict.fromkeys(look.colour for look in looks))
    assert first == list(style.PETROFF6[: len(first)])
    assert len({(look.colour, look.marker, look.linestyle) for look in looks}) == len(looks)
    assert [look.label for look in looks[:5]] == ["Cross", "Cross+Self", "CoMM", "COrAL (hinge)", "COrAL (squared)"]


def test_a_users_method_always_gets_the_same_style():
    mine = style.method_style("mine")
    assert mine == style.method_style("mine")
    assert mine.label == "mine"
    assert re.fullmatch("#[0-9a-f]{6}", mine.colour)


def test_an_unknown_knob_keeps_its_methods_colour():
    turned = style.method_style("coral", "temperature=0.5")
    assert turned.colour == style.METHODS["coral", ""].colour
    assert turned.label == "COrAL (temperature=0.5)"


def test_order_puts_known_methods_first():
    found = [("zeta", ""), ("coral", "orthogonality=squared"), ("alpha", ""), ("cross", ""), ("cross", "")]
    expected = [("cross", ""), ("coral", "orthogonality=squared"), ("alpha", ""), ("zeta", "")]
    assert style.method_order(found) == expected
