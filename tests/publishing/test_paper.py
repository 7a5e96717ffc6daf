"""A paper's set: exact widths, sound fonts, the same bytes twice, and a word about all that is missing or wrong."""

import csv
import hashlib
import itertools
import json
import re
import shlex
import shutil
import subprocess
import zlib
from functools import cache
from pathlib import Path

import matplotlib
import pandas as pd
import pytest
import torch
from matplotlib import font_manager
from matplotlib.font_manager import FontEntry

import coral_viz
from coral_viz import style
from coral_viz.__main__ import main
from coral_viz.publishing import paper
from coral_viz.publishing.paper import latex_tables, opened, pictures, sweep_pictures, words
from coral_viz.publishing.paper.made import _chosen
from coral_viz.publishing.paper.sources import Source, gather
from coral_viz.results import found, provenance, tables
from coral_viz.runs import grids, sweep_table

SHIPPED = Path(__file__).parents[2] / "data"
SUFFIXES = {"figures": ["pdf", "svg", "png", "json", "txt"], "tables": ["tex", "csv", "txt"]}
GRID = {"method": "coral", "seeds": [1, 2], "dials": {"distribution": "biased"}}
GRID |= {"part": [{"knobs": {"mask_ratio": [0.0, 0.75]}}, {"knobs": {"masking": "symmetric"}}]}


def swept(table, knobs=("coral", "")):
    """The table of a sweep, its numbers borrowed from runs of another table."""
    grid, parts = grids.make(GRID), []
    for spec in grid.specs:
        rows = tables.of_variant(tables.select(table, distribution="biased"), knobs)
        rows = rows[(rows["seed"] == spec.seed) & (rows["split"] != "train")]
        own = {name: spec.settings[name] for name in grid.varied}
        if own["mask_ratio"] == 0:  # keeps all of either
            rows = rows.assign(value=rows["value"].where(rows["metric"] != "bits", 2 - rows["label"].eq("synergy")))
        parts.append(rows.assign(run_id=spec.id, knob=spec.knob, **own))
    frame = pd.concat(parts, ignore_index=True)
    frame.attrs["specs"] = {spec.id: spec.canonical for spec in grid.specs}
    return frame


