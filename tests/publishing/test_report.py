import base64
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.figure import Figure

from coral_viz import figures, style
from coral_viz.figures.layout.canvas import describe
from coral_viz.publishing import report
from coral_viz.publishing.report import page, reading, sections
from coral_viz.results import provenance, references, schema, tables


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.images, self.links, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.images.append(attributes)
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def small(table):
    """Two methods and little training, so that the whole folder takes seconds."""
    return table[table["method"].isin(["cross", "comm"]) & table["distribution"].isin(["unbiased", "relation"])]


@pytest.fixture(scope="module")
def written(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "tour"
    runs = small.drop_duplicates("run_id")[["run_id", "method", "distribution", "seed"]]
    index = report.write(
        out,
        small,
        runs.assign(seconds=7.0, device="cpu"),
        figures.overview(small),
        command="python -m coral_viz tour --out 'out/<tour>'",
        settings={"classes": 4, "sigma": 0.15},
        failures=runs.head(1).assign(reason="the loss is NaN at step 40: full & modality_1"),
    )
    return out, index, Page(index.read_text(encoding="utf-8"))


def test_every_link_leads_to_a_file_of_the_folder(written):
    out, _, page = written
    assert page.links
    for link in [link for link in page.links if not link.startswith("data:image/svg+xml;base64,")]:
        assert link.startswith("#") or (out / link).is_file(), link


@pytest.mark.parametrize("name", ["../../out", "where_a/b", "/tmp/figure", ""])
def test_no_name_of_a_figure_leads_out_of_the_folder(small, tmp_path, name):
    drawn = {name: describe(Figure(), "A figure.")}
    with pytest.raises(ValueError, match=f"^the name '{name}' is not allowed: "):
        report.write(tmp_path / "out" / "tour", small, pd.DataFrame(), drawn, command="tour", settings={})
    assert list(tmp_path.iterdir()) == []


def test_print_keeps_all_columns_and_closed_details_and_dark_pages_have_dark_pictures(written):
    source = written[1].read_text(encoding="utf-8")
    (printed,) = re.findall(r"@media print \{(.*?)\n\}", source, re.DOTALL)
    for rule in (
        r"\.scroll, \.card \{ overflow: visible",
        r"\.card img \{ min-width: 0",
        r"th, td \{ white-space: normal",
        r"details::details-content \{ content-visibility: visible",
    ):
        assert re.search(rule, printed), rule
    (dark,) = re.findall(r"@media screen and \(prefers-color-scheme: dark\) \{(.*?)\n\}", source, re.DOTALL)
    assert re.search(r"\.card img \{ filter: invert", dark)
    assert "--card: #ffffff" not in dark


def test_nothing_is_asked_of_other_hosts_nor_of_other_files(written):
    source = written[1].read_text(encoding="utf-8")
    source, pictures = re.subn(r'"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+"', '""', source)
    assert pictures == len(written[2].images)
    assert not re.search(r"https?:|//\w|@import|url\(|<link|<script[^>]|fetch|XMLHttpRequest|import\(|Socket", source)
    assert source.count("<script>") == 1


def test_every_figure_is_shown_with_its_words(written, small):
    pictures = figures.overview(small)
    out, _, page = written
    head = "data:image/svg+xml;base64,"
    shown = {base64.b64decode(image["src"].removeprefix(head)): image["alt"] for image in page.images}
    drawn = {(out / "figures" / f"{name}.svg").read_bytes(): picture.alt for name, picture in pictures.items()}
    assert shown == drawn
    assert {"bits_kept", "accuracy", "parts", "training", "where_comm", "where_cross_dots"} <= set(pictures)
    assert next(iter(shown)) == (out / "figures" / "bits_kept.svg").read_bytes()


def test_contents_name_every_section_in_order(written):
    source = written[1].read_text(encoding="utf-8")
    (contents,) = re.findall(r'<nav aria-label="Contents">(.*?)</nav>', source, re.DOTALL)
    listed = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', contents)
    assert listed == re.findall(r'<h2 id="([^"]+)">([^<]+)</h2>', source)
    assert len({name for name, _ in listed}) == len(listed) >= 6
    assert listed[0] == ("what-was-kept", "What was kept")


def test_numbers_lead_to_the_runs_that_they_rest_on(written, small):
    source = written[1].read_text(encoding="utf-8")
    linked = re.findall(r'<a href="#(runs-[^"]+)" title="([^"]+)">(-?[\d.]+)</a>', source)
    rows = re.findall(r'<tr(?: id="([^"]+)")? data-group="([^"]+)">(.*?)</tr>', source)
    summary = tables.bits_kept(small).query("readout == 'best'")
    assert len(linked) == len(summary)
    assert len(rows) == small["run_id"].nunique()
    assert {group for group, _, _ in linked} == {group for _, group, _ in rows} == {name for name, _, _ in rows if name}
    asked = small[(small["method"] == "comm") & (small["distribution"] == "relation")]
    ids = [
        run
        for run in asked["run_id"].unique()
        if any(run in cells and group == "runs-comm-relation" for _, group, cells in rows)
    ]
    assert sorted(ids) == sorted(asked["run_id"].unique())
    bits = asked[(asked["metric"] == "bits") & (asked["part"] == "all") & (asked["readout"] == "best")]
    said = ", ".join(f"seed {row.seed}: {row.value:.2f}" for row in bits.sort_values("seed").itertuples())
    assert said in {words for group, words, _ in linked if group == "runs-comm-relation"}


def test_runs_state_their_sizes_and_where_they_were_made_and_what_is_the_same_is_said_once(small):
    made = provenance.known({"cpu": "fast", "commit": "0123456789abcdef-dirty"})
    sized = small.assign(embedding_width=64.0, parameters=small["method"].map({"cross": 24961.0, "comm": 104640.0}))
    words = " ".join(told(sized, **made).split())
    assert "Of all: width 64, device cpu, CPU fast, commit 0123456789-dirty." in words
    assert words.count("<td>24,961</td>") == words.count("<td>104,640</td>") == small["run_id"].nunique() // 2
    others = ["slow"] + ["fast"] * (small["run_id"].nunique() - 1)
    words = " ".join(told(sized, **made | {"cpu": others}).split())
    assert words.count("<td>slow</td>") == 1
    assert "Of all: width 64, device cpu, commit" in words
    bare = small.assign(embedding_width=float("nan"), parameters=float("nan"))
    assert "Of all: device cpu.</caption>" in told(bare)


def test_numbers_truths_and_n_are_those_of_the_table(written, small):
    text = written[2].text
    for row in tables.bits_kept(small).query("readout == 'best'").itertuples():
        assert f"{row.estimate:.2f}{row.low:.2f} to {row.high:.2f}" in text
    assert "unbiasedof 2" in text
    assert "relationof 1" in text
    assert "n = 3 seeds" in text


def test_command_settings_failures_and_time_are_told(written):
    text = written[2].text
    assert "python -m coral_viz tour --out 'out/<tour>'" in text
    assert "sigma0.15" in text
    assert "the loss is NaN at step 40: full & modality_1" in text
    assert "12 runs, 84 s of computing" in text


def test_the_folder_holds_the_table(written, small):
    out = written[0]
    pd.testing.assert_frame_equal(tables.read(out / "results.parquet"), schema.validate(small))
    assert len(pd.read_csv(out / "timing.csv")) == 12
    kept = pd.read_csv(out / "bits_kept.csv", keep_default_na=False)
    assert kept["estimate"].tolist() == pytest.approx(tables.bits_kept(small)["estimate"].tolist())


def test_reading_follows_the_numbers(table):
    words = reading.kept(table)
    assert words[0].startswith(
        "After unbiased training, every method kept nearly all of redundancy (at least 1.99 of 2 bits)."
    )
    kept = tables.bits_kept(table).query("method == 'cross' and distribution == 'unbiased' and readout == 'best'")
    u1, u2 = (kept.loc[kept["label"] == label, "estimate"].item() for label in ("unique_1", "unique_2"))
    assert f"Of unique 1 and unique 2 (2 bits each), Cross kept {u1:.2f} and {u2:.2f}" in words[0]
    assert words[2].startswith(
        "After relation training, of synergy (1 bit), CoMM, COrAL (hinge) and COrAL (squared) kept nearly all"
    )
    assert "A linear readout finds less of it: of unique 1 after unbiased training 0." in words[3]
    assert words[3].endswith("With 3 seeds this is a first look, not a ranking.")


def test_reading_turns_with_the_numbers(table):
    lost = table.copy()
    lost.loc[lost["metric"] == "bits", "value"] = 0.01
    words = reading.kept(lost)
    assert words[0].startswith(
        "After unbiased training, no method kept more than 0.01 of 2 bits each of redundancy, unique 1 and"
    )
    assert "A linear readout finds what the best one finds, everywhere." in words[3]


def test_reading_says_all_and_nothing_without_digits_that_limit_nothing(table):
    ends = table.copy()
    is_bits, full = ends["metric"] == "bits", ends["label"] == "redundancy"
    ends.loc[is_bits, "value"] = 0.001
    ends.loc[is_bits & full, "value"] = 2.001
    words = reading.kept(ends)
    assert words[0].startswith(
        "After unbiased training, every method kept nearly all of redundancy (2.00 of 2 bits). No method kept any of "
        "unique 1 and unique 2 (2 bits each)."
    )
    assert words[2] == "After relation training, no method kept any of synergy (1 bit)."


def test_pictures_between_parts_are_told_apart(written):
    source = written[1].read_text(encoding="utf-8")
    for name in ("Cross", "CoMM"):
        assert source.count(f"<figcaption>{name}: bits about each label that two parts") == 2  # bars and dots


def test_leakage_names_the_parts(table):
    words = reading.leakage(table)
    assert re.search(r"COrAL \(hinge\) 0\.\d\d bits of unique [12] in both shared and path [12]", words)
    assert reading.leakage(table[table["method"] == "nobody"]) == ""


def test_more_than_the_estimate_is_said_and_what_it_means_unless_it_is_hardly_more():
    rows = pd.DataFrame({"method": ["cross", "coral"], "knob": "", "label": "mood", "known": references.ESTIMATE})
    rows = rows.assign(truth=[0.9, 0.5], estimate=[0.905, 0.55])
    (said,) = reading._beyond(rows)
    assert said.startswith(
        "COrAL (hinge) seems to hold 0.55 bits of mood, more than the 0.50 that the data are estimated"
    )
    assert "the estimate found less in the data than there is" in said
    assert reading._beyond(rows[:1]) == []
    assert reading._beyond(rows.assign(known=references.EXACT)) == []


@pytest.fixture(scope="module")
def many(wide_table, tmp_path_factory):
    """The page of many methods, with stand-ins for its pictures."""
    names = ["bits_kept", "parts", "parts_2", "training", "training_2", *(f"where_{m}" for m in "abcdefg"), "mine"]
    out, runs = tmp_path_factory.mktemp("many"), wide_table.drop_duplicates("run_id")
    runs = runs[["run_id", "method", "distribution", "seed"]].assign(seconds=1.0, device="cpu")
    drawn = {name: describe(Figure((1, 1)), name) for name in names}
    return report.write(out, wide_table, runs, drawn, command="tour", settings={}).read_text(encoding="utf-8")


def test_many_methods_are_counted_not_listed(many, wide_table):
    text = Page(many).text
    assert "19 objectives, from Cross to MAE, trained on the task factors of 2 modalities" in text
    assert "Below it the linear readout" not in text
    assert not re.search(r"linear \d\.\d\d", text)
    assert many.index(f"All {wide_table['run_id'].nunique()} runs") < many.index('data-group="runs-cross-')
    runs = tables.of_variant(wide_table, ("ovaib", "beta=0.1"))["run_id"].nunique()
    assert many.count('<th scope="row">OVA-IB (beta=0.1)</th>') == 2 + runs  # bits kept, and time; its runs


def test_many_pictures_are_paged_and_folded(many):
    places = [many.index(f'<figure id="{name}"') for name in ("parts", "parts_2", "where_a", "training", "training_2")]
    assert places == sorted(places)
    assert many.count("Between the parts of") == 7
    assert many.index("More pictures") < many.index('<figure id="mine"')


def test_bits_side_by_side_are_the_means_of_the_best_readout(wide_table):
    told = reading.bits(wide_table)
    best = tables.bits_kept(wide_table).query("readout == 'best'")
    assert len(told) == len(tables.variants(best))
    assert list(told.columns) == [
        (distribution, style.label_style(label).symbol)
        for distribution in tables.distributions(best)
        for label in tables.labels(best[best["distribution"] == distribution])
    ]
    assert list(told.index[:2]) == ["Cross", "CMC"]
    asked = tables.of_variant(best, ("ovaib", "beta=0.1")).query("label == 'synergy'").set_index("distribution")
    for distribution, mean in asked["estimate"].items():
        assert told.loc["OVA-IB (beta=0.1)", (distribution, "S")] == mean


def test_reading_many_methods_stays_short_and_true(wide_table):
    words = reading.kept(wide_table)
    assert all(len(paragraph.split()) < 100 for paragraph in words)
    best = tables.bits_kept(wide_table).query("readout == 'best' and distribution == 'biased'")
    unique = best[best["label"].str.startswith("unique")]
    some = unique[unique["share"].between(reading.HARDLY_ANY, reading.NEARLY_ALL, inclusive="neither")]
    low, high = some["estimate"].min(), some["estimate"].max()
    count = len(tables.variants(some))
    assert re.search(rf"{count} methods kept from {low:.2f} with \S+.* to {high:.2f} with SimCLR", words[1])
    none = best[(best["label"] == "synergy") & (best["share"] <= reading.HARDLY_ANY)]
    assert f"and the other {len(none)} hardly any." in words[1]
    both = tables.bits_kept(wide_table).pivot(
        index=["method", "knob", "distribution", "label"], columns="readout", values="estimate"
    )
    gaps = both["best"] - both["linear"]
    assert f"in {(gaps >= reading.NOTABLE).sum()} of {len(gaps)} cases" in words[3]
    leaks = reading.leakage(wide_table)
    assert leaks.count(";") == 3
    assert "; the other 16 at most 0.0" in leaks


def told(table, **made):
    """The page of a table's runs, made as said, without pictures."""
    runs = table.drop_duplicates("run_id")[["run_id", "method", "distribution", "seed"]]
    content = sections.content(table, runs.assign(seconds=1.0, device="cpu", **made), {}, pd.DataFrame(), {})
    return page.document(command="tour", **content)


def test_only_what_the_table_holds_is_explained(triple_table, small):
    words = told(triple_table[triple_table["distribution"] == "biased"])
    assert "Biased training" in words
    assert "Missing modalities" in words
    assert "Relation training" not in words
    words = told(small)
    assert "Relation training" in words
    assert not re.search("Biased training|Missing modalities", words)


def test_machines_are_named_and_said_to_differ(small):
    made, others = provenance.known({name: "same" for name in provenance.FIELDS}), small["run_id"].nunique() - 1
    words = " ".join(told(small, **made).split())
    assert "The runs were made on: same. Repeated on the same kind of CPU" in words
    assert "made alike" not in words
    words = " ".join(told(small, **made | {"cpu": ["A & B"] + ["same"] * others}).split())
    assert f"Not all runs were made alike: cpu same ({others} runs), A &amp; B (1 run)." in words
    assert "made on" not in told(small)


def test_a_table_of_one_method_names_it(table):
    alone = table[(table["method"] == "coral") & (table["knob"] == "")]
    words = reading.kept(alone)
    assert words[0].startswith("After unbiased training, COrAL (hinge) kept nearly all of")
    assert "method" not in " ".join(words[:-1])
