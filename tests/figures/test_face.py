"""Words are as wide as they are drawn, and drawn the same whichever fonts the machine has."""

import hashlib
import itertools
import json
import subprocess
import sys
from pathlib import Path

import matplotlib
import pandas as pd
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from coral_viz import style
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout import face as faces
from coral_viz.figures.layout.saving import save
from coral_viz.pid import Atoms

WORDS = ["Redundancy", "COrAL (squared)", "I(X1, X2; Y) = −0.23 → ± – °", "mask ratio 0.25, masking symmetric"]

ALSO_INSTALLED = """
import json, sys, tempfile
from pathlib import Path
import matplotlib
from matplotlib import font_manager
folder, *names = sys.argv[1:]
other = Path(matplotlib.get_data_path(), "fonts", "ttf", "cmr10.ttf")
for name in names:
    for weight in (400, 700):
        entry = font_manager.FontEntry(fname=str(other), name=name, weight=weight, size="scalable")
        font_manager.fontManager.ttflist.insert(0, entry)
matplotlib.rcParams["font.family"] = names[0]
sys.path.insert(0, folder)
from test_face import drawn
with tempfile.TemporaryDirectory() as out:
    print(json.dumps(drawn(Path(out))))
"""


def drawn(folder):
    """Hashes of a small picture's files in both faces, by name."""
    shown = {"first": Atoms(0.2, 0.1, 0.0, 0.4), "second": Atoms(0.1, 0.3, 0.1, 0.2)}
    paths = []
    for serif in (False, True):
        figure = bars(shown, look=style.paper(serif=serif))
        paths += save(figure, folder / f"bars_{serif}", data=pd.DataFrame())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_other_fonts_change_no_byte(tmp_path):
    """Also where they are known by the names of the faces themselves, and before those that matplotlib brings."""
    own = drawn(tmp_path)
    assert len(set(own.values())) == 7  # pdf, svg, png in either face, and the same json
    names = ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans", "STIXGeneral"]
    command = [sys.executable, "-c", ALSO_INSTALLED, str(Path(__file__).parent), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == own


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("words", WORDS)
def test_words_are_measured_as_they_are_drawn(face, words, weight):
    prop = FontProperties(family=face["font.family"], weight=weight, size=1)
    drawn, _, _ = text_to_path.get_text_width_height_descent(words, prop, ismath=False)
    with matplotlib.rc_context(face):
        assert drawn <= faces.width(words, weight=weight) * 1.001 <= 1.03 * drawn
        assert faces.width(f"{words}\nI", 2.0, weight) == 2 * faces.width(words, weight=weight)


def test_a_serif_look_is_narrower():
    widths = []
    for look in (style.paper(), style.paper(serif=True)):
        with matplotlib.rc_context(look):
            widths.append(faces.width(" ".join(WORDS)))
    assert widths[1] < 0.9 * widths[0]


def test_another_family_is_measured_where_matplotlib_finds_it():
    with matplotlib.rc_context({"font.family": ["DejaVu Sans Mono"]}):
        assert faces.width("iiii") == pytest.approx(faces.width("MMMM"))


def test_lines_are_as_full_as_the_room_allows(face):
    with matplotlib.rc_context(face):
        lines = faces.wrap(" ".join(WORDS), 12).split("\n")
        assert " ".join(lines) == " ".join(WORDS)
        assert faces.widest(lines) <= 12
        for line, following in itertools.pairwise(lines):
            assert faces.width(f"{line} {following.split(' ')[0]}") > 12
        assert faces.wrap("a unbreakable b", 1.5).split("\n") == ["a", "unbreakable", "b"]


def test_keys_stand_in_as_many_columns_as_fit(face):
    with matplotlib.rc_context(face):
        one = 2 + faces.width("entry")
        assert [faces.columns(["entry"] * 5, room, 2) for room in (5.01 * one, 4.99 * one, 2.5 * one, one / 2)] == [
            5,
            4,
            2,
            1,
        ]
        mixed = ["entry", "an entry that is long", "entry"]  # columns are filled downwards: two and one
        assert faces.columns(mixed, 4 + faces.width("an entry that is long") + faces.width("entry"), 2) == 2
