"""Solver and estimator lab: their numbers, their words, and bad input."""

import threading

import pandas as pd
import pytest

from coral_viz import explore, pid, style
from coral_viz.explore import shipped
from coral_viz.explore.presenter import AT_REST


def told(explorer):
    return explorer.caption(explorer.compute(explorer.settings), explorer.settings)


@pytest.mark.parametrize("name", ["solver", "estimators"])
def test_settings_make_the_same_view_again(name):
    explorer = getattr(explore, name)()
    again = eval(explorer.code(), {"explore": explore})
    assert again.settings == explorer.settings
    assert again.presenter.shown.alt == explorer.presenter.shown.alt
    assert explorer.presenter.words == AT_REST
    assert explorer.figure().get_figwidth() == pytest.approx(style.paper(columns=2)["figure.figsize"][0])
    bundle = explorer._repr_mimebundle_()
    assert "<img" in bundle["text/html"]
    assert explorer.presenter.shown.alt in bundle["text/plain"]


def test_the_solver_certifies_what_it_is_asked_for():
    explorer = explore.solver(gate="AND", digits=4)
    assert "For a requested gap of 0.0001 bits" in told(explorer)
    found = pid.broja(pid.gates.gate("AND", noise=0.2), tol=1e-4, coupling=True)
    assert f"every atom is at most {float(found.gap):.1e}" in told(explorer)
    assert f"{float(found.gap):.0e} at 1e-04" in explorer.presenter.shown.alt
    least = pid.broja(pid.gates.gate("AND", noise=0.2), tol=1e-9, coupling=True)
    above = pid.information.informations(found.coupling)[2] - pid.information.informations(least.coupling)[2]
    assert told(explorer).endswith(f"is {float(above):.1e} above the minimum.")
    explorer.widgets["gate"].value = "RDN"
    assert told(explorer).endswith("Here p(x1, y) and p(x2, y) already determine the atoms.")


def test_the_estimator_lab_shows_what_ships():
    explorer = explore.estimators()
    assert "posterior" in told(explorer)
    explorer.widgets["estimators"].value = ()
    assert explorer.presenter.words == "no estimator is chosen; choose one or more."
    explorer.widgets["picture"].value = "coverage of intervals"
    assert "Coverage of intervals" in explorer.presenter.shown.alt


def test_the_estimator_lab_goes_over_dimension_and_noise():
    shipped_rows = pd.read_csv(shipped.path("bench_dimensions.csv"))
    explorer = explore.estimators(picture="error against dimension", distribution="xor", noise=1.0)
    rows = shipped_rows[(shipped_rows["truth"] == "xor") & (shipped_rows["noise"] == 1.0)]
    assert set(explorer.compute(explorer.settings)["dimensions"]) == set(rows["dimensions"])
    largest = rows[(rows["dimensions"] == rows["dimensions"].max()) & (rows["estimator"] == "posterior")]
    assert f"posterior: {largest['mean_absolute_error'].item():.3f}" in told(explorer)
    assert "over dimensions from 2 to 128" in explorer.presenter.shown.alt
    explorer.widgets["picture"].value = "error against noise"
    assert explorer.settings["distribution"] == "xor"
    assert set(explorer.compute(explorer.settings)["dimensions"]) == {32}
    assert "over noise from 0.25 to 1" in explorer.presenter.shown.alt
    assert explorer.presenter.words == AT_REST


def test_unknown_settings_and_values_are_sentences():
    with pytest.raises(ValueError, match=r"explore\.solver has no setting 'gat'; it has gate, noise"):
        explore.solver(gat="AND")
    with pytest.raises(ValueError, match="gate = 'NAND' is not allowed"):
        explore.solver(gate="NAND")
    with pytest.raises(AttributeError, match="no explorer 'gate'"):
        _ = explore.gate


def test_every_slider_has_a_number_box_with_a_name():
    explorer = explore.solver()
    rows = [row for row in explorer.column.children if len(getattr(row, "children", ())) == 2]
    assert [row.children[0].description for row in rows] == ["noise on Y", "digits of the gap", "X2 copies X1"]
    assert all(row.children[1].description == "" for row in rows)


def test_another_thread_may_refresh_while_this_one_draws():
    explorer, failures = explore.solver(), []

    def move():
        try:
            for step in range(5):
                explorer.widgets["noise"].value = step / 10
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=move)
    thread.start()
    for _ in range(5):
        explorer.figure()
    thread.join()
    assert failures == []
    assert explorer.presenter.words == AT_REST
