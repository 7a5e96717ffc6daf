"""Beyond two modalities: an exact map, shipped results where they fit the dials, a sentence where they do not."""

import math

import pytest

from coral_viz import explore, style
from coral_viz.explore.many_modalities import FOUND, THERE, WITHHELD
from coral_viz.explore.presenter import AT_REST


@pytest.fixture
def explorer():
    return explore.beyond()


def shared(**settings):
    explorer = explore.beyond(**settings)
    return explorer.compute(explorer.settings)


@pytest.mark.parametrize(("count", "classes"), [(2, 2), (3, 2), (5, 4), (8, 8)])
def test_a_relation_of_all_counts_once_in_one_and_m_less_one_times_in_the_other(count, classes):
    bits = math.log2(classes)
    assert shared(count=count, classes=classes)["synergy"] == pytest.approx((bits, (count - 1) * bits))
    company = shared(task="factors", count=count, classes=classes)
    assert company["redundancy"] == pytest.approx(((count - 1) * bits, bits))
    assert company["unique"] == (0, 0)
    assert company["all"] == pytest.approx((count * bits, count * bits))


def test_relations_of_pairs_are_added_up_and_neither(explorer):
    total, dual = shared(task="factors", count=4, pairs=True)["pairs"]
    assert total == pytest.approx(6 * 2)
    assert dual == pytest.approx(total)


def test_a_relation_that_holds_by_chance_is_none():
    assert shared(classes=4, rho=0.25)["all"] == pytest.approx((0, 0), abs=1e-12)


def test_dials_move_picture_and_words(explorer):
    before = explorer.presenter.shown.alt
    explorer.widgets["count"].value = 5
    assert explorer.presenter.shown.alt != before
    said = explorer.caption(explorer.compute(explorer.settings), explorer.settings)
    assert said.startswith(
        "All together: 1.00 bits of total correlation less 4.00 of dual make -3.00 of O-information."
    )


def test_a_task_turns_the_dials_to_the_worlds_whose_results_ship(explorer):
    explorer.widgets["count"].value = 7
    explorer.widgets["task"].value = "factors"
    turned = {name: explorer.settings[name] for name in ("count", "classes", "rho", "pairs")}
    assert turned == {"count": 3, "classes": 4, "rho": 1.0, "pairs": False}
    assert explorer.presenter.words == AT_REST


@pytest.mark.parametrize("task", ["xnor", "factors"])
def test_shipped_results_are_shown(explorer, task):
    explorer.widgets["task"].value = task
    explorer.widgets["picture"].value = FOUND
    assert explorer.presenter.words == AT_REST
    assert explorer.presenter.shown.alt.startswith("Dot plots of which methods kept the relation")
    explorer.widgets["picture"].value = WITHHELD
    assert "only some modalities are given" in explorer.presenter.shown.alt
    assert explorer.presenter.shown.alt.count("synergy after biased training") == 7


def test_dials_of_the_map_stand_beside_the_map_only(explorer):
    explorer.widgets["count"].value = 4
    explorer.widgets["picture"].value = FOUND
    assert explorer.presenter.words == AT_REST
    assert explorer.caption(None, explorer.settings).startswith("Three modalities.")
    assert explorer.visible == ["picture", "task"]
    explorer.widgets["picture"].value = THERE
    assert explorer.visible == ["picture", "task", "count", "rho"]
    explorer.more.value = True
    assert explorer.visible == list(explorer.widgets)


def test_two_modalities_have_no_relations_of_pairs(explorer):
    pairs = explorer.widgets["pairs"]
    pairs.value = True
    explorer.widgets["count"].value = 2
    assert (pairs.value, pairs.disabled) == (False, True)
    assert explorer.presenter.words == AT_REST
    explorer.widgets["count"].value = 3
    assert not pairs.disabled


def test_code_builds_the_view_again(explorer):
    explorer.widgets["task"].value = "factors"
    explorer.widgets["count"].value = 6
    again = eval(explorer.code())
    assert again.settings == explorer.settings
    assert again.presenter.shown.png == explorer.presenter.shown.png
    assert explorer.figure(style.talk()).alt == explorer.presenter.shown.alt


def test_a_setting_that_is_not_allowed_is_a_sentence():
    with pytest.raises(ValueError, match="count = 9 is not allowed; the nearest is 8"):
        explore.beyond(count=9)
    with pytest.raises(ValueError, match=r"explore\.beyond has no setting 'modalities'; it has picture, task, count"):
        explore.beyond(modalities=3)
