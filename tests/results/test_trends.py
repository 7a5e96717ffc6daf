"""Page's trend test: a published table, every order by hand, and what it must not see."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coral_viz.results import trends

RATINGS = [[3, 4, 3], [2, 2, 4], [3, 3, 5], [1, 3, 2], [2, 3, 2], [2, 4, 5], [1, 2, 4], [3, 4, 4], [2, 4, 5], [1, 3, 4]]
"""Ten students rate a tutorial, a lecture and a seminar; Page's L is 133.5 (Derrick and White, Statistics Education
Research Journal, 2018)."""


def rows(values, **more):
    """Finished rows of values (seeds, levels)."""
    frame = pd.DataFrame(np.asarray(values, float)).rename_axis("seed").melt(ignore_index=False, var_name="level")
    return frame.reset_index().assign(status="done", label="synergy", **more)


def test_it_gives_the_published_statistic():
    (found,) = trends.page(rows(RATINGS), "level").to_dict("records")
    assert found["statistic"] == 133.5
    assert found["levels"] == 3
    assert found["n"] == 10
    assert found["p"] == pytest.approx(2 * 0.0018191161948127822)


def test_its_p_value_counts_all_orders():
    values = [[1, 2, 4, 3], [1, 2, 3, 4]]
    statistics = [
        sum(np.dot(np.arange(1, 5), order) for order in orders)
        for orders in itertools.product(itertools.permutations(range(1, 5)), repeat=2)
    ]
    observed = sum(np.dot(np.arange(1, 5), row) for row in values)
    (p,) = trends.page(rows(values), "level")["p"]
    assert p == pytest.approx(2 * np.mean(np.array(statistics) >= observed))


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=2, max_size=5), st.integers(-9, 9))
def test_falls_mirror_rises_and_what_a_seed_adds_changes_nothing(values, shift):
    values = np.array(values, float)
    (up,) = trends.page(rows(values), "level").to_dict("records")
    (down,) = trends.page(rows(-values), "level").to_dict("records")
    assert down["p"] == pytest.approx(up["p"])
    assert down["tau"] == pytest.approx(-up["tau"])
    shifted = values + shift * np.arange(len(values))[:, None]
    assert trends.page(rows(shifted), "level")["p"].item() == pytest.approx(up["p"])


def test_holms_correction_is_over_the_groups_and_words_say_the_direction():
    rising, flat = np.arange(5.0) + np.zeros((6, 1)), np.tile([[0.0, 1.0, 0.0, 1.0, 0.0]], (6, 1))
    table = pd.concat([rows(rising, of="a"), rows(-rising, of="b"), rows(flat, of="c"), rows(0 * flat, of="d")])
    found = trends.page(table, "level", ["of"]).set_index("of")
    assert found["tau"].tolist() == [1.0, -1.0, 0.0, 0.0]
    assert found.loc["a", "p_holm"] == pytest.approx(4 * found.loc["a", "p"])
    assert trends.in_words(found.loc["a"]).startswith("rises, p ")
    assert trends.in_words(found.loc["b"]).startswith("falls, p ")
    assert trends.in_words(found.loc["c"]) == trends.in_words(found.loc["d"]) == "no trend, p = 1"


def test_too_few_levels_or_seeds_have_no_trend_and_gaps_cost_their_seed():
    assert trends.page(rows([[1, 2], [1, 2]]), "level").empty
    assert trends.page(rows([[1, 2, 3]]), "level").empty
    gap = rows([[1, 2, 3], [1, 2, 3], [1, 2, 3]]).drop(index=0)
    assert trends.page(gap, "level")["n"].item() == 2
    with pytest.raises(ValueError, match=r"^the table has no column 'nothing'; it has "):
        trends.page(gap, "nothing")
