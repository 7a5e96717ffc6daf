"""Means, differences, interquartile means and ranks against slow counts, and what must hold of any table."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coral_viz.results import statistics, tables

pytestmark = pytest.mark.filterwarnings("ignore:statistics.bootstrap is replaced")
VALUES = st.lists(st.floats(-10, 10), min_size=5, max_size=5)


def rows(values, **columns):
    """A row per value, seeds 0, 1, ...; one metric of a method, some columns replaced."""
    base = {"method": "coral", "task": "factors", "distribution": "biased", "label": "synergy"}
    base |= {"seed": range(len(values)), "unit": "share", "status": "done", "value": values}
    return pd.DataFrame(base | columns)


def spread(seeds, **columns):
    return rows(np.random.default_rng(len(columns)).normal(size=seeds), **columns)


def test_bootstrap_names_its_successor():
    with pytest.warns(DeprecationWarning, match="replaced by tables.summarise"):
        statistics.bootstrap(spread(5), ["label"])


def test_bootstrap_stands_beside_the_t_interval():
    frame = pd.concat([spread(5), spread(10, label="redundancy"), rows([0.5], label="unique_1")])
    found, student = statistics.bootstrap(frame, ["label"]), tables.summarise(frame, ["label"])
    pd.testing.assert_frame_equal(found[["label", "estimate", "n"]], student[["label", "estimate", "n"]])
    assert ((found["low"] < found["estimate"]) & (found["estimate"] < found["high"]))[:2].all()
    assert found["interval"][0] == "95% bootstrap interval over seeds"
    assert np.isnan(found.loc[2, ["low", "high"]].astype(float)).all()
    assert found["interval"][2] == "no interval below 5 seeds"


def test_pairs_are_of_worlds_however_often_each_was_trained_on():
    frame = pd.concat([rows(range(6), beta=0.0), rows([1, 2, 4, 4, 5, 9], beta=1.0)]).assign(training_seed=0)
    again = frame.assign(value=frame["value"] + 0.5 * (frame["beta"] == 1.0), training_seed=1)
    found = statistics.paired(pd.concat([frame, again]), {"beta": 0.0}).iloc[0]
    assert (found["estimate"], found["n"]) == (pytest.approx(10 / 6 + 0.25), 6)


def test_differences_have_p_values_corrected_over_the_family():
    frame = pd.concat(
        [rows(range(6), beta=0.0), rows([1, 2, 4, 4, 5, 9], beta=1.0), rows([0, 2, 1, 3, 4, 6], beta=2.0)]
    )
    found = statistics.paired(frame, {"beta": 0.0}).set_index("beta")
    tests = [stats.ttest_rel(frame[frame["beta"] == beta]["value"], range(6)).pvalue for beta in (1.0, 2.0)]
    assert found["p"].tolist() == pytest.approx(tests)
    assert found["p_holm"].tolist() == pytest.approx([2 * min(tests), max(tests)] if tests[0] < tests[1] else tests)
    same = statistics.paired(pd.concat([rows([1.0] * 5, beta=0.0), rows([2.0] * 5, beta=1.0)]), {"beta": 0.0})
    assert same["p"].tolist() == [0.0]


@settings(max_examples=25)
@given(VALUES)
def test_the_interval_stays_within_the_seeds_and_mirrors(values):
    found, mirrored = (statistics.bootstrap(rows(v), ["method"]).iloc[0] for v in (values, [-v for v in values]))
    assert min(values) - 1e-9 <= found["low"] <= found["estimate"] + 1e-9
    assert found["estimate"] - 1e-9 <= found["high"] <= max(values) + 1e-9
    assert [found["low"], found["high"]] == pytest.approx([-mirrored["high"], -mirrored["low"]], abs=1e-9)


def test_groups_do_not_change_one_another():
    frame = pd.concat([spread(12), spread(12, label="redundancy", method="comm"), spread(9, label="unique_1")])
    together = statistics.bootstrap(frame, ["label"])
    alone = [statistics.bootstrap(group, ["label"]) for _, group in frame.groupby("label", sort=False)]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True))
    other = statistics.bootstrap(frame, ["label"], seed=1)
    assert (other["low"] != together["low"]).any()


def test_a_setting_that_a_method_lacks_is_a_value_like_others():
    frame = pd.concat([rows([1.0] * 5, mask_ratio=0.5), rows([2.0] * 5, method="comm", mask_ratio=None)])
    found = statistics.bootstrap(frame, ["mask_ratio"])
    assert found["estimate"].tolist() == [1.0, 2.0]
    assert found["mask_ratio"].isna().tolist() == [False, True]
    against = statistics.paired(frame, {"mask_ratio": None})
    assert against[["mask_ratio", "estimate", "n"]].to_numpy().tolist() == [[0.5, -1.0, 5]]


def test_bootstrap_refuses_what_the_t_interval_refuses():
    with pytest.raises(ValueError, match="more than one value for method coral, seed 0"):
        statistics.bootstrap(pd.concat([rows([1.0]), rows([2.0], label="unique_1")]), ["method"])
    with pytest.raises(ValueError, match="between 0 and 1, not 95"):
        statistics.bootstrap(rows([1.0] * 5), ["method"], confidence=95)


def sweep():
    """Two settings and two labels; a ratio of .9 costs synergy .2, the world of a seed adds far more to all."""
    world, rng = np.array([0.0, 5.0, 1.0, 3.0, 2.0, 4.0]), np.random.default_rng(0)
    cells = itertools.product(("synergy", "unique_1"), ("symmetric", "asymmetric"), (0.75, 0.5, 0.9))
    made = []
    for label, masking, ratio in cells:
        effect = -0.2 * (ratio == 0.9 and label == "synergy") + 0.1 * (masking == "symmetric")
        values = world + effect + 0.01 * rng.normal(size=6)
        made.append(rows(values, label=label, masking=masking, mask_ratio=ratio))
    return pd.concat(made, ignore_index=True)


def test_pairing_finds_what_the_worlds_hide():
    found = statistics.paired(sweep(), {"mask_ratio": 0.75}, ["masking", "label"])
    assert len(found) == 2 * 2 * 2
    assert (found["n"] == 6).all()
    broken = (found["mask_ratio"] == 0.9) & (found["label"] == "synergy")
    assert found.loc[broken, "estimate"].to_numpy() == pytest.approx(-0.2, abs=0.03)
    assert found.loc[broken, "found"].all()
    assert (found.loc[~broken, "estimate"].abs() < 0.02).all()


def test_cells_of_two_settings_have_one_base():
    frame = sweep()
    base = {"masking": "asymmetric", "mask_ratio": 0.75}
    found = statistics.paired(frame, base, ["label"])
    assert len(found) == 2 * 5
    row = found.query("masking == 'symmetric' and mask_ratio == .9 and label == 'synergy'").iloc[0]
    ours, theirs = (
        frame.query("label == 'synergy' and masking == @m and mask_ratio == @r")["value"].to_numpy()
        for m, r in (("symmetric", 0.9), ("asymmetric", 0.75))
    )
    slow = stats.t.interval(0.95, 5, (ours - theirs).mean(), stats.sem(ours - theirs))
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx([(ours - theirs).mean(), *slow])


@settings(max_examples=25)
@given(VALUES, st.permutations(range(10)))
def test_equal_cells_differ_by_nothing_in_any_order(values, order):
    frame = pd.concat([rows(values, beta=0.0), rows(values, beta=1.0)]).iloc[order]
    found = statistics.paired(frame, {"beta": 0.0}).iloc[0]
    assert (found[["estimate", "low", "high"]] == 0).all()
    assert not found["found"]


def test_the_interval_of_a_difference_does_not_end_where_a_share_does():
    values = [0.0, 0.02, 0.02, 0.02, 0.5]  # all on one side, which is all that resamples would see
    found = statistics.paired(pd.concat([rows([0.0] * 5, beta=0.0), rows(values, beta=1.0)]), {"beta": 0.0}).iloc[0]
    assert found["low"] < 0 < found["high"]
    assert not found["found"]


def test_pairs_are_the_seeds_that_both_have():
    frame = pd.concat([rows([0.0] * 6, beta=0.0), rows([1.0] * 6, beta=1.0, seed=range(2, 8))])
    assert statistics.paired(frame, {"beta": 0.0})["n"].item() == 4
    lone = statistics.paired(frame[frame["seed"].isin([2]) | (frame["seed"] > 5)], {"beta": 0.0}).iloc[0]
    assert (lone["n"], lone["interval"], lone["found"]) == (1, "no interval", False)
    assert np.isnan([lone["low"], lone["high"]]).all()


def test_what_cannot_be_paired_is_a_sentence():
    frame = pd.concat([rows([0.0] * 5, beta=0.0), rows([1.0] * 5, beta=1.0, seed=range(5, 10))])
    for base, by, message in (
        ({"gamma": 1}, [], "the table has no column 'gamma'; it has method, task"),
        ({"beta": 0.3}, [], "no finished run has beta 0.3, so there is nothing to compare with"),
        ({"beta": 0.0}, [], "beta 1.0 shares no seed with beta 0.0, so there is nothing to pair"),
        ({}, ["beta"], "the base names no setting"),
    ):
        with pytest.raises(ValueError, match=message):
            statistics.paired(frame, base, by)
    with pytest.raises(ValueError, match=r"more than one value for beta 0\.0, seed 0: group by a further column"):
        statistics.paired(pd.concat([frame, rows([0.0], beta=0.0, label="unique_1")]), {"beta": 0.0})
    with pytest.raises(ValueError, match="the table holds no finished run"):
        statistics.paired(frame.assign(status="failed"), {"beta": 0.0})


def scores(seeds=5, methods=("comm", "coral", "cross"), tasks=("factors",), seed=0):
    """Random scores of methods by task, label and seed."""
    rng = np.random.default_rng(seed)
    cells = itertools.product(methods, tasks, ("redundancy", "synergy"))
    made = [rows(rng.normal(size=seeds), method=m, task=t, label=label) for m, t, label in cells]
    return pd.concat(made, ignore_index=True)


def slow_middle(values):
    """The mean of the middle half, every value taken four times so that quarters are whole."""
    return np.repeat(np.sort(values), 4)[len(values) : 3 * len(values)].mean()


@settings(max_examples=25)
@given(st.integers(5, 9), st.integers(0, 20))
def test_interquartile_mean_is_the_middle_half(seeds, seed):
    frame = scores(seeds, seed=seed)
    found = statistics.interquartile_mean(frame, ["method"], draws=1000)
    slow = [slow_middle(group["value"].to_numpy()) for _, group in frame.groupby("method", sort=False)]
    assert found["estimate"].to_numpy() == pytest.approx(slow)
    assert ((found["low"] <= found["estimate"]) & (found["estimate"] <= found["high"])).all()
    assert (found[["n", "cells"]] == [seeds, 2]).all(axis=None)


def test_interquartile_mean_resamples_a_seed_in_all_its_cells():
    frame = scores(methods=("coral",))
    wide = frame.pivot(index="seed", columns="label", values="value")
    drawn = itertools.product(wide.index, repeat=5)
    middles = sorted(slow_middle(wide.to_numpy()[list(seeds)].ravel()) for seeds in drawn)
    tail = stats.norm.cdf(stats.t.ppf(0.025, 4) * np.sqrt(5 / 4))
    slow = [middles[int(np.ceil(share * 5**5)) - 1] for share in (tail, 1 - tail)]
    found = statistics.interquartile_mean(frame, ["method"])
    assert found[["low", "high"]].to_numpy()[0] == pytest.approx(slow)


def test_interquartile_mean_of_equal_values_is_that_value():
    frame = scores(tasks=("factors", "xnor")).assign(value=0.7)
    found = statistics.interquartile_mean(frame, ["method"])
    assert found[["estimate", "low", "high"]].to_numpy() == pytest.approx(np.full((3, 3), 0.7))
    assert (found[["n", "cells"]] == [10, 4]).all(axis=None)


def test_interquartile_mean_hears_no_outlier():
    frame = scores(methods=("coral",))
    loud = frame.assign(value=frame["value"].where(frame["value"] < frame["value"].max(), 1e6))
    found = [statistics.interquartile_mean(f, ["method"])["estimate"].item() for f in (frame, loud)]
    assert found[0] == pytest.approx(found[1])


def test_ranks_are_those_of_the_means_and_ties_share():
    frame = scores(tasks=("factors", "xnor"))
    found = statistics.ranks(frame, ["method"]).set_index("method")
    means = frame.pivot_table("value", ["task", "label"], "method")
    slow = stats.rankdata(-means, axis=1).mean(axis=0)
    assert found.loc[means.columns, "estimate"].to_numpy() == pytest.approx(slow)
    assert found["estimate"].is_monotonic_increasing
    tied = statistics.ranks(frame.assign(value=1.0), ["method"])
    assert (tied[["estimate", "low", "high"]] == 2.0).all(axis=None)
    assert tied[["rank_1", "rank_2", "rank_3"]].to_numpy() == pytest.approx(np.full((3, 3), 1 / 3))


def test_ranks_of_few_seeds_are_those_of_all_resamples():
    frame = scores(methods=("comm", "coral"))
    wide = frame.pivot(index="seed", columns=["method", "label"], values="value")[["comm", "coral"]]
    firsts = []
    for seeds in itertools.product(wide.index, repeat=5):
        comm, coral = wide.to_numpy()[list(seeds)].mean(axis=0).reshape(2, 2)
        firsts += [*(coral > comm)]
    found = statistics.ranks(frame, ["method"]).set_index("method")
    assert found.loc["coral", "rank_1"] == pytest.approx(np.mean(firsts))


@settings(max_examples=25)
@given(st.integers(0, 50), st.sampled_from([("factors",), ("factors", "xnor")]), st.randoms())
def test_ranks_add_up_in_any_order(seed, tasks, random):
    frame = scores(5, tasks=tasks, seed=seed).round({"value": 0})
    found = statistics.ranks(frame, ["method"], draws=1000)
    shares = found[["rank_1", "rank_2", "rank_3"]].to_numpy()
    assert found["estimate"].sum() == pytest.approx(3 * 4 / 2)
    assert shares.sum(axis=0) == pytest.approx(np.ones(3))
    assert shares.sum(axis=1) == pytest.approx(np.ones(3))
    order = random.sample(range(len(frame)), len(frame))
    pd.testing.assert_frame_equal(statistics.ranks(frame.iloc[order], ["method"], draws=1000), found)


def test_one_seed_is_no_evidence_of_a_rank():
    found = statistics.ranks(scores(1), ["method"])
    assert found["n"].tolist() == [1, 1, 1]
    assert found[["low", "high", "rank_1", "rank_2", "rank_3"]].isna().all(axis=None)
    assert statistics.interquartile_mean(scores(1), ["method"])["low"].isna().all()


def test_what_cannot_be_ranked_or_averaged_is_a_sentence():
    frame = scores()
    lacking = frame[(frame["method"] != "cross") | (frame["label"] != "synergy")]
    with pytest.raises(ValueError, match="method cross has no value for task factors, distribution biased, label syn"):
        statistics.ranks(lacking, ["method"])
    apart = frame.assign(seed=frame["seed"] + 10 * (frame["method"] == "cross"))
    with pytest.raises(ValueError, match="the cells of task 'factors' share no seed"):
        statistics.ranks(apart, ["method"])
    with pytest.raises(ValueError, match="more than one value for unit share, task factors, distribution bia"):
        statistics.interquartile_mean(frame, ["unit"])
    with pytest.raises(ValueError, match="values in bits and share have no mean; choose one unit"):
        statistics.interquartile_mean(frame.assign(unit=np.where(frame["seed"] == 0, "bits", "share")), ["method"])
    with pytest.raises(ValueError, match="do not name 'task', within which seeds are resampled"):
        statistics.ranks(frame, ["method"], ["label"])
