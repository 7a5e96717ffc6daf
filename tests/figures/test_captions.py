"""A figure carries its caption: what a report, a paper and the docs say below it is said where it is drawn."""

import pytest
from matplotlib.figure import Figure

from coral_viz import figures
from coral_viz.figures.layout.canvas import Caption, caption_of, describe, picture
from coral_viz.figures.sweep import configuration_rows, synergy_tradeoff


def test_every_picture_of_a_table_has_a_caption(table):
    few = table[table["method"].isin(["cross", "coral"]) & (table["distribution"] == "biased") & (table["seed"] < 2)]
    shown = figures.overview(few)
    assert {"bits_kept", "accuracy", "found", "parts", "training", "where_coral", "where_coral_dots"} <= shown.keys()
    for name, figure in shown.items():
        assert caption_of(figure).short.endswith("."), name


def test_places_of_a_caption_are_filled_by_what_is_drawn(table):
    own = table[(table["method"] == "coral") & (table["knob"] == "")]
    assert caption_of(figures.stacked(own)).short.startswith("COrAL: bits about each label that two parts hold")
    told = caption_of(synergy_tradeoff.trade(table[table["distribution"] == "biased"], part="all", name="tour"))
    assert told.long.startswith("Synergy over unique information that whole embeddings of the sweep tour keep")
    assert "by the best readout, below 0" in told.long
    shown = caption_of(configuration_rows.cells(own, [], metric="bits", labels=["synergy"]))
    assert shown.short == "Bits by the best readout of the whole embedding, a row per configuration."
    assert "Ablation: bits by" in shown.long


def test_the_function_has_the_caption_of_its_figures():
    @picture(short="{what} against the step.", long="{what}, in full.")
    def drawn():
        return describe(Figure(), "a line", what="loss")

    assert drawn.caption == Caption("{what} against the step.", "{what}, in full.")
    assert drawn().caption == Caption("Loss against the step.", "Loss, in full.")


def test_a_place_that_is_not_filled_is_an_error():
    @picture(short="{what}.")
    def drawn():
        return describe(Figure(), "a line")

    with pytest.raises(KeyError, match="what"):
        drawn()


def test_figures_drawn_elsewhere_have_an_empty_caption():
    assert caption_of(Figure()) == Caption()
