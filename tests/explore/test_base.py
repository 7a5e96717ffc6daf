"""What every explorer does, on a small one: one picture, one status line, named controls, bad input kept apart."""

import base64
import gc
import io
import re
import sys

import ipywidgets
import matplotlib
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from PIL import Image

from coral_viz import explore, style
from coral_viz.explore.explorer import Explorer, choice, slider
from coral_viz.explore.presenter import AT_REST, Presenter
from coral_viz.figures.layout.canvas import canvas, describe, picture

DRAWN = sorted(set(explore.__all__) - set(explore.EXPLORABLES))


@picture
def disc(radius, colour):
    figure = canvas(4, "One disc.")
    figure.subplots().scatter([0], [0], s=radius, color=colour)
    return describe(figure, f'A "{colour}" disc of radius {radius:g} & nothing else.')


class Discs(Explorer):
    """A disc whose radius must not be 3 and breaks the program at 4."""

    NAME = "discs"

    def controls(self):
        return {"colour": choice("colour", ["red", "blue"], "red"), "radius": slider("radius", 1.0, 0.0, 5.0, 0.5)}

    def compute(self, settings):
        if settings["radius"] == 3:
            raise ValueError("a radius of 3 is <not> allowed.")
        return 1 / (4 - settings["radius"])

    def draw(self, computed, settings, look):
        return disc(settings["radius"], settings["colour"], look=look)

    def caption(self, computed, settings):
        return f"{computed:.2f} < 100"


@pytest.fixture
def discs():
    return Discs()


def test_a_picture_has_words_a_caption_and_a_status(discs):
    html = discs.presenter.picture.value
    assert 'alt="A &quot;red&quot; disc of radius 1 &amp; nothing else."' in html
    assert "<figcaption>0.33 &lt; 100</figcaption>" in html
    assert discs.presenter.status.value.startswith('<p role="status"')
    assert discs.presenter.words == AT_REST


def test_the_picture_is_a_png_at_screen_size(discs):
    (source,) = re.findall('src="data:image/png;base64,([^"]+)"', discs.presenter.picture.value)
    image = Image.open(io.BytesIO(base64.b64decode(source)))
    assert image.format == "PNG"
    assert image.width == int(style.beside()["figure.figsize"][0] * style.beside()["figure.dpi"])


def test_an_alert_keeps_the_picture():
    presenter = Presenter()
    presenter.present(disc(1, "red"), "small")
    before = presenter.picture.value
    presenter.say("x < 0 is bad.", alert=True)
    assert presenter.status.value.startswith('<p role="alert"')
    assert presenter.words == "x < 0 is bad."
    assert presenter.picture.value == before
    presenter.present(disc(2, "red"), "larger")
    assert presenter.words == AT_REST


def test_a_figure_without_words_is_not_shown():
    with pytest.raises(ValueError, match="has no alternative text"):
        Presenter().present(matplotlib.figure.Figure(), "")


def test_bad_settings_are_a_sentence_and_the_picture_stays(discs):
    before = discs.presenter.picture.value
    discs.widgets["radius"].value = 3.0
    assert discs.presenter.words == "a radius of 3 is <not> allowed."
    assert 'role="alert"' in discs.presenter.status.value
    assert discs.presenter.picture.value == before
    discs.widgets["radius"].value = 2.0
    assert discs.presenter.words == AT_REST
    assert discs.presenter.picture.value != before


def test_a_fault_of_the_program_is_said_and_raised_and_the_picture_stays(discs):
    before = discs.presenter.picture.value
    with pytest.raises(ZeroDivisionError):
        discs.widgets["radius"].value = 4.0
    assert discs.presenter.words.startswith("These settings met a fault in the program (ZeroDivisionError: ")
    assert 'role="alert"' in discs.presenter.status.value
    assert discs.presenter.picture.value == before
    discs.widgets["radius"].value = 2.0
    assert discs.presenter.words == AT_REST


def test_code_builds_the_view_again(discs):
    discs.widgets["colour"].value = "blue"
    assert discs.code() == "explore.discs(colour='blue', radius=1.0)"
    again = Discs(colour="blue", radius=1.0)
    assert again.presenter.shown == discs.presenter.shown


def test_the_figure_is_the_same_view_at_the_size_asked_for(discs):
    assert discs.figure().get_figwidth() == style.paper(columns=2)["figure.figsize"][0]
    assert discs.figure(style.talk()).get_figwidth() == style.talk()["figure.figsize"][0]
    assert discs.figure().alt == discs.presenter.shown.alt


def test_unknown_or_impossible_settings_are_sentences():
    with pytest.raises(ValueError, match=r"explore\.discs has no setting 'size'; it has colour, radius\."):
        Discs(size=3)
    with pytest.raises(ValueError, match=r"colour = 'green' is not allowed; choose one of 'red', 'blue'\."):
        Discs(colour="green")
    with pytest.raises(ValueError, match=r"radius = 'wide' is not allowed: .* expected a float"):
        Discs(radius="wide")
    with pytest.raises(ValueError, match=r"radius = 9 is not allowed; the nearest is 5\.0\."):
        Discs(radius=9)


