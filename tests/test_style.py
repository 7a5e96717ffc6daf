import io
import itertools
import re

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from coral_viz import methods, style
from coral_viz.runs import RunSpec


@pytest.mark.parametrize(
    ("venue", "gap"), [("icml", 0.25), ("AISTATS", 0.25), ("uai", 0.25), ("cvpr", 0.375), ("aaai", 0.375)]
)
def test_two_columns_and_their_gap_fill_the_page(venue, gap):
    one, two = (style.paper(venue, columns)["figure.figsize"][0] for columns in (1, 2))
    assert 2 * one + gap == pytest.approx(two)


@pytest.mark.parametrize(
    ("venue", "points"), [("icml", 234), ("neurips", 396), ("iclr", 396), ("tmlr", 468), ("jmlr", 432)]
)
def test_a_saved_page_is_as_wide_as_the_venues_column(venue, points):
    with matplotlib.rc_context(style.paper(venue)):
        written = io.BytesIO()
        Figure().savefig(written, format="pdf")
    (width,) = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+)", written.getvalue())
    assert float(width) == points


def test_unknown_venue_names_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown venue 'nature'.*icml.*jmlr"):
        style.paper("nature")


@pytest.mark.parametrize("columns", [0, 2, 1.5])
def test_columns_that_a_venue_lacks(columns):
    with pytest.raises(ValueError, match="neurips has 1 column"):
        style.paper("neurips", columns)


@pytest.mark.parametrize("look", [style.paper(), style.paper(serif=True), style.screen(), style.talk()])
def test_looks_are_valid_rc_params_that_venues_accept(look):
    with matplotlib.rc_context(look):
        assert matplotlib.rcParams["pdf.fonttype"] == 42
        assert matplotlib.rcParams["svg.hashsalt"]
        assert matplotlib.rcParams["savefig.bbox"] is None
        assert matplotlib.rcParams["figure.constrained_layout.use"]


def test_looks_differ_in_their_face_alone():
    sans, serif = style.paper("neurips"), style.paper("neurips", serif=True)
    assert {name for name in sans if sans[name] != serif[name]} == {"font.family", "mathtext.fontset"}
    assert style.screen()["font.family"] == style.talk()["font.family"] == sans["font.family"] == ["DejaVu Sans"]


def test_looks_are_fresh_dictionaries():
    style.paper()["font.size"] = 99
    assert style.paper()["font.size"] == 7.5


def test_atoms_have_one_colour_hatch_and_marker_each():
    for table in (style.ATOM_COLOURS, style.ATOM_HATCHES, style.ATOM_MARKERS, style.ATOM_NAMES, style.ATOM_SYMBOLS):
        assert list(table) == ["redundancy", "unique_1", "unique_2", "synergy"]
        assert len(set(table.values())) == 4


@pytest.mark.parametrize("colour", style.ATOM_COLOURS.values())
def test_atoms_stand_out_from_paper(colour):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 3


def test_methods_follow_the_order_of_families_and_differ():
    looks = [style.method_style(*variant) for variant in style.METHODS]
    shown = list(dict.fromkeys(look.colour for look in looks))
    assert shown == [colour for colour in style.FAMILIES if colour in shown]
    assert len(shown) >= 6
    assert len({(look.colour, look.marker) for look in looks}) == len(looks)
    assert len({(look.colour, look.linestyle) for look in looks}) == len(looks)
    assert len({look.label for look in looks}) == len(looks)


@pytest.mark.parametrize("name", methods.names())
def test_every_method_has_a_look_of_its_own_title(name):
    assert style.method_style(name).label.split(" (")[0] == methods.get(name).TITLE


def test_known_knobs_are_what_a_run_calls_them():
    turned = [(name, knob) for name, knob in style.METHODS if knob]
    assert turned
    for name, knob in turned:
        setting, value = knob.split("=")
        value = float(value) if value[0].isdigit() else value
        assert RunSpec.make(name, "factors", 1, knobs={setting: value}).knob == knob


