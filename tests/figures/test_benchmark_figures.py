"""Pictures of benchmarks say what their tables hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coral_viz import style
from coral_viz.figures.decomposition.interval_coverage import coverages
from coral_viz.figures.decomposition.solver_speed import ARROW, speed

RESULTS = Path(__file__).parents[2] / "data" / "results"
TIMED = pd.read_csv(RESULTS / "bench_pid.csv")
HELD = pd.read_csv(RESULTS / "bench_coverage.csv")


@pytest.mark.parametrize("look", [style.paper(), style.paper("neurips"), style.talk()], ids=["one", "wide", "talk"])
@pytest.mark.parametrize(("draw", "table"), [(speed, TIMED), (coverages, HELD)], ids=["speed", "coverages"])
def test_every_word_can_be_read(draw, table, look, assert_legible, face):
    figure = draw(table, look=look | face)
    assert figure.get_size_inches()[0] == look["figure.figsize"][0]
    assert_legible(figure)


def test_speed_draws_a_line_per_way_and_an_arrow_where_a_solver_was_stopped():
    (ax,) = speed(TIMED).axes
    lines = {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}
    assert list(lines) == ["dit, default solver", "dit, cone solver", "coral_viz, one table", "coral_viz, in a batch"]
    rows = TIMED.query("benchmark == 'time' and solver == 'dit cone' and unit == 'ms'")
    sizes = rows["case"].str.split("^").str[0].astype(float)
    assert np.array_equal(lines["dit, cone solver"].get_xydata(), np.column_stack([sizes, rows["value"]]))
    slowest = TIMED["value"].where(TIMED["solver"].eq("dit default") & TIMED["unit"].eq("ms")).idxmax()
    table = TIMED.assign(bound=TIMED["bound"].astype(object).where(TIMED.index != slowest, "at least"))
    (ax,) = speed(table).axes
    arrows = [line for line in ax.get_lines() if line.get_marker() is ARROW and len(line.get_xdata())]
    stopped = table.query("bound == 'at least' and unit == 'ms'")
    assert sum(len(line.get_xdata()) for line in arrows) == len(stopped) >= 1
    assert speed(table).alt.count("at least") == len(stopped)


def test_speed_without_times_is_a_sentence():
    with pytest.raises(ValueError, match="no times of solvers"):
        speed(TIMED[TIMED["benchmark"] == "certificate"])


def test_coverages_draws_a_mark_per_distribution_atom_and_size():
    figure = coverages(HELD)
    marks = [line for ax in figure.axes for line in ax.get_lines() if line.get_marker() in style.ATOM_MARKERS.values()]
    assert sum(len(line.get_xdata()) for line in marks) == len(HELD)
    heights = np.sort(np.concatenate([line.get_ydata() for line in marks]))
    assert np.array_equal(heights, np.sort(HELD["coverage"]))
    assert f"{HELD['coverage'].min():.3f}" in figure.alt


@pytest.mark.parametrize(("draw", "table", "name"), [(speed, TIMED, "unit"), (coverages, HELD, "atom")])
def test_a_missing_column_is_a_sentence(draw, table, name):
    with pytest.raises(ValueError, match=f"lacks the columns {name}"):
        draw(table.drop(columns=name))


def test_coverages_of_nothing_is_a_sentence():
    with pytest.raises(ValueError, match="no rows"):
        coverages(HELD.head(0))
