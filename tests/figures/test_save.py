import hashlib
import json
import re

import pytest
from matplotlib.figure import Figure

import coral_viz
from coral_viz import figures, style
from coral_viz.results import tables


@pytest.fixture(scope="module")
def saved(table, tmp_path_factory):
    folder, table = tmp_path_factory.mktemp("figures"), table[table["method"].isin(["cross", "comm"])]
    paths = {}
    for name in ("first", "second"):
        figure = figures.bits_kept(table, look=style.paper(columns=2))
        paths[name] = figures.save(figure, folder / name / "kept", data=table)
    return figure, paths, table


def test_the_same_figure_gives_the_same_bytes(saved):
    _, paths, _ = saved
    for first, second in zip(paths["first"], paths["second"], strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_saving_again_gives_the_same_bytes(saved, tmp_path):
    figure, paths, table = saved
    assert len(paths["second"]) == 4
    for before, after in zip(paths["second"], figures.save(figure, tmp_path / "kept", data=table), strict=True):
        assert before.read_bytes() == after.read_bytes()


def test_files_have_the_exact_size(saved):
    figure, paths, _ = saved
    width, height = figure.get_size_inches()
    pdf, svg, png, _ = paths["first"]
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf.read_bytes())
    assert [float(side) for side in box.groups()] == pytest.approx([72 * width, 72 * height], abs=0.01)
    assert width == 6.75
    assert f'width="{72 * width:g}pt"' in svg.read_text()
    assert int.from_bytes(png.read_bytes()[16:20]) == 300 * width


def test_pdf_fonts_are_type_42(saved):
    pdf = saved[1]["first"][0].read_bytes()
    assert b"/Type3" not in pdf
    assert b"/CIDFontType2" in pdf


def test_sidecar_says_what_the_picture_rests_on(saved, tmp_path):
    figure, paths, table = saved
    note = json.loads(paths["first"][3].read_text())
    csv = tables.write(table, tmp_path / "results")[1]
    assert note["data_sha256"] == hashlib.sha256(csv.read_bytes()).hexdigest()
    assert note["alt"] == figure.alt
    assert note["width_inches"] == 6.75
    assert note["run_ids"] == sorted(set(table["run_id"]))
    assert note["coral_viz"] == coral_viz.__version__


def test_a_figure_without_words_is_refused(table, tmp_path):
    with pytest.raises(ValueError, match="no alternative text"):
        figures.save(Figure(), tmp_path / "bare", data=table)


def test_only_the_formats_asked_for_are_written(saved, tmp_path):
    figure, paths, table = saved
    (svg, _) = figures.save(figure, tmp_path / "kept", data=table, formats=["svg"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.json", "kept.svg"]
    assert svg.read_bytes() == paths["first"][1].read_bytes()
    with pytest.raises(ValueError, match="format 'jpg' does not exist; choose from pdf, svg, png"):
        figures.save(figure, tmp_path / "kept", data=table, formats=["jpg"])
