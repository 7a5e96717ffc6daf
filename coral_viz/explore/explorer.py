"""The base of explorers: ``compute`` results for settings, ``draw`` them, and widgets that connect both.

No slider trains anything: ``compute`` looks results up or solves a small problem, and ``draw`` makes a figure of its
result. Both are pure functions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from typing import Any

import ipywidgets
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.explore import live
from coral_viz.explore.presenter import Presenter

LABEL_WIDTH, WIDTH = "150px", "460px"
"""Of a control's name, and of a control with its name."""
LISTED = 20
"""How many of the values that may be chosen an error names."""


class Explorer:
    """A figure with controls. A subclass defines ``NAME``, its function in ``coral_viz.explore``, and four methods:

    - ``controls()``: the widgets by name of setting, in their order;
    - ``compute(settings)``: the content of the figure; a ValueError for impossible settings is shown below the last
      valid figure;
    - ``draw(computed, settings, look)``: the Figure, with ``alt``, at the size of the look;
    - ``caption(computed, settings)``: one sentence below the figure.

    Settings at construction replace the initial ones of the controls; ValueError for unknown ones. In a notebook, an
    explorer is closed when its cell runs again without it (see ``explore.live``).
    """

    NAME: str
    ONLY: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By the value of the control "picture", the controls that stand there only; those of no picture stand always."""
    view: Any = None  # a widget, but where settings were refused
    _following = False
    _closed = False
    _shown: dict | None = None

    def __init__(self, **settings):
        self.widgets, self.presenter = self.controls(), Presenter()
        live.keep(self)
        unknown = [name for name in settings if name not in self.widgets]
        if unknown:
            raise ValueError(
                f"explore.{self.NAME} has no setting {', '.join(map(repr, unknown))}; it has {', '.join(self.widgets)}."
            )
        for name in self.widgets:  # in their order, as what one offers may depend on those before it
            if name in settings:
                self._set(name, settings[name])
        self.refresh()
        for widget in self.widgets.values():
            widget.observe(self.refresh, "value")
        self.view = ipywidgets.VBox([self.layout(), self.presenter.widget])

    # --- what a subclass decides --------------------------------------------------------------------------------

    def controls(self) -> dict[str, ipywidgets.Widget]:
        raise NotImplementedError

    def compute(self, settings: dict):
        raise NotImplementedError

    def draw(self, computed, settings: dict, look: Mapping) -> Figure:
        raise NotImplementedError

    def caption(self, computed, settings: dict) -> str:
        return ""

    def layout(self) -> ipywidgets.Widget:
        """The layout of the controls above the figure; subclasses may group them."""
        rows = {name: with_number_box(widget) for name, widget in self.widgets.items()}

        def follow(change=None):
            here = self.ONLY[self.widgets["picture"].value]
            for name in set().union(*self.ONLY.values()):
                rows[name].layout.display = "flex" if name in here else "none"

        if self.ONLY:
            follow()
            self.widgets["picture"].observe(follow, "value")
        return ipywidgets.VBox(list(rows.values()))

    # --- what everyone uses -------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict:
        """The current settings."""
        return {name: widget.value for name, widget in self.widgets.items()}

    def refresh(self, change=None) -> None:
        """Compute and draw again. If that fails, the status line says why, and the last figure stays.

        ValueErrors are about the settings. Other errors are faults of the code: they are shown and raised again, for
        Jupyter's log.
        """
        if self._following:
            return
        settings = self.settings
        try:
            computed = self.compute(settings)
            self.presenter.present(self.draw(computed, settings, style.screen()), self.caption(computed, settings))
            self._shown = settings
        except ValueError as error:
            self.presenter.say(str(error), alert=True)
        except Exception as error:
            words = f"{type(error).__name__}: {error}".removesuffix(": ")
            self.presenter.say(f"These settings met a fault in the program ({words}).", alert=True)
            raise

    def close(self) -> None:
        """Remove all widgets from the kernel and the page, and end what else runs. Displayed again, it is rebuilt."""
        self._closed = True
        for widget in (*self.widgets.values(), self.presenter.widget, self.view):
            if widget is not None:  # there is no view if settings were refused
                live.close(widget)

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """A context in which an observer sets other controls as part of a change; all is drawn once, at the end."""
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before

    def figure(self, look: Mapping | None = None) -> Figure:
        """The current view as a separate figure, with the look ``style.paper(columns=2)`` by default."""
        look = style.paper(columns=2) if look is None else look
        return self.draw(self.compute(self.settings), self.settings, look)

    def code(self) -> str:
        """A line of Python that opens this view again; for impossible settings, the last valid view."""
        settings = ", ".join(f"{name}={value!r}" for name, value in (self._shown or self.settings).items())
        return f"explore.{self.NAME}({settings})"

    def _set(self, name: str, value) -> None:
        try:
            self.widgets[name].value = value
        except Exception as error:  # traitlets raises TraitError, which is no ValueError
            why = _offered(self.widgets[name]) or f": {error}"
            raise ValueError(f"{name} = {value!r} is not allowed{why}") from None
        if self.widgets[name].value != value:
            raise ValueError(f"{name} = {value!r} is not allowed; the nearest is {self.widgets[name].value!r}.")

    def _repr_mimebundle_(self, **kwargs) -> dict:
        """The live widget, and beside it the picture with its words and a sentence, for where no kernel runs."""
        if self._closed:
            type(self).__init__(self, **(self._shown or self.settings))
            self._closed = False
        live.keep(self)
        bundle = dict(self.view._repr_mimebundle_(**kwargs) or {})
        if self.presenter.shown is not None:
            how = f"Run this cell to explore: {self.code()}"
            bundle["text/html"] = f"{self.presenter.picture.value}<p>{escape(how)}</p>"
            bundle["text/plain"] = f"{self.presenter.shown.alt} ({how})"
        return bundle


def _offered(widget: ipywidgets.Widget) -> str:
    """What may be chosen where there is a list, in words."""
    if not hasattr(widget, "options"):
        return ""
    values = [repr(option[1] if isinstance(option, tuple) else option) for option in widget.options]
    more = [f"{len(values) - LISTED} more"] * (len(values) > LISTED)
    return f"; choose one of {', '.join(values[:LISTED] + more)}." if values else "; there is nothing to choose from."


def slider(description: str, value: float, low: float, high: float, step: float, **looks) -> ipywidgets.Widget:
    """A slider for a number, an integer if ``step`` is; ``with_number_box`` adds a box for keyboards."""
    kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    wide = {"description_width": LABEL_WIDTH}
    return kind(value=value, min=low, max=high, step=step, description=description, readout=False, style=wide, **looks)


def choice(description: str, options, value) -> ipywidgets.Widget:
    """A drop-down list."""
    wide = {"style": {"description_width": LABEL_WIDTH}, "layout": {"width": WIDTH}}
    return ipywidgets.Dropdown(options=list(options), value=value, description=description, **wide)


def with_number_box(widget: ipywidgets.Widget) -> ipywidgets.Widget:
    """A slider beside a number box of the same value, since screen readers read no name of a slider alone."""
    return Numbered(widget) if isinstance(widget, ipywidgets.IntSlider | ipywidgets.FloatSlider) else widget


class Numbered(ipywidgets.HBox):
    """A slider without a name, and a number box of the same value with its name."""

    def __init__(self, slider: ipywidgets.IntSlider | ipywidgets.FloatSlider):
        kind = ipywidgets.BoundedIntText if isinstance(slider, ipywidgets.IntSlider) else ipywidgets.BoundedFloatText
        box = kind(
            value=slider.value,
            min=slider.min,
            max=slider.max,
            step=slider.step,
            description=slider.description,
            style={"description_width": LABEL_WIDTH},
            layout={"width": "250px"},
        )
        slider.description = ""
        self.links = [ipywidgets.jslink((slider, trait), (box, trait)) for trait in ("max", "value")]
        super().__init__([box, slider])

    def close(self) -> None:
        """Close the links, too, which are widgets but no children."""
        for link in self.links:
            link.close()
        super().close()