LABELS = [style.label_style(name).colour for name in (*style.ATOM_COLOURS, "unique_3")]


@pytest.mark.parametrize("colours", [style.PETROFF6, style.FAMILIES[:6], LABELS])
def test_families_and_labels_stay_apart_under_colour_vision_deficiency(colours):
    for seen_by in DEFICIENCIES.values():
        seen = [lab(colour, seen_by) for colour in colours]
        assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 25


@pytest.mark.parametrize("seen_by", ["none", "protanopia", "deuteranopia", "tritanopia"])
def test_no_method_looks_like_a_label_or_another_family(seen_by):
    labels = [lab(colour, DEFICIENCIES[seen_by]) for colour in (*LABELS, style.PAIRWISE)]
    families = [lab(colour, DEFICIENCIES[seen_by]) for colour in style.FAMILIES]
    assert min(np.linalg.norm(a - b) for a in labels for b in families) >= 20
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(families, 2)) >= 20


def test_in_grey_methods_as_light_as_each_other_have_other_markers():
    pairs = list(itertools.combinations(style.METHODS.values(), 2))
    lightness = {look.colour: lab(look.colour, np.eye(3))[0] for look in style.METHODS.values()}
    alike = [(a, b) for a, b in pairs if abs(lightness[a.colour] - lightness[b.colour]) < 25]
    assert len(alike) >= 20
    assert [(a.label, b.label) for a, b in alike if a.marker == b.marker] == []


DEFICIENCIES = {  # linear RGB as seen, severity 1: Machado, Oliveira and Fernandes 2009, doi 10.1109/TVCG.2009.113
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(colour, seen_by):
    """CIELAB (D65) of a colour as somebody sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(np.array(seen_by) @ linear, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(
    ("label", "name", "symbol"),
    [
        ("redundancy", "Redundancy", "R"),
        ("unique_2", "Unique 2", "U2"),
        ("unique_3", "Unique 3", "U3"),
        ("unique_10", "Unique 10", "U10"),
        ("synergy", "Synergy", "S"),
        ("synergy_13", "Synergy 13", "S13"),
        ("unique_taste", "unique_taste", "unique_taste"),
        ("d", "d", "d"),
    ],
)
def test_labels_are_named_by_kind_and_modality(label, name, symbol):
    look = style.label_style(label)
    assert (look.name, look.symbol) == (name, symbol)


def test_labels_of_two_modalities_look_like_their_atoms():
    for atom in style.ATOM_COLOURS:
        look = style.label_style(atom)
        assert look == style.LabelStyle(style.ATOM_NAMES[atom], style.ATOM_SYMBOLS[atom], style.ATOM_COLOURS[atom])


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
    found = [("zeta", ""), ("coral", "orthogonality=squared"), ("alpha", ""), ("cross", ""), ("cmc", ""), ("cross", "")]
    found += [("factorcl", ""), ("coral", "width=128")]
    expected = [
        ("cross", ""),
        ("cmc", ""),
        ("coral", "orthogonality=squared"),
        ("coral", "width=128"),
        ("factorcl", ""),
    ]
    expected += [("alpha", ""), ("zeta", "")]
    assert style.method_order(found) == expected


@pytest.mark.parametrize("colour", style.LETTERS)
def test_letters_are_as_dark_as_readers_need_in_the_hue_of_their_marks(colour):
    letters = style.LETTERS[colour]
    assert style.contrast(letters) >= 4.5
    assert (letters == colour) == (style.contrast(colour) >= 4.5)
    mark, text = (np.array(to_rgb(each)) for each in (colour, letters))
    np.testing.assert_allclose(text / text.max(), mark / mark.max(), atol=0.02)


def test_contrast_is_that_of_the_guideline():
    assert style.contrast("#000000") == pytest.approx(21)
    assert style.contrast("#777777") == pytest.approx(4.48, abs=0.005)  # WebAIM's contrast checker
    assert style.contrast("#ffffff", "#777777") == style.contrast("#777777")
