import numpy as np
import pytest

from coral_viz.figures import retrieval


@pytest.fixture(scope="module")
def two(wide_table):
    return wide_table[wide_table["method"].isin(["comm", "cross"]) & (wide_table["distribution"] != "unbiased")]


@pytest.fixture(scope="module")
def drawn(two):
    return retrieval(two)


def dots(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def test_panels_hold_means_over_anchors_and_seeds(two, drawn):
    figure = drawn
    assert len(figure.axes) == 8  # recall and mAP, any and own, after two kinds of training
    words = [text.get_text() for text in figure.axes[0].texts]
    assert {"measure", "recall, any"} <= set(words)
    assert "label" not in words
    rows = two[(two["distribution"] == "biased") & (two["label"] == "compatible")]
    for marker, metric in (("o", "recall@1"), ("s", "recall@5"), ("D", "recall@10")):
        means = rows[rows["metric"] == metric].groupby("method")["value"].mean()
        (line,) = dots(figure.axes[0], marker)
        assert np.asarray(line.get_xdata()) == pytest.approx(means[["cross", "comm"]].to_numpy())
        assert np.round(line.get_ydata()).tolist() == [0, 1]
    (line,) = dots(figure.axes[1], "o")
    means = rows[rows["metric"] == "mAP"].groupby("method")["value"].mean()
    assert np.asarray(line.get_xdata()) == pytest.approx(means[["cross", "comm"]].to_numpy())


def test_a_tick_is_a_seeds_mean_over_anchors(two, drawn):
    ax = drawn.axes[3]
    rows = two[(two["distribution"] == "biased") & (two["label"] == "") & (two["metric"] == "mAP")]
    shown = np.concatenate([line.get_xdata() for line in dots(ax, "|")])
    assert sorted(shown) == pytest.approx(sorted(rows.groupby("run_id")["value"].mean()))


def test_dotted_lines_are_what_a_random_order_finds(drawn):
    ax = drawn.axes[0]
    found = sorted(line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":")
    assert found == pytest.approx([0.25, 1 - 0.75**5, 1 - 0.75**10])


def test_own_partners_that_nobody_finds_have_a_sentence(two):
    own = (two["label"] == "") & two["metric"].isin(["mAP", "recall@1", "recall@5", "recall@10"])
    figure = retrieval(two.assign(value=two["value"].where(~own, two["value"] / 100)))
    assert len(figure.axes) == 4
    means = two[own & (two["metric"] == "mAP")].groupby(["method", "distribution"])["value"].mean()
    words = figure.texts[0].get_text().replace("\n", " ")
    assert f"Own partners are not shown: mAP {means.min():.1f} to {means.max():.1f} %, in random order 0.2 %" in words


def test_own_partners_alone_are_enough(two):
    figure = retrieval(two[two["label"] != "compatible"])
    assert len(figure.axes) == 4
    assert "recall@1 (own) after biased training, random 0.1%: Cross" in figure.alt
    assert "(any)" not in figure.alt


def test_small_print_says_what_the_words_mean(drawn):
    words = drawn.texts[0].get_text().replace("\n", " ")
    assert "mean average precision" in words
    assert "n = 2 seeds; 95% t-interval" in words


def test_nothing_to_show_is_an_error(table, two):
    with pytest.raises(ValueError, match="no retrieval with its chance level"):
        retrieval(table)
    with pytest.raises(ValueError, match="no retrieval with its chance level"):
        retrieval(two[~two["metric"].str.startswith("chance/")])