@pytest.fixture(scope="module")
def data(table, tmp_path_factory):
    """A small folder of data: a main table, one sweep, the benchmark of the solver, and nothing else."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "results").mkdir()
    chosen = table[table["method"].isin(["cross", "coral"]) & (table["distribution"] != "unbiased")]
    chosen.to_parquet(folder / "results" / "factors.parquet", index=False)
    sweep_table.write(swept(table), folder / "results" / "grid_coral.parquet")
    shutil.copy(SHIPPED / "results" / "bench_pid.csv", folder / "results")
    return folder


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    return paper.make(tmp_path_factory.mktemp("first"), venue="ICML", data=data, every=True)


def pdfs(made):
    return {name: paths[0].read_bytes() for name, paths in made.figures.items()}


def contents(pdf):
    """The streams of a pdf, unpacked."""
    packed = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return [zlib.decompressobj().decompress(stream) for stream in packed]


def assert_ready_for_print(made, venue):
    """Exact widths, type 42 fonts of at least 6 pt, and no picture of pixels."""
    for name, pdf in pdfs(made).items():
        width = float(re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", pdf)[1])
        assert any(width == pytest.approx(72 * inches, abs=0.1) for inches in style.WIDTHS[venue]), name
        assert b"/Type3" not in pdf, name
        assert b"/FontFile2" in pdf, name
        assert b"/Subtype /Image" not in pdf, name
        sizes = [float(size) for stream in contents(pdf) for size in re.findall(rb"/F\S+ ([\d.]+) Tf", stream)]
        assert min(sizes) >= 5.999, name


def test_every_figure_is_ready_for_print(made):
    assert_ready_for_print(made, "icml")
    widths = {name: json.loads(paths[3].read_text())["width_inches"] for name, paths in made.figures.items()}
    assert widths["bits_kept"] == 6.75
    assert widths["solver"] == 3.25


def test_every_name_has_all_its_files_and_the_manifest_their_hashes(made):
    note = json.loads(made.manifest.read_text())
    for kind, suffixes in SUFFIXES.items():
        for name, paths in getattr(made, kind).items():
            assert [path.name for path in paths] == [f"{name}.{suffix}" for suffix in suffixes]
            told = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
            assert note[kind][name] == told
    stored = {path.name for path in made.out.iterdir()}
    listed = {file for kind in SUFFIXES for files in note[kind].values() for file in files}
    assert stored == listed | {"manifest.json", "main.tex", "contact_sheet.png"}


def test_what_ships_in_the_package_is_called_the_same_on_every_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    note = json.loads(paper.make(tmp_path / "out", only=["coverage"]).manifest.read_text())
    assert list(note["sources"]) == ["data/results/bench_coverage.csv"]
    assert note["sources"]["data/results/bench_coverage.csv"]["sha256"]
    assert note["command"] == "python -m coral_viz figures --venue icml --only coverage"


def test_the_manifest_says_what_all_rests_on(made, data):
    note = json.loads(made.manifest.read_text())
    main_table = data / "results" / "factors.parquet"
    source = note["sources"][main_table.as_posix()]
    assert source["sha256"] == hashlib.sha256(main_table.read_bytes()).hexdigest()
    assert source["run_ids"] == sorted(set(pd.read_parquet(main_table)["run_id"]))
    assert note["coral_viz"] == coral_viz.__version__
    assert (note["venue"], note["widths_inches"]) == ("icml", [3.25, 6.75])
    assert note["command"] == f"python -m coral_viz figures --venue icml --data {data} --all"


@pytest.fixture
def other_fonts():
    """Other letters stand, under the names of usual faces and of our own, before those that matplotlib brings."""
    manager, other = font_manager.fontManager, Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSansMono.ttf")
    kinds = itertools.product(("Helvetica", "Arial", "Liberation Sans", "DejaVu Sans", "STIXGeneral"), (400, 700))
    named = [FontEntry(fname=str(other), name=name, weight=weight, size="scalable") for name, weight in kinds]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manager, "ttflist", [*named, *manager.ttflist])
        manager.addfont(other)  # which has the manager look again
        assert font_manager.findfont("DejaVu Sans") == str(other)
        yield
    manager.addfont(other)


def test_two_runs_give_the_same_bytes_whichever_fonts_are_installed(made, data, tmp_path, other_fonts):
    again = paper.make(tmp_path / "again", venue="icml", data=data, every=True)
    assert again.missing == made.missing
    for path in made.out.iterdir():
        assert (again.out / path.name).read_bytes() == path.read_bytes(), path.name


def test_what_is_missing_is_named_with_its_reason(made, data):
    told = json.loads(made.manifest.read_text())["missing"]
    assert told == made.missing
    assert told["xnor_relation"] == f"{data / 'results' / 'xnor.parquet'} is not there"
    assert {"ablation_dials", "table_ablation_dials", "map_redundancy", "coverage", "modalities_missing"} <= set(told)
    plan = {picture.name for picture in pictures.plan(gather(data))}
    assert plan == {*made.figures, *(name for name in told if not name.startswith("table_"))}


def test_a_table_without_what_a_figure_shows_is_told_too(table, data, tmp_path):
    table[table["method"] == "cross"].to_csv(tmp_path / "results.csv", index=False)
    found = paper.make(
        tmp_path / "out", results=tmp_path / "results.csv", data=data, only=["schematic", "between_parts"]
    )
    assert found.missing["between_parts"] == "no method of the table has a shared part beside others"
    assert list(found.figures) == ["schematic"]


def test_captions_tell_protocol_n_and_interval(made, table):
    captions = {name: paths[-1].read_text() for name, paths in (made.figures | made.tables).items()}
    for name, text in captions.items():
        assert re.match(r"[A-Z].{30}", text), name  # begins with what the figure says of itself
        assert not set("{}") & set(text), name
        assert re.search(r"\bn = |no n ", text), name
        assert "interval" in text, name
        assert "Protocol: " in text or name == "schematic", name
    assert "seeds 0, 1, 2 " in captions["bits_kept"]
    assert "18 runs. n = 3 seeds; 95% t-interval over seeds." in captions["bits_kept"]
    assert captions["ablation_coral"].startswith(
        "Ablation of coral: balanced accuracy by a linear readout of the whole embedding. A row is"
    )
    assert "embeddings of the sweep coral keep, as shares of the truth by" in captions["synergy_against_unique_coral"]
    assert "6 runs. n = 2 seeds; 95% t-interval over seeds." in captions["ablation_coral"]


def test_the_document_shows_every_figure_and_table_at_the_venues_widths(made):
    tex = (made.out / "main.tex").read_text()
    shown = re.findall(r"\\includegraphics\{(\w+)\.pdf\}", tex)
    assert shown == list(made.figures)
    assert re.findall(r"\\input\{(\w+)\}", tex) == list(made.tables)
    assert "textwidth=6.75in" in tex
    assert "\\setlength{\\columnsep}{0.25in}" in tex
    floats = dict(zip(shown, re.findall(r"\\begin\{(figure\*?)\}", tex)))
    assert (floats["bits_kept"], floats["solver"]) == ("figure*", "figure")
    for name in shown:
        caption = made.figures[name][-1].read_text().strip()
        assert f"\\caption{{{latex_tables.escaped(caption)}}}\n\\label{{fig:{name}}}" in tex
    sheet = (made.out / "contact_sheet.png").read_bytes()
    assert int.from_bytes(sheet[16:20]) > 2000  # two figures side by side, and the rest below
    assert int.from_bytes(sheet[20:24]) > 1000


def test_a_paper_has_twelve_figures_and_those_of_own_results_unless_all_are_asked_for(data):
    shipped = [*pictures.plan(gather(SHIPPED)), *latex_tables.plan(gather(SHIPPED))]
    chosen = [each.name for each in _chosen(shipped, [], every=False, own=set())]
    assert len([name for name in chosen if not name.startswith("table_")]) == 12
    assert {"bits_kept", "ablation_coral", "table_accuracy"} <= set(chosen)
    assert "ablation_coral_mask_ratio" not in chosen
    assert len(_chosen(shipped, [], every=True, own=set())) == len(shipped)
    mine = data / "results" / "grid_coral.parquet"
    plan = [*pictures.plan(gather(SHIPPED, [mine]))]
    assert "ablation_coral_mask_ratio" in [each.name for each in _chosen(plan, [], every=False, own={mine})]


def test_labels_that_no_modalities_tell_are_named_instead_of_drawn(wide_table):
    rows = wide_table[(wide_table["distribution"] == "biased") & (wide_table["method"] == "comm")]
    lost = (rows["label"] == "synergy") & (rows["metric"] == "balanced_accuracy")
    rows = pictures._found(rows.assign(value=rows["value"].where(~lost, 0.5)))
    assert "synergy" not in set(rows["label"])
    assert {"redundancy", "unique_1"} <= set(rows["label"])
    assert pictures._of_found(rows).startswith(
        "Not shown, at chance from all modalities: Synergy after biased training. "
    )


def test_small_print_stands_beside_a_figure_or_also_inside(made, data, tmp_path):
    asked = {"venue": "icml", "data": data, "only": ["ablation_coral"]}
    inside = paper.make(tmp_path / "inside", captions="inside", **asked)
    (name,) = asked["only"]
    heights = [json.loads(each.figures[name][3].read_text())["height_inches"] for each in (made, inside)]
    assert heights[0] < heights[1]
    texts = [each.figures[name][-1].read_text() for each in (made, inside)]
    assert texts[0] == texts[1]
    assert " Baseline (grey line): mask ratio 0.75, masking asymmetric. Protocol: " in texts[0]
    assert "--captions inside" in json.loads(inside.manifest.read_text())["command"]
    with pytest.raises(ValueError, match="captions can be inside or none, not 'below'"):
        paper.make(tmp_path / "below", captions="below", **asked)


def test_captions_count_the_seeds_of_the_smallest_cell(table):
    rows = table[(table["method"] == "comm") | (table["seed"] == 0)]
    assert "n = 1 to 3 seeds" in words.of_runs(rows)


def test_a_sweep_has_a_figure_of_all_cells_and_of_every_number(made):
    names = {name for name in made.figures if name.startswith("ablation")}
    assert names == {"ablation_coral", "ablation_coral_mask_ratio"}
    assert "synergy_against_unique_coral" in made.figures


def test_metric_runs_and_baseline_of_sweeps_are_chosen_by_hand(data, tmp_path, capsys):
    names = ["ablation_coral_bits", "table_ablation_coral_bits"]
    asked = ["--metric", "bits", "--hold", "masking=asymmetric", "--baseline", "mask_ratio=0"]
    assert main(["figures", "--out", f"{tmp_path}", *asked, "--data", f"{data}", "--only", *names]) == 0
    note = json.loads((tmp_path / "manifest.json").read_text())
    assert shlex.join(asked) in note["command"]
    assert note["missing"] == {}
    caption = (tmp_path / "ablation_coral_bits.txt").read_text()
    assert "Ablation of coral: bits by the best readout of the whole embedding." in caption
    assert "Baseline (grey line): mask ratio 0, masking asymmetric." in caption
    assert "4 runs." in caption
    rows = pd.read_csv(tmp_path / "table_ablation_coral_bits.csv")
    assert list(dict.fromkeys(rows["name"])) == ["baseline", "mask ratio 0.75"]
    swept_bits = tables.select(sweep_table.read(data / "results" / "grid_coral.parquet"), metric="bits", part="all")
    own = swept_bits[(swept_bits["readout"] == "best") & (swept_bits["mask_ratio"] == 0)]
    kept = rows[(rows["name"] == "baseline") & (rows["label"] == "synergy")]["estimate"].item()
    assert kept == pytest.approx(own.loc[own["label"] == "synergy", "value"].mean())
    for wrong, sentence in (
        (["--hold", "colour=red"], "no sweep varies 'colour'; they vary "),
        (["--hold", "mask_ratio=7"], "no run has mask_ratio = 7; there are 0, 0.75."),
        (["--baseline", "mask_ratio"], "'mask_ratio' cannot be read: write setting=value, such as mask_ratio=0.5."),
        (["--metric", "nothing"], "no table of a sweep holds the metric 'nothing'."),
        (["--hold", "mask_ratio=0", "masking=symmetric"], "grid_coral.parquet' has mask_ratio = 0 and masking = sym"),
    ):
        assert main(["figures", "--out", f"{tmp_path}", "--data", f"{data}", *wrong]) != 0
        assert sentence in capsys.readouterr().err


def test_a_curve_of_one_panel_takes_one_column(table):
    usual = swept(table, ("comm", ""))  # which keeps neither of the two labels completely
    usual = usual[(usual["mask_ratio"] == 0.75) & (usual["masking"] == "asymmetric")]
    ratios = [usual.assign(mask_ratio=i / 5, run_id=usual["run_id"].str[:-1] + f"{i}") for i in range(5)]
    rows = pd.concat(ratios, ignore_index=True)
    for labels, columns in ((["synergy", "unique_1"], 2), (["synergy"], 1)):
        source = Source(Path("tiny.parquet"), rows[rows["label"].isin(["", *labels])])
        planned = {figure.name: figure.columns for figure in sweep_pictures.plan("tiny", source)}
        assert planned["ablation_tiny_mask_ratio"] == columns
        assert planned["ablation_tiny"] == 2


def test_a_metric_of_ones_own_is_drawn_and_tabulated_beside_accuracy(data):
    table = sweep_table.read(data / "results" / "grid_coral.parquet")
    assert sweep_pictures.metrics_of("coral", table) == {"coral": "balanced_accuracy"}
    rank = table[(table["metric"] == "bits") & (table["part"] == "all") & (table["readout"] == "best")]
    rank = rank.assign(metric="effective_rank", unit="", readout="", label="").drop_duplicates("run_id")
    both = pd.concat([table, rank], ignore_index=True)
    both.attrs = table.attrs
    found = sweep_pictures.metrics_of("coral", both)
    assert found == {"coral": "balanced_accuracy", "coral_effective_rank": "effective_rank"}
    assert sweep_pictures.metrics_of("coral", both, "bits") == {"coral_bits": "bits"}
    sheet = latex_tables.ablation(both, "ablation_rank", "effective_rank")
    assert "Effective rank of the whole embedding, mean over seeds." in sheet.caption


def test_the_table_of_accuracies_holds_the_means_of_the_runs(made, data):
    rows = tables.read(data / "results" / "factors.parquet")
    with open(made.tables["table_accuracy"][1], newline="") as file:
        cells = list(csv.DictReader(file))
    assert len(cells) == 3 * 5
    (cell,) = [c for c in cells if (c["name"], c["distribution"], c["label"]) == ("COrAL (hinge)", "biased", "synergy")]
    values = rows.query(
        "method == 'coral' and knob == '' and distribution == 'biased' and label == 'synergy' and part == 'all' "
        "and metric == 'balanced_accuracy'"
    )["value"]
    assert float(cell["estimate"]) == pytest.approx(values.mean())
    assert int(cell["n"]) == len(values) == 3
    tex = made.tables["table_accuracy"][0].read_text().splitlines()
    (line,) = [line for line in tex if line.startswith("COrAL (hinge)")]
    half = 50 * (float(cell["high"]) - float(cell["low"]))
    below = tex[tex.index(line) + 1].split(" & ")[4]
    assert f"{100 * values.mean():.1f}" in line.split(" & ")[4]
    assert f"$\\pm$ {half:.1f}" in below or f"[{100 * float(cell['low']):.1f}, 100.0]" in below
    assert "95\\% t-interval over seeds" in tex[1]
    assert tex[1].startswith("\\caption{Balanced accuracy in \\% of a linear probe")
    assert tex[2] == "\\label{tab:accuracy}"
    assert line.count("/3)") == _split(rows, "coral", "")


def _split(rows, method, knob):
    """In how many columns seeds of a method disagree on whether they found the label."""
    counts = found.found(rows).query("method == @method and knob == @knob and 0 < found < n")
    return len(counts)


def test_latex_counts_seeds_where_some_found_a_label_and_others_did_not(table):
    rows = table[(table["method"] == "comm") & (table["distribution"] == "biased")]
    sheet = latex_tables.accuracy(rows)
    assert _split(rows, "comm", "") == sheet.latex.count(" (1/3)}") == 1
    assert "(k/n) counts the seeds in which a linear probe finds more than half" in sheet.caption
    assert sheet.rows.query("label == 'synergy'")[["found", "of"]].to_numpy().tolist() == [[1, 3]]
    assert "(k/n)" not in latex_tables.accuracy(rows[rows["seed"] == 1]).caption


def test_latex_is_whole_and_escaped():
    cells = [("1", ""), ("2", "$\\pm$ 1"), ("3", "")]
    lines = latex_tables.booktabs(
        {"biased": ["redundancy", "my_label"], "50%": ["synergy"]}, [["a_b & c", *cells], ["d", *[("4", "")] * 3]]
    )
    assert lines[0] == "\\begin{tabular*}{\\textwidth}{@{}l@{\\extracolsep{\\fill}}rrr@{}}"
    assert lines[2:5] == [
        " & \\multicolumn{2}{c}{biased} & \\multicolumn{1}{c}{50\\%} \\\\",
        "\\cmidrule(lr){2-3} \\cmidrule(lr){4-4}",
        " & R & my\\_label & S \\\\",
    ]
    assert lines[6] == "a\\_b \\& c & 1 & 2 & 3 \\\\[-0.4ex]"
    assert lines[7:9] == [" &  & {\\fontsize{6}{7}\\selectfont $\\pm$ 1} &  \\\\[0.5ex]", "d & 4 & 4 & 4 \\\\"]
    assert [lines[i] for i in (1, 5, 9, 10)] == ["\\toprule", "\\midrule", "\\bottomrule", "\\end{tabular*}"]


def of_methods(**values):
    """Accuracies of synergy of methods, a value per seed."""
    where = {"knob": "", "task": "factors", "distribution": "biased", "split": "test", "part": "all", "unit": "share"}
    where |= {
        "label": "synergy",
        "metric": "balanced_accuracy",
        "readout": "linear",
        "status": "done",
        "step": 600,
        "method_version": 1,
    }
    frames = [
        pd.DataFrame({"method": name, "value": own, "seed": range(len(own))} | where) for name, own in values.items()
    ]
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(run_id=rows["method"] + rows["seed"].astype(str), n=100)


def test_the_best_is_bold_and_what_is_within_noise_of_it_underlined():
    made = latex_tables.accuracy(
        of_methods(
            cross=[0.9, 0.91, 0.9, 0.89, 0.9], comm=[0.89, 0.92, 0.88, 0.9, 0.9], simclr=[0.5, 0.52, 0.51, 0.5, 0.49]
        )
    )
    shown = {line.split(" & ")[0]: line.split(" & ")[1] for line in made.body if " & " in line}
    assert shown["Cross"] == "\\textbf{90.0} \\\\[-0.4ex]"
    assert shown["CoMM"] == "\\underline{89.8} \\\\[-0.4ex]"
    assert shown["SimCLR"] == "50.4 \\\\[-0.4ex]"
    assert "Bold: the best" in made.caption
    alike = latex_tables.accuracy(of_methods(cross=[1.0] * 5, comm=[1.0] * 5))
    assert "textbf" not in alike.latex
    assert "pm" not in "".join(alike.body)
    lone = latex_tables.accuracy(of_methods(cross=[0.9], comm=[0.8]))
    assert "\\underline" not in lone.latex


def test_ablation_table_has_a_line_per_cell_named_against_the_base(made):
    tex = made.tables["table_ablation_coral"][0].read_text()
    body = tex.split("\\midrule\n")[1].split("\\bottomrule")[0]
    names = [line.split(" & ")[0] for line in body.splitlines() if not line.startswith(" & ")]
    assert names == ["baseline", "mask ratio 0", "masking symmetric"]
    assert "n = 2 seeds; 95\\% t-interval over seeds." in tex


def test_captions_say_when_runs_of_a_sweep_were_made_differently(table, data, tmp_path):
    frame, asked = swept(table), ["ablation_coral", "table_ablation_coral"]
    new, *others = frame.attrs["specs"]
    made = {new: provenance.known({"cpu": "new"})} | dict.fromkeys(others, provenance.known({"cpu": "old"}))
    for differ in (False, True):
        said = made if differ else dict.fromkeys(made, provenance.known({"cpu": "old"}))
        frame.attrs["provenance"] = provenance.packed(said)
        sweep_table.write(frame, tmp_path / "coral.parquet")
        paper.make(tmp_path / "out", data=data, results=tmp_path / "coral.parquet", only=asked)
        captions = [(tmp_path / "out" / f"{name}.txt").read_text() for name in asked]
        assert [f"made alike: cpu old ({len(made) - 1} runs), new (1 run)" in text for text in captions] == [differ] * 2


def test_a_plane_without_spread_is_no_figure(table, data, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    frame = swept(table)
    whole = frame["metric"].eq("bits") & frame["label"].str.startswith("unique")
    sweep_table.write(
        frame.assign(value=frame["value"].where(~whole, 2.0)), tmp_path / "data/results/grid_coral.parquet"
    )
    names = {picture.name for picture in pictures.plan(gather(tmp_path / "data"))}
    assert "ablation_coral_mask_ratio" in names
    assert "synergy_against_unique_coral" not in names


def test_own_results_replace_the_shipped_ones(table, data, tmp_path):
    (tmp_path / "mine").mkdir()
    tables.write(table[table["method"] == "comm"], tmp_path / "tour")
    sweep_table.write(swept(table, ("coral", "orthogonality=squared")), tmp_path / "mine" / "results.parquet")
    sources = gather(data, [tmp_path / "tour.csv", tmp_path / "mine" / "results.parquet"])
    assert set(sources.named["main"].content["method"]) == {"comm"}
    assert list(sources.sweeps) == ["mine"]
    assert "specs" in sources.sweeps["mine"].content.attrs


def test_the_runs_of_an_own_tour_take_the_place_of_those_that_ship(table, data, tmp_path):
    tables.write(table, tmp_path / "results")
    (tmp_path / "runs").mkdir()
    assert gather(data, [tmp_path / "results.parquet"]).named["runs"].path == tmp_path / "runs"


def edited(frame):
    frame.loc[0, "value"] += 0.1
    return frame


BROKEN = {
    "lacks the columns": lambda frame: frame.drop(columns="readout"),
    "comes in versions 1 and 2": lambda frame: frame.assign(
        method_version=frame["method_version"] + (frame["seed"] == 0)
    ),
    "unknown columns": lambda frame: frame.assign(note="mine"),
    "holds the same row twice": lambda frame: pd.concat([frame, frame.head(1)]),
}


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_table_that_is_not_valid_is_a_sentence_and_nothing_is_written(sentence, table, data, tmp_path, capsys):
    BROKEN[sentence](table.copy()).to_parquet(tmp_path / "own.parquet", index=False)
    asked = ["figures", "--out", f"{tmp_path / 'out'}", "--data", f"{data}", "--results", f"{tmp_path / 'own.parquet'}"]
    assert main(asked) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert "own.parquet" in told
    assert len(told.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_rows_edited_by_hand_are_refused(data, tmp_path):
    frame = sweep_table.read(data / "results" / "grid_coral.parquet")
    edited(frame).to_parquet(tmp_path / "own.parquet", index=False)
    with pytest.raises(ValueError, match="was changed after it was written"):
        paper.make(tmp_path / "out", results=tmp_path / "own.parquet", data=data)
    assert not (tmp_path / "out").exists()


def test_other_slips_are_sentences_and_nothing_is_written(table, data, tmp_path):
    tables.write(table, tmp_path / "tour")
    (tmp_path / "words.parquet").write_text("no table")
    (tmp_path / "bench_own.csv").write_text("a,b\n1,2\n")
    tours = [tmp_path / "tour.csv", tmp_path / "tour.parquet"]
    sweep = data / "results" / "grid_coral.parquet"
    shutil.copy(sweep, tmp_path / "coral.parquet")
    for options, sentence in (
        ({"venue": "nips"}, "unknown venue 'nips'; choose one of icml, aistats"),
        ({"results": tmp_path / "none.parquet"}, r"there is no table '.*none\.parquet'"),
        ({"results": tmp_path}, "name a file such as out/tour/results.parquet"),
        ({"results": tmp_path / "words.parquet"}, r"words\.parquet' is no parquet table"),
        ({"results": tmp_path / "bench_own.csv"}, r"bench_own\.csv': it lacks the column 'method'"),
        ({"results": tours}, "a paper has one main table, not 2"),
        ({"results": [sweep, tmp_path / "coral.parquet"]}, "two tables of sweeps are called 'coral'"),
        ({"only": ["bits", "solver"]}, "there is no figure or table 'bits'; there are schematic, bits_kept, "),
        ({"data": tmp_path / "nowhere"}, r"there is no folder '.*nowhere' of shipped data"),
    ):
        with pytest.raises(ValueError, match=sentence):
            paper.make(tmp_path / "out", **{"data": data} | options)
        assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(data, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ValueError, match=r"cannot write to '.*out': File exists; choose another --out"):
        paper.make(tmp_path / "out", data=data)


def test_the_command_lists_what_was_made_and_what_is_missing(data, tmp_path, capsys):
    asked = ["--out", f"{tmp_path / 'out'}", "--data", f"{data}", "--only", "schematic", "coverage", "table_accuracy"]
    assert main(["figures", *asked]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{tmp_path / 'out' / 'schematic.pdf'}"
    assert f"missing: coverage, since {data / 'results' / 'bench_coverage.csv'} is not there" in said
    assert said[-1].startswith("1 figure and 1 table;")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["command"].endswith(shlex.join(asked[4:]))


def test_a_serif_set_embeds_serif_letters_alone(data, tmp_path):
    asked = ["--venue", "icml", "--serif", "--data", f"{data}", "--only", "bits_kept", "solver"]
    assert main(["figures", "--out", f"{tmp_path}", *asked]) == 0
    assert json.loads((tmp_path / "manifest.json").read_text())["command"].endswith(shlex.join(asked))
    for name in ("bits_kept", "solver"):
        fonts = set(re.findall(rb"/BaseFont /(?:[A-Z]{6}\+)?(\w+)", (tmp_path / f"{name}.pdf").read_bytes()))
        assert fonts
        assert all(font.startswith(b"STIXGeneral") for font in fonts), fonts


@pytest.fixture(scope="module")
def shipped_set(tmp_path_factory):
    """Makes the whole shipped set for a venue, once."""
    return cache(lambda venue: paper.make(tmp_path_factory.mktemp(venue), venue=venue, data=SHIPPED, every=True))


@pytest.mark.slow
@pytest.mark.parametrize("venue", ["icml", "neurips", "aaai"])
def test_the_shipped_set_is_ready_for_print(venue, shipped_set):
    made = shipped_set(venue)
    assert_ready_for_print(made, venue)
    assert len(made.figures) >= 18
    assert not [reason for reason in made.missing.values() if not reason.endswith("is not there")]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs a TeX")
@pytest.mark.parametrize("venue", ["icml", "neurips"])
@pytest.mark.parametrize("every", [False, True], ids=["core", "all"])
def test_the_document_compiles_and_nothing_is_wider_than_its_column(venue, every, shipped_set, tmp_path):
    made = shipped_set(venue) if every else paper.make(tmp_path, venue=venue, data=SHIPPED)
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"], cwd=made.out, capture_output=True
    )
    log = (made.out / "main.log").read_text(errors="replace")
    assert ended.returncode == 0, log[-2000:]
    assert [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(points) > 1] == []
    assert "Float too large" not in log
    assert (made.out / "main.pdf").stat().st_size > 10_000
    assert len(made.figures) >= 18 if every else len(made.figures) == 12


@pytest.mark.slow
def test_trained_methods_are_shown_by_the_same_bytes_on_any_number_of_threads(tmp_path):
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            opened._projected.cache_clear()
            paper.make(tmp_path / f"{threads}", data=SHIPPED, only=["map_synergy", "masks_infmasking", "masks_coral"])
    finally:
        torch.set_num_threads(before)
    made = sorted((tmp_path / "1").iterdir())
    assert made
    for path in made:
        assert (tmp_path / "2" / path.name).read_bytes() == path.read_bytes(), path.name
