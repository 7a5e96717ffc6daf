"""Pictures of sweeps: cells are never mixed, every seed is drawn, levels stand where they should."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from coral_viz import style
from coral_viz.figures.layout import face as faces
from coral_viz.figures.layout import panel_grid
from coral_viz.figures.sweep import (
    configuration_rows,
    label_lines,
    setting_curves,
    sweep_data,
    sweep_words,
    synergy_tradeoff,
)
from coral_viz.figures.sweep.differences import differences
from coral_viz.figures.sweep.heat_map import heat
from coral_viz.results import statistics, tables

LOOKS = [style.screen(), style.talk(), style.paper(), style.paper(columns=2)]
RATIOS = (0.0, 0.25, 0.5, 0.75)


@pytest.fixture(scope="module")
def sweep(table):
    """COrAL, three seeds: the mask ratio turned under two kinds of masks, and a cell with another weight."""
    usual = table[(table["method"] == "coral") & (table["knob"] == "") & (table["distribution"] == "biased")]
    cells = [(ratio, kind, 1.0) for kind in ("asymmetric", "symmetric") for ratio in RATIOS]
    frames = []
    for i, (ratio, kind, weight) in enumerate([*cells, (0.75, "asymmetric", 10.0)]):
        lower = (usual["label"] == "synergy") & usual["metric"].isin(["bits", "balanced_accuracy"])
        value = usual["value"].where(~lower, usual["value"] * (1 - 0.04 * i))
        run_id = usual["run_id"].str[:-1] + "ghijklmno"[i]
        frames.append(usual.assign(mask_ratio=ratio, masking=kind, weight=weight, value=value, run_id=run_id))
    return pd.concat(frames[3:4] + frames[:3] + frames[4:], ignore_index=True)


DRAWN = {
    "curve": lambda table, **look: setting_curves.curve(table, "mask_ratio", **look),
    "curve of a loss": lambda table, **look: setting_curves.curve(table, "mask_ratio", metric="loss/shared", **look),
    "cells": lambda table, **look: configuration_rows.cells(table, ["mask_ratio", "masking", "weight"], **look),
    "cells in bits": lambda table, **look: configuration_rows.cells(table, ["masking"], metric="bits", **look),
    "parallel": lambda table, **look: label_lines.parallel(table, ["mask_ratio", "masking"], **look),
    "trade": lambda table, **look: synergy_tradeoff.trade(table, setting="mask_ratio", **look),
    "trade of words": lambda table, **look: synergy_tradeoff.trade(table, setting="masking", **look),
}


@pytest.mark.parametrize("look", LOOKS, ids=["screen", "talk", "one", "two"])
@pytest.mark.parametrize("name", DRAWN)
def test_every_word_can_be_read(sweep, assert_legible, face, name, look):
    figure = DRAWN[name](sweep, look=look | face)
    assert figure.get_size_inches()[0] == look["figure.figsize"][0]
    assert_legible(figure)


def test_long_names_of_cells_are_broken_and_whole(sweep, assert_legible, face):
    long = sweep.rename(columns={"mask_ratio": "mask_ratio_of_either_modality", "masking": "masking_of_both_views"})
    figure = configuration_rows.cells(long, sweep_data.settings(long), look=style.paper() | face)
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert "mask ratio of either modality 0.25, masking of both views symmetric" in [
        n.replace("\n", " ") for n in names
    ]
    assert max(name.count("\n") for name in names) >= 2
    assert_legible(figure)
    panels = [ax.get_position().width for ax in figure.axes]
    assert sum(panels) > 0.35


def test_names_give_way_to_symbols_where_one_does_not_fit(face):
    with matplotlib.rc_context(face):
        room = faces.width("Redundancy", weight="bold")
        assert panel_grid.named(tables.LABELS, room, "bold") == ["Redundancy", "Unique 1", "Unique 2", "Synergy"]
        assert panel_grid.named(tables.LABELS, room - 0.01, "bold") == ["R", "U1", "U2", "S"]


def marked(ax, marker, hollow=False):
    lines = [line for line in ax.lines if line.get_marker() == marker and line.get_linestyle() != "None"]
    return [line for line in lines if (line.get_markerfacecolor() == style.PAPER) == hollow]


def of(sweep, label, metric="balanced_accuracy", part="all", readout="linear"):
    return tables.select(sweep, label=label, metric=metric, part=part, readout=readout)


def test_a_curve_shows_means_and_seeds_of_cells_that_differ_in_the_level_alone(sweep):
    figure = setting_curves.curve(sweep, "mask_ratio", labels=tables.LABELS)
    assert [ax.get_title("left") for ax in figure.axes] == ["Redundancy", "Unique 1", "Unique 2", "Synergy"]
    ax, rows = figure.axes[3], of(sweep, "synergy")
    rows = rows[rows["weight"] == 1]
    for kind, line in (("asymmetric", *marked(ax, "o")), ("symmetric", *marked(ax, "s", hollow=True))):
        means = rows[rows["masking"] == kind].groupby("mask_ratio")["value"].mean()
        assert line.get_ydata() == pytest.approx(means.to_numpy())
        assert line.get_xdata() == pytest.approx(RATIOS, abs=0.02)
        assert to_hex(line.get_color()) == style.ATOM_COLOURS["synergy"].lower()
    seeds = next(line for line in ax.lines if line.get_linestyle() == "None")
    assert sorted(seeds.get_ydata()) == pytest.approx(sorted(rows["value"]))
    chance = next(line for line in ax.lines if line.get_linestyle() == ":")
    assert set(chance.get_ydata()) == {0.5}
    key = [text.get_text() for text in figure.legends[0].get_texts()]
    assert key == ["masking asymmetric", "masking symmetric"]


def test_panels_that_fill_no_row_are_labelled_all_the_same(sweep, assert_legible, face):
    figure = setting_curves.curve(
        sweep, "mask_ratio", labels=["unique_1", "unique_2", "synergy"], look=style.paper() | face
    )
    assert [ax.get_xlabel() for ax in figure.axes] == ["", "mask ratio", "mask ratio"]
    assert_legible(figure)


def test_levels_too_close_to_stand_to_scale_stand_side_by_side(sweep):
    weights = sweep["mask_ratio"].map({0.0: 0.1, 0.25: 1.0, 0.5: 10.0, 0.75: 100.0})
    figure = setting_curves.curve(sweep.assign(mask_ratio=weights), "mask_ratio", labels=["synergy"])
    (ax,) = figure.axes
    assert list(ax.get_xticks()) == [0, 1, 2, 3]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0.1", "1", "10", "100"]
    assert "not to scale" in figure.texts[0].get_text().replace("\n", " ")


def test_methods_are_lines_of_their_own(sweep):
    own = sweep[(sweep["masking"] == "asymmetric") & (sweep["weight"] == 1)]
    other = own.assign(method="comm", run_id=own["run_id"].str[:-1] + "z" + own["run_id"].str[-1])
    figure = setting_curves.curve(pd.concat([own, other]), "mask_ratio")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["COrAL", "CoMM"]


def test_cells_are_those_that_differ_from_the_base_in_what_is_named(sweep):
    base = {"mask_ratio": 0.75, "masking": "asymmetric", "weight": 1.0}
    assert sweep_data.baseline(sweep) == base
    figure = configuration_rows.cells(sweep, ["masking", "weight"])
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == [
        "baseline",
        "masking symmetric",
        "weight 10",
    ]
    ax, rows = figure.axes[3], of(sweep, "synergy")
    rows = rows[rows["mask_ratio"] == 0.75]
    means = next(line for line in ax.lines if line.get_marker() == "o").get_xdata()
    wanted = rows.groupby(["masking", "weight"])["value"].mean()
    assert means == pytest.approx([wanted[key] for key in (("asymmetric", 1), ("symmetric", 1), ("asymmetric", 10))])
    assert [*ax.lines[0].get_xdata()] == pytest.approx([means[0]] * 2)
    other = configuration_rows.cells(sweep, ["masking"], base={"mask_ratio": 0.25})
    assert "Baseline (grey line): mask ratio 0.25, masking asymmetric" in other.texts[0].get_text().replace("\n", " ")


def test_the_baseline_has_the_defaults_however_rare_they_are(sweep):
    one = sweep[(sweep["masking"] == "asymmetric") & (sweep["weight"] == 1)]
    often = pd.concat([one, *(one[one["mask_ratio"] == 0].assign(run_id=f"{i:016x}") for i in range(9))])
    assert sweep_data.baseline(often)["mask_ratio"] == 0.75
    lacking = one[one["mask_ratio"] != 0.75]
    assert sweep_data.baseline(lacking)["mask_ratio"] == 0.75
    figure = configuration_rows.cells(lacking, ["mask_ratio"])
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == ["mask ratio 0", "mask ratio 0.25", "mask ratio 0.5"]
    said = " ".join(figure.texts[0].get_text().split())
    assert said.endswith("Dotted: chance. No run is at the baseline: mask ratio 0.75, masking asymmetric, weight 1.")
    assert sweep_data.named(one[one["mask_ratio"] == 0], ["mask_ratio"], {"mask_ratio": 0.75})[0] == "mask ratio 0"
    with pytest.raises(ValueError, match=r"no run has mask ratio 0\.75.*let base= name other values"):
        configuration_rows.cells(lacking.assign(width=64), ["width"])


def test_a_sweep_of_widths_is_compared_with_the_default_width(sweep):
    narrow = (sweep["masking"] == "symmetric").map({True: 32, False: 64})
    rows = sweep.assign(width=narrow)[(sweep["mask_ratio"] == 0.75) & (sweep["weight"] == 1)].drop(columns="masking")
    assert set(sweep_data.named(rows, ["width"], sweep_data.baseline(rows))) == {"baseline", "width 32"}


def test_methods_with_other_defaults_have_baselines_of_their_own(sweep):
    rows = sweep[(sweep["masking"] == "asymmetric") & (sweep["weight"] == 1)].drop(columns=["masking", "weight"])
    other = rows.assign(method="infmasking", run_id="z" + rows["run_id"].str[1:])
    other["mask_ratio"] = other["mask_ratio"].replace(0.5, 0.7)
    both = pd.concat([rows, other])
    base = sweep_data.baseline(both)
    words = dict.fromkeys(sweep_data.named(both, ["method", "mask_ratio"], base))
    assert [name for name in words if sweep_words.is_baseline(name)] == ["COrAL, baseline", "InfMasking, baseline"]
    assert "InfMasking, mask ratio 0.75" in words
    told = sweep_words.based_in_words(base)
    assert told == ["mask ratio 0.75 (COrAL)", "mask ratio 0.7 (InfMasking)"]
    held = sweep_data.held(both, [], base)
    assert set(zip(held["method"], held["mask_ratio"])) == {("coral", 0.75), ("infmasking", 0.7)}


def test_a_baseline_can_be_named(sweep):
    rows = sweep[(sweep["weight"] == 1) & (sweep["mask_ratio"] == 0.75)]
    figure = configuration_rows.cells(rows, ["masking"], base={"masking": "symmetric"})
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["baseline", "masking asymmetric"]


def test_words_of_the_baseline_leave_out_settings_without_a_value():
    words = sweep_words.baseline_in_words(["Cross, baseline"], {"distribution": "biased", "knob": ""}, "grey line")
    assert words == " Baseline (grey line): distribution biased."


def test_where_methods_alone_differ_none_is_the_baseline(sweep):
    own = sweep[(sweep["masking"] == "asymmetric") & (sweep["weight"] == 1) & (sweep["mask_ratio"] == 0.75)]
    other = own.assign(method="comm", run_id=own["run_id"].str[:-1] + "z")
    figure = configuration_rows.cells(pd.concat([own, other]), ["masking"])
    assert {text.get_text() for text in figure.axes[0].get_yticklabels()} == {"COrAL", "CoMM"}
    assert "grey line" not in figure.texts[0].get_text().replace("\n", " ")


def test_levels_count_only_where_all_else_is_the_same(sweep):
    assert sweep_data.levels(sweep, "mask_ratio") == len(RATIOS)
    assert sweep_data.levels(sweep, "masking") == 0
    each = sweep.assign(width=sweep["mask_ratio"])  # never differs in it alone
    assert sweep_data.levels(each, "width") == 0


def test_differences_are_paired_with_the_baseline_and_corrected(sweep, assert_legible, face):
    figure = differences(sweep, ["masking", "weight"], look=style.paper() | face)
    assert_legible(figure)
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert [name.replace("\n", " ") for name in names] == ["masking symmetric", "weight 10"]
    rows = of(sweep, "synergy").query("mask_ratio == 0.75")
    told = statistics.paired(rows, {"masking": "asymmetric", "weight": 1.0}).set_index(["masking", "weight"])
    ax = figure.axes[3]
    dots = np.concatenate([line.get_xdata() for line in ax.lines if line.get_marker() == "o"])
    assert sorted(dots) == pytest.approx(sorted(100 * told["estimate"]))
    row = told.loc[("symmetric", 1.0)]
    values = rows.pivot(index="seed", columns=["masking", "weight"], values="value")
    apart = values["symmetric", 1.0] - values["asymmetric", 1.0]
    assert row["effect"] == pytest.approx(apart.mean() / apart.std())
    assert f"d = {row['effect']:.2f})" in figure.alt
    with pytest.raises(ValueError, match="no run is at the baseline"):
        differences(sweep[sweep["mask_ratio"] == 0.5], ["mask_ratio", "masking"])


def test_a_heat_map_tells_means_and_interactions(sweep, assert_legible, face):
    figure = heat(sweep, ["mask_ratio", "masking"], look=style.paper(columns=2) | face)
    assert_legible(figure)
    (ax,) = [ax for ax in figure.axes if ax.get_title("left") == "Synergy"]
    rows = of(sweep, "synergy")
    rows = rows[rows["weight"] == 1]
    means = rows.groupby(["masking", "mask_ratio"])["value"].mean()
    texts = [text.get_text() for text in ax.texts]
    shown = {text.get_position()[0]: text.get_text() for text in ax.texts if text.get_position()[1] in (0, -0.25)}
    assert shown == {x: f"{100 * means['asymmetric', ratio]:.1f}" for x, ratio in enumerate(RATIOS)}
    wide = rows.pivot(index="seed", columns=["masking", "mask_ratio"], values="value")
    effect = wide["symmetric", 0.25] - wide["symmetric", 0.75] - wide["asymmetric", 0.25] + wide["asymmetric", 0.75]
    told = statistics.interactions(rows, {"mask_ratio": 0.75, "masking": "asymmetric"})
    row = told[(told["mask_ratio"] == 0.25) & (told["masking"] == "symmetric")].iloc[0]
    assert (row["estimate"], row["n"]) == (pytest.approx(effect.mean()), 3)
    assert sum("[" in text for text in texts) == len(told) == 3
    assert "mask ratio 0.75, masking asymmetric" in figure.small_print


def test_a_heat_map_is_of_one_method_and_two_settings(sweep):
    other = sweep.assign(method="comm", run_id="z" + sweep["run_id"].str[1:])
    with pytest.raises(ValueError, match="a heat map is of one method; hold one"):
        heat(pd.concat([sweep, other]), ["mask_ratio", "masking"])
    with pytest.raises(ValueError, match="has two settings, not masking, masking"):
        heat(sweep, ["masking", "masking"])


def test_small_panels_show_numbers_of_few_levels_at_the_defaults(sweep, assert_legible, face):
    figure = setting_curves.curves(sweep, ["mask_ratio", "weight"], look=style.paper(columns=2) | face)
    assert_legible(figure)
    shown = [(ax.get_title("left"), ax.get_xlabel()) for ax in figure.axes]
    assert ("Synergy", "mask ratio") in shown
    assert ("Synergy", "weight") in shown
    ax = figure.axes[shown.index(("Synergy", "weight"))]
    rows = of(sweep, "synergy")
    rows = rows[(rows["masking"] == "asymmetric") & (rows["mask_ratio"] == 0.75)]
    (line,) = marked(ax, "o")
    assert line.get_ydata() == pytest.approx(rows.groupby("weight")["value"].mean().to_numpy())
    assert "All else: mask ratio 0.75, masking asymmetric, weight 1." in figure.small_print


def test_parallel_lines_are_means_across_labels(sweep):
    figure = label_lines.parallel(sweep, ["mask_ratio"])
    (ax,) = figure.axes
    heights = {text.get_text().strip(): text.get_position()[1] for text in ax.texts}
    names = ["mask ratio 0", "mask ratio 0.25", "mask ratio 0.5", "baseline"]
    assert sorted(heights, key=heights.get) == names[::-1]  # synergy falls with the ratio
    (line,) = [line for line in marked(ax, "o") if len(line.get_xdata()) == 4]
    rows = sweep[(sweep["mask_ratio"] == 0.75) & (sweep["masking"] == "asymmetric") & (sweep["weight"] == 1)]
    assert line.get_ydata() == pytest.approx([of(rows, label)["value"].mean() for label in tables.LABELS])
    assert line.get_color() == style.INK
    faint = ax.lines[0].get_ydata()
    assert np.isnan(faint).sum() == 2  # between three seeds


def test_trade_is_of_shares_that_one_part_keeps(sweep):
    figure = synergy_tradeoff.trade(sweep, setting="mask_ratio")
    rows = sweep[(sweep["mask_ratio"] == 0.25) & (sweep["masking"] == "symmetric")]
    bits = {label: of(rows, label, "bits", "shared", "best")["value"].mean() for label in tables.LABELS}
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "s"]
    means = np.column_stack(dots[1].get_data())
    assert len(means) == 2  # a cell for either kind of mask
    assert [(bits["unique_1"] + bits["unique_2"]) / 4, bits["synergy"]] == pytest.approx(means[1])
    assert len(dots[0].get_xdata()) == 6
    assert "masking symmetric" in figure.alt
    assert "synergy kept in shared" in figure.alt


def test_what_keeps_neither_is_named_instead_of_drawn(sweep):
    usual = sweep[sweep["weight"] == 1]
    lost = usual["masking"].eq("symmetric") & usual["metric"].eq("bits") & (usual["label"] != "redundancy")
    figure = synergy_tradeoff.trade(usual.assign(value=usual["value"].where(~lost, 0.01)), setting="masking")
    assert "Not shown, 5% or less of both: masking symmetric." in figure.texts[0].get_text().replace("\n", " ")
    assert len(figure.axes[0].lines) == 2  # runs and means of the other
    assert "n = 12" in figure.texts[0].get_text()


def test_labels_that_every_run_keeps_whole_are_named_instead_of_drawn(sweep):
    full = (sweep["label"] == "redundancy") & (sweep["metric"] == "balanced_accuracy")
    drawn = setting_curves.curve(sweep.assign(value=sweep["value"].where(~full, 0.995)), "mask_ratio")
    assert [ax.get_title("left") for ax in drawn.axes][-1] == "Synergy"
    assert "Redundancy" not in [ax.get_title("left") for ax in drawn.axes]
    for words in (drawn.texts[0].get_text().replace("\n", " "), drawn.alt):
        assert "Redundancy" in words.split("Not shown: ")[1].split(" % or more in every run.")[0]


def test_intervals_are_those_of_the_tables_and_stay_within_the_scale(sweep):
    more = [sweep.assign(seed=sweep["seed"] + 3 * i, run_id=sweep["run_id"] + f"{i}") for i in range(2)]
    rows = sweep_data.measured(pd.concat(more), "balanced_accuracy", None, "all", ["synergy"])
    rows = rows[(rows["weight"] == 1) & (rows["masking"] == "symmetric")]
    found = sweep_data.summary(rows, ["mask_ratio"]).set_index("mask_ratio")
    told = tables.summarise(rows, ["mask_ratio"]).set_index("mask_ratio")
    pd.testing.assert_frame_equal(found[["low", "high"]], told[["low", "high"]])
    assert (found["low"] >= 0).all()
    assert (found["high"] <= 1).all()


def test_trade_looks_at_the_whole_of_methods_without_a_shared_part(sweep):
    own = sweep[sweep["part"].isin(["shared", "all", "data"])]
    other = own[own["part"] != "shared"].assign(
        method="comm", run_id=own["run_id"].str[:-1] + "z" + own["run_id"].str[-1]
    )
    runs = sweep_data.traded(pd.concat([own, other]), "method", None, "best")
    assert dict(zip(runs["method"], runs["part"])) == {"coral": "shared", "comm": "all"}
    whole = of(other, "synergy", "bits", readout="best").set_index("run_id")["value"]
    assert runs.set_index("run_id")["synergy"][whole.index].to_numpy() == pytest.approx(whole.to_numpy())
    assert "kept in whole or shared" in synergy_tradeoff.trade(pd.concat([own, other])).alt


def test_small_print_states_unit_n_and_interval(sweep):
    words = (
        setting_curves.curve(sweep, "mask_ratio", metric="bits", part="shared").texts[0].get_text().replace("\n", " ")
    )
    assert words == (
        "COrAL after 600 steps of biased training: bits (best readout) in shared; n = 3 seeds; 95% "
        "t-interval over seeds. Dotted: the truth. Not shown: Redundancy, 99.7 % of the truth or more in every run. "
        "Trends over mask ratio (Page's test over seeds, Holm's correction): Synergy, masking asymmetric falls, "
        "p < 0.001 (tau = -1.00); Synergy, masking symmetric falls, p < 0.001 (tau = -1.00); "
        "no trend in the other 4."
    )
    between = setting_curves.curve(sweep, "mask_ratio", metric="redundancy", part="shared|unique_1")
    assert "bits in both shared and path 1" in between.alt


def test_a_curve_states_trends_over_three_levels_or_more(sweep):
    figure = setting_curves.curve(sweep, "mask_ratio", labels=["unique_1"])
    assert figure.alt.endswith(" Trends over mask ratio (Page's test over seeds, Holm's correction): no trend.")
    two = sweep[sweep["mask_ratio"].isin([0.0, 0.75])]
    assert "Trends" not in setting_curves.curve(two, "mask_ratio", labels=["unique_1"]).alt


def test_alt_text_tells_the_means(sweep):
    figure = setting_curves.curve(sweep, "mask_ratio", labels=["synergy"])
    rows = of(sweep, "synergy")
    mean = rows[(rows["mask_ratio"] == 0.25) & (rows["masking"] == "symmetric")]["value"].mean()
    assert f"Synergy: masking symmetric: {100 * rows_mean(rows, 0.0):.1f} at 0, {100 * mean:.1f} at 0.25" in figure.alt


def rows_mean(rows, ratio):
    return rows[(rows["mask_ratio"] == ratio) & (rows["masking"] == "symmetric")]["value"].mean()


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda t: setting_curves.curve(t, "depth"), "has no setting 'depth'; it has mask_ratio, masking, weight"),
        (lambda t: setting_curves.curve(t, "masking"), "'masking' are words"),
        (lambda t: setting_curves.curve(t[t["weight"] == 10], "mask_ratio"), "no two runs differ in 'mask_ratio'"),
        (lambda t: setting_curves.curve(t, "mask_ratio", part="fused"), "part 'fused'"),
        (lambda t: configuration_rows.cells(t, ["depth"]), "has no setting 'depth'"),
        (lambda t: sweep_data.held(t, ["masking"], {"mask_ratio": 0.75}), "varies 'weight', too"),
        (
            lambda t: configuration_rows.cells(t, ["masking"], base={"mask_ratio": 0.6}),
            "no run has mask ratio 0.6",
        ),
        (lambda t: synergy_tradeoff.trade(t, part="fused"), "part 'fused'"),
        (lambda t: synergy_tradeoff.trade(t[t["label"] != "synergy"]), "labels of unique information and of synergy"),
    ],
)
def test_what_cannot_be_drawn_is_said(sweep, draw, words):
    with pytest.raises(ValueError, match=words):
        draw(sweep)


@pytest.mark.parametrize(("unit", "axis", "said"), [("share", "sharpness", "in %"), ("bits", "bits", "(bits)")])
def test_a_metric_that_is_not_declared_has_its_name_and_unit(sweep, unit, axis, said):
    probe = (sweep["metric"] == "balanced_accuracy") & (sweep["part"] == "all")
    new = pd.concat([sweep, sweep[probe].assign(metric="sharpness", unit=unit, readout="")], ignore_index=True)
    figure = setting_curves.curve(new, "mask_ratio", metric="sharpness", labels=["synergy"])
    assert figure.axes[0].get_ylabel() == axis
    assert said in " ".join(figure.texts[0].get_text().split())
    assert "Dotted" not in figure.texts[0].get_text()
