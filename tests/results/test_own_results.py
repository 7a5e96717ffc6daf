"""Results of one's own: read as they are, nothing invented, drawn by whatever reads tables."""

import re

import numpy as np
import pandas as pd
import pytest

from coral_viz import explore
from coral_viz.figures.sweep import configuration_rows, setting_curves, sweep_data
from coral_viz.publishing import paper
from coral_viz.results import own_results, statistics, tables

SEEDS = range(1, 7)


def value(method, rate, seed):
    return 0.5 + 0.1 * (method == "theirs") + rate + 0.01 * seed


@pytest.fixture
def file(tmp_path):
    rows = [
        f"{method},{seed},accuracy,{value(method, rate, seed)},{rate},{'' if method == 'ours' else 'on'}"
        for method in ("ours", "theirs")
        for rate in (0.1, 0.2)
        for seed in SEEDS
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["method,seed,metric,value,rate,norm", *rows]), encoding="utf-8")
    return path


def test_what_a_file_does_not_say_stays_unsaid(file):
    table = own_results.read(file)
    assert len(table) == 24
    assert sweep_data.settings(table) == ["method", "rate", "norm"]
    assert not set(table["metric"]) & {"truth", "chance"}
    assert set(table["unit"]) == set(table["label"]) == set(table["readout"]) == set(table["task"]) == {""}
    assert set(table["n"]) == set(table["step"]) == {0}
    assert table["seconds"].isna().all()
    assert set(table["run_id"]) >= {"method ours, seed 1, rate 0.1", "method theirs, seed 6, rate 0.2, norm on"}
    assert table["run_id"].nunique() == 24
    assert table.loc[table["method"] == "ours", "norm"].isna().all()


def test_statistics_read_it(file):
    table = own_results.read(file)
    means = tables.summarise(table, ["method", "rate"]).set_index(["method", "rate"])
    assert len(means) == 4
    assert means.loc[("theirs", 0.2), "estimate"] == pytest.approx(0.835)
    assert set(means["n"]) == {6}
    (row,) = statistics.paired(table, {"rate": 0.1}, ["method"]).query("method == 'ours'").itertuples()
    assert (row.estimate, row.n) == (pytest.approx(0.1), 6)


def test_figures_draw_it_and_name_no_bound(file):
    table = own_results.read(file)
    cells = configuration_rows.cells(table, ["rate", "norm"], metric="accuracy")
    assert "theirs, baseline: 0.73" in cells.alt
    curve = setting_curves.curve(table, "rate", metric="accuracy")
    (ax,) = curve.axes
    assert ax.get_ylabel() == "accuracy"
    means = [np.asarray(line.get_ydata(), float) for line in ax.lines if len(line.get_ydata()) == 2]
    assert any(np.allclose(mean, [0.635, 0.735]) for mean in means)
    for figure in (cells, curve):
        words = " ".join([figure.alt, *(text.get_text() for text in figure.texts)])
        assert "truth" not in words
        assert "chance" not in words
        assert "steps of" not in words


def test_a_known_metric_is_drawn_in_percent(tmp_path):
    path = tmp_path / "known.csv"
    path.write_text(
        "method,seed,metric,value,label\n"
        + "".join(f"a,{s},balanced_accuracy,.8,y\nb,{s},balanced_accuracy,.9,y\n" for s in SEEDS)
    )
    figure = configuration_rows.cells(own_results.read(path), [], metric="balanced_accuracy")
    assert "b: 90.0" in figure.alt


def test_bits_without_a_truth_are_drawn_without_one(tmp_path):
    path = tmp_path / "bits.csv"
    path.write_text("method,seed,metric,value\n" + "".join(f"a,{s},bits,1.5\nb,{s},bits,0.5\n" for s in SEEDS))
    figure = configuration_rows.cells(own_results.read(path), [], metric="bits")
    assert "b: 0.50" in figure.alt
    assert "truth" not in " ".join(text.get_text() for text in figure.texts)


def test_the_figures_of_a_paper_and_the_explorer_take_the_file(file, tmp_path):
    asked = ["ablation_mine_accuracy", "ablation_mine_accuracy_rate", "table_ablation_mine_accuracy"]
    made = paper.make(tmp_path / "out", results=file, only=asked)
    assert made.missing == {}
    tex = made.tables["table_ablation_mine_accuracy"][0].read_text()
    assert "\\caption{Accuracy, mean over seeds. A line is named by its differences from the baseline (rate 0.1" in tex
    assert " & accuracy \\\\" in tex
    names = [line.split(" & ")[0] for line in tex.splitlines() if " & 0." in line]
    assert names == ["ours, baseline", "theirs, baseline", "ours, rate 0.2", "theirs, rate 0.2"]
    assert "[0.82, 0.85]" in tex
    assert not {"Bold", "textbf", "underline", "probe", "truth", "chance"} & set(re.findall(r"\w+", tex))
    caption = (tmp_path / "out" / "ablation_mine_accuracy.txt").read_text()
    assert "as in the table of results; 24 runs" in caption
    assert "step" not in caption
    shown = explore.ablations(store=str(file), vary="rate")
    assert shown.figure() is not None
    caption = shown.caption(shown.compute(shown.settings), shown.settings)
    assert caption == f"{file}: 24 runs, seeds 1, 2, 3, 4, 5, 6."
    shown.close()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("method,seed,metric\na,1,x\n", "it lacks the column 'value'; it needs method, seed, metric, value and has"),
        ("method;seed;metric;value\na;1;x;2\n", "it lacks the column 'method'"),
        ("method,seed,metric,value\n", "it has no rows"),
        ("", "it is no CSV"),
        (
            "method,seed,metric,value\na,1,x,high\n",
            r"row 2 \(method 'a'\) holds 'high' as 'value', which must be a number",
        ),
        ("method,seed,metric,value\na,1,x,1\nb,,x,1\n", r"row 3 \(method 'b'\) holds '' as 'seed'"),
        ("method,seed,metric,value\na,1,x,nan\n", "holds 'nan' as 'value'"),
        ("method,seed,metric,value\na,1.5,x,1\n", "column 'seed' must hold whole numbers"),
        ("method,seed,metric,value\na,1,balanced_accuracy,87\n", "a share lies between 0 and 1, so divide % by 100"),
        ("method,seed,metric,value\na,1,x,1\na,1,x,2\n", "the table holds the same row twice"),
        ("method,seed,metric,value\na,1,x,1,2\n", "its rows have more cells than there are columns"),
        ("method,seed,metric,value,../up\na,1,x,1,2\n", "the column name '../up' is not made of letters"),
        ("method,seed,metric,value,unit\na,1,x,1,metres\n", "column 'unit' holds 'metres'; it may hold"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=sentence) as caught:
        own_results.read(path)
    assert "\n" not in str(caught.value)
    assert "bad.csv" in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="there is no such file"):
        own_results.read(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="it is no CSV"):
        own_results.read(tmp_path / "bytes.csv")


def test_columns_of_the_table_are_read_as_such(tmp_path):
    path = tmp_path / "more.csv"
    pd.DataFrame(
        {"method": ["a"], "seed": 1, "metric": "bits", "value": 0.5, "readout": "linear", "n": 100, "seconds": 2.5}
    ).to_csv(path, index=False)
    (row,) = own_results.read(path).itertuples()
    assert (row.unit, row.readout, row.n, row.seconds) == ("bits", "linear", 100, 2.5)
