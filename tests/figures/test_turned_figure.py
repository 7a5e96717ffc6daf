import pandas as pd
import pytest

from coral_viz import style, tables
from coral_viz.figures.turned import turned


@pytest.fixture(scope="module")
def swept(table):
    """COrAL with its mask ratio turned, kept bits growing with it, and a run with two knobs turned."""
    usual = table[(table["method"] == "coral") & (table["knob"] == "")]
    frames = [usual]
    for i, ratio in enumerate(["0.1", "0.25", "0.9"]):
        value = usual["value"].where(usual["metric"] != "bits", 0.25 * (i + 1))
        run_id = usual["run_id"].str[:-1] + "ghi"[i]
        frames.append(usual.assign(knob=f"mask_ratio={ratio}", value=value, run_id=run_id))
    both = usual.assign(knob="mask_ratio=0.5,dim=16", run_id=usual["run_id"].str[:-1] + "z")
    return tables.validate(pd.concat([*frames, both]))


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2)])
def test_panels_can_be_read(assert_legible, swept, look):
    assert_legible(turned(swept, "coral", "mask_ratio", 0.75, look=look))


def test_values_stand_in_their_order_with_the_usual_among_them(swept):
    figure = turned(swept, "coral", "mask_ratio", 0.75)
    assert [ax.get_title("left") for ax in figure.axes] == ["unbiased", "biased", "relation"]
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["0.1", "0.25", "0.75", "0.9"]


def test_lines_are_shares_of_the_truth(swept):
    ax = turned(swept, "coral", "mask_ratio", 0.75).axes[0]
    line = next(line for line in ax.lines if line.get_color() == style.ATOM_COLOURS["synergy"])
    kept = swept[(swept["metric"] == "bits") & (swept["readout"] == "best") & (swept["part"] == "all")]
    usual = kept[(kept["knob"] == "") & (kept["distribution"] == "unbiased") & (kept["label"] == "synergy")]
    assert line.get_ydata() == pytest.approx([0.25, 0.5, usual["value"].mean(), 0.75])
    first = next(line for line in ax.lines if line.get_color() == style.ATOM_COLOURS["redundancy"])
    assert first.get_ydata()[[0, 1, 3]] == pytest.approx([0.125, 0.25, 0.375])


def test_words_and_numbers_are_kept_apart(swept):
    words = swept.assign(knob=swept["knob"].replace({"mask_ratio=0.9": "mask_ratio=full"}))
    labels = turned(words, "coral", "mask_ratio", 0.75).axes[0].get_xticklabels()
    assert [text.get_text() for text in labels] == ["0.1", "0.25", "0.75", "full"]


def test_alt_text_names_method_knob_and_shares(swept):
    alt = turned(swept, "coral", "mask_ratio", 0.75).alt
    assert "that coral keeps at each value of mask_ratio" in alt
    assert "redundancy after unbiased training: 12% at 0.1, 25% at 0.25" in alt


def test_one_value_is_too_few(swept):
    with pytest.raises(ValueError, match=r"1 value\(s\) of 'depth' for 'coral'"):
        turned(swept, "coral", "depth", 1)
