import pandas as pd

from coral_viz import style
from coral_viz.figures import overview
from coral_viz.figures.layout import canvas


def test_many_methods_go_on_further_pages(wide_table):
    rows = wide_table[(wide_table["distribution"] == "biased") & ~wide_table["part"].str.contains("|", regex=False)]
    pictures = overview(rows[rows["label"].isin(["", "compatible", "synergy"])])
    assert list(pictures) == [
        *("bits_kept", "accuracy", "found", "subsets", "retrieval"),
        *(name + page for name in ("parts", "training") for page in ("", "_2", "_3", "_4")),
    ]
    for name in ("parts", "training"):
        pages = [pictures[name + page] for page in ("", "_2", "_3", "_4")]
        titles = [ax.get_title("left") for page in pages for ax in page.axes]
        assert titles == [
            look.label for variant, look in style.METHODS.items() if variant[0] not in ("triangle", "confu")
        ]
        assert all(page.get_size_inches()[1] < 9 for page in pages)


def test_a_table_has_the_pictures_that_it_has_numbers_for(table):
    rows = table[table["method"].isin(["coral"]) & (table["distribution"] == "relation") & (table["split"] == "test")]
    assert list(overview(rows)) == ["bits_kept", "accuracy", "found", "parts", "where_coral", "where_coral_dots"]


def test_ranks_take_five_seeds_of_three_methods_and_costs_what_runs_say(table):
    rows = table[(table["distribution"] == "biased") & (table["split"] == "test") & (table["knob"] == "")]
    rows = pd.concat([rows, rows.assign(seed=rows["seed"] + 3, run_id=rows["run_id"] + "b")])
    priced = rows.assign(parameters=rows["method"].map(len) * 1000.0, seconds=7.0)
    assert {"ranks", "costs"} <= overview(priced, only=("ranks", "costs")).keys()
    lacking = rows[(rows["seed"] < 4) | (rows["method"] != "comm")]
    assert overview(lacking, only=("ranks", "costs")) == {}


def test_only_what_is_asked_for_is_drawn(table, monkeypatch):
    drawn, draw = [], canvas.face.pin
    monkeypatch.setattr(canvas.face, "pin", lambda figure: drawn.append(figure) or draw(figure))
    found = overview(table[table["method"] == "coral"], only=("accuracy", "bits_kept", "of no table"))
    assert list(found) == ["bits_kept", "accuracy"]
    assert drawn == list(found.values())