def test_what_may_be_chosen_is_named_by_value_and_not_without_end(monkeypatch):
    def choosing(*options):
        controls = {"run": choice("run", options, None), "radius": slider("radius", 1.0, 0.0, 5.0, 0.5)}
        monkeypatch.setattr(Discs, "controls", lambda self: controls)
        return pytest.raises(ValueError, match=r"run = 0 is not allowed; ")

    with choosing(("first", "a1"), ("second", "b2")) as named:
        Discs(run=0)
    assert str(named.value).endswith("; choose one of 'a1', 'b2'.")
    with choosing(*map(str, range(30))) as named:
        Discs(run=0)
    assert str(named.value).endswith("'18', '19', 10 more.")
    with choosing() as named:
        Discs(run=0)
    assert str(named.value).endswith("; there is nothing to choose from.")


def test_where_no_kernel_runs_the_picture_and_a_sentence_stand_in(discs):
    bundle = discs._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == discs.view.model_id
    assert discs.presenter.picture.value in bundle["text/html"]
    assert "To explore, choose Run → Run All Cells. In Python: explore.discs(" in bundle["text/html"]
    assert "explore.discs(colour=&#x27;red&#x27;, radius=1.0)" in bundle["text/html"]
    assert bundle["text/plain"].startswith(discs.presenter.shown.alt)


def test_changes_made_together_are_drawn_once(discs, monkeypatch):
    drawn = []
    monkeypatch.setattr(discs.presenter, "present", lambda figure, caption: drawn.append(figure.alt))
    with discs.following():
        discs.widgets["radius"].value = 5.0
        discs.widgets["colour"].value = "blue"
    assert drawn == []
    discs.refresh()
    assert drawn == ['A "blue" disc of radius 5 & nothing else.']


def every(widget):
    """A widget and all inside it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def test_a_refused_setting_is_told_below_its_control_and_dims_the_picture(discs):
    status, column = discs.presenter.status, discs.column
    assert column.children[-1] is status
    for name, value in (("colour", "red"), ("radius", 3.0)):
        discs.widgets[name].value = value
    assert discs.presenter.stale
    assert column.children.index(status) == column.children.index(discs.rows["radius"]) + 1
    discs.widgets["radius"].value = 2.0
    assert not discs.presenter.stale
    with pytest.raises(ZeroDivisionError):
        discs.widgets["radius"].value = 4.0
    assert discs.presenter.stale


def picture_values(explorer):
    """The name of the control that chooses the picture, if there is one, and its values."""
    name = next((name for name, widget in explorer.widgets.items() if widget.description == "picture"), None)
    return name, explorer.widgets[name].options if name else [None]


@pytest.mark.parametrize("name", DRAWN)
def test_at_most_four_controls_stand_beside_a_picture(name, monkeypatch):
    explorer = getattr(explore, name)()
    monkeypatch.setattr(type(explorer), "refresh", lambda self, change=None: None)
    control, values = picture_values(explorer)
    for value in values:
        if control:
            explorer.widgets[control].value = value
        assert 2 <= len(explorer.visible) <= 4, value
    explorer.more.value = True
    assert set(explorer.visible) == explorer.acting()


def axes_of(figure):
    """Limits of all axes, and the lines that a drawing without ticks has for axes."""
    axes = [(*ax.get_xlim(), *ax.get_ylim()) for ax in figure.axes]
    return axes, [np.array(c.get_segments()) for ax in figure.axes for c in ax.findobj(LineCollection)]


@pytest.mark.parametrize(
    ("name", "settings", "control", "values"),
    [
        ("tasks", {}, "sigma", (0.1, 1.3, 3.0)),
        ("beyond", {"task": "factors"}, "rho", (0.0, 0.5, 1.0)),
    ],
)
def test_axes_stay_while_a_slider_moves(name, settings, control, values):
    explorer = getattr(explore, name)(**settings)
    seen = []
    for value in values:
        now = explorer.settings | {control: value}
        seen.append(axes_of(explorer.draw(explorer.compute(now), now, style.beside())))
    for other in seen[1:]:
        np.testing.assert_equal(other, seen[0])


@pytest.mark.parametrize("name", DRAWN)
def test_every_control_has_a_name_that_is_read_aloud(name):
    """A slider itself has none; beside it stands a number box of the same value that has."""
    shown = list(every(getattr(explore, name)().view))
    sliders = (ipywidgets.IntSlider, ipywidgets.FloatSlider)
    boxes = [box for box in shown if isinstance(box, ipywidgets.Box)]
    assert any(isinstance(control, (*sliders, ipywidgets.Dropdown)) for control in shown)
    for control in shown:
        if isinstance(control, sliders):
            (row,) = [box for box in boxes if control in box.children]
            (number,) = [
                w for w in row.children if isinstance(w, ipywidgets.BoundedIntText | ipywidgets.BoundedFloatText)
            ]
            assert number.description
            assert (number.value, number.min, number.max) == (control.value, control.min, control.max)
        elif not isinstance(control, ipywidgets.Box | ipywidgets.HTML):
            assert control.description or control.tooltip, control


def test_fifty_pictures_leave_no_memory_behind():
    """Figures are cyclic, so blocks are counted after collection; one figure left behind has thousands."""
    explorer = Discs()
    colours = explorer.widgets["colour"].options

    def blocks_after(moves):
        for step in range(moves):
            explorer.widgets["colour"].value = colours[step % len(colours)]
        gc.collect()
        return sys.getallocatedblocks()

    warm = blocks_after(12)
    assert blocks_after(52) - warm < 1000
