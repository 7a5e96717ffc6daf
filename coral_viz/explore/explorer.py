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
from coral_viz.explore.slider_names import NUMBERED

LABEL_WIDTH, WIDTH = "110px", "300px"
"""Of a control's name, and of a control with its name."""
BESIDE = "0 0 316px"
"""How much room controls take beside the picture (CSS's ``flex``)."""
LISTED = 20
"""How many of the values that may be chosen an error names."""


class Explorer:
    """A figure with controls beside it. A subclass has a ``NAME``, its function in ``coral_viz.explore``, and methods:

    - ``controls()``: the widgets by name of setting, in their order;
    - ``compute(settings)``: the content of the figure; a ValueError for impossible settings is shown below the control
      that was moved, while the last valid figure is dimmed;
    - ``draw(computed, settings, look)``: the Figure, with ``alt``, at the size of the look;
    - ``caption(computed, settings)``: one sentence below the figure.

    Settings at construction replace the initial ones of the controls; ValueError for unknown ones. In a notebook, an
    explorer is closed when its cell runs again without it (see ``explore.live``).
    """

    NAME: str
    ONLY: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By the value of the control "picture", the controls that stand there only; those of no picture stand always."""
    MORE: tuple[str, ...] = ()
    """Controls that are seldom moved; they stand below the button *more*."""
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
        self.column = self.layout()
        self._arrange()
        self._place_status()
        for widget in self.widgets.values():
            widget.observe(self._arrange, "value")
            widget.observe(self.refresh, "value")
        self.view = ipywidgets.HBox([self.presenter.widget, self.column], layout={"flex_flow": "row wrap"})

    # --- what a subclass decides --------------------------------------------------------------------------------

    def controls(self) -> dict[str, ipywidgets.Widget]:
        raise NotImplementedError

    def compute(self, settings: dict):
        raise NotImplementedError

    def draw(self, computed, settings: dict, look: Mapping) -> Figure:
        raise NotImplementedError

    def caption(self, computed, settings: dict) -> str:
        return ""

    def acting(self) -> set[str]:
        """The controls that change something in this view; the others are not shown."""
        elsewhere = set().union(*self.ONLY.values())
        here = self.ONLY[self.widgets["picture"].value] if self.ONLY else ()
        return set(self.widgets) - elsewhere | set(here)

    def layout(self) -> ipywidgets.VBox:
        """The controls one below the other, the rarer ones last; a subclass may add to them."""
        self.rows = {name: with_number_box(widget) for name, widget in self.widgets.items()}
        self.more = ipywidgets.ToggleButton(description="more", tooltip="Show or hide the other controls")
        self.more.observe(self._arrange, "value")
        often = [row for name, row in self.rows.items() if name not in self.MORE]
        rows = [*often, self.more, *(self.rows[name] for name in self.MORE)]
        return ipywidgets.VBox(rows, layout={"flex": BESIDE})

    # --- what everyone uses -------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict:
        """The current settings."""
        return {name: widget.value for name, widget in self.widgets.items()}

    @property
    def visible(self) -> list[str]:
        """The controls that stand on the page now."""
        rare = () if self.more.value else self.MORE
        return [name for name in self.widgets if name in self.acting() and name not in rare]

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
            self.presenter.present(self.draw(computed, settings, style.beside()), self.caption(computed, settings))
            self._shown = settings
        except ValueError as error:
            self._refuse(str(error), change)
        except Exception as error:
            words = f"{type(error).__name__}: {error}".removesuffix(": ")
            self._refuse(f"These settings met a fault in the program ({words}).", change)
            raise

    def _refuse(self, words: str, change) -> None:
        """Say below the control that was moved what is wrong, and dim the picture, which is of other settings."""
        self.presenter.refuse(words)
        moved = [name for name, widget in self.widgets.items() if change and widget is change["owner"]]
        if self.view is not None:
            self._place_status(*moved)

    def _place_status(self, below: str | None = None) -> None:
        """Put the status line below a control, or below all of them."""
        rows = [row for row in self.column.children if row is not self.presenter.status]
        place = rows.index(self.rows[below]) + 1 if below and self.rows[below] in rows else len(rows)
        self.column.children = (*rows[:place], self.presenter.status, *rows[place:])

    def _arrange(self, change=None) -> None:
        """Show the controls that act in this view, those of ``MORE`` if they are asked for."""
        shown = [self.rows[name] for name in self.visible]
        for row in self.rows.values():
            row.layout.display = "flex" if row in shown else "none"
        self.more.layout.display = "flex" if self.acting() & set(self.MORE) else "none"
        self.more.description = "less" if self.more.value else "more"

    def close(self) -> None:
        """Remove all widgets from the kernel and the page, and end what else runs. Displayed again, it is rebuilt."""
        self._closed = True
        for widget in (*self.widgets.values(), self.presenter.widget, self.presenter.status, self.view):
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
            how = f"To explore, choose Run → Run All Cells. In Python: {self.code()}"
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
    return kind(value=value, min=low, max=high, step=step, readout=False, **named(description), **looks)


def choice(description: str, options, value) -> ipywidgets.Widget:
    """A drop-down list."""
    return ipywidgets.Dropdown(options=list(options), value=value, **named(description))


def named(description: str, label: str = LABEL_WIDTH, width: str = WIDTH) -> dict[str, Any]:
    """A control's name, which is its tooltip, too (ipywidgets would write "null"), the name's width and the control's.

    ``label`` may be "initial": as wide as the name.
    """
    wide = {"style": {"description_width": label}, "layout": {"width": width}}
    return {"description": description, "tooltip": description, **wide}


def with_number_box(widget: ipywidgets.Widget) -> ipywidgets.Widget:
    """A slider below a number box of the same value, since screen readers read no name of a slider alone."""
    return Numbered(widget) if isinstance(widget, ipywidgets.IntSlider | ipywidgets.FloatSlider) else widget


class Numbered(ipywidgets.VBox):
    """A slider without a name, and a number box of the same value with its name."""

    def __init__(self, slider: ipywidgets.IntSlider | ipywidgets.FloatSlider):
        kind = ipywidgets.BoundedIntText if isinstance(slider, ipywidgets.IntSlider) else ipywidgets.BoundedFloatText
        box = kind(
            value=slider.value,
            min=slider.min,
            max=slider.max,
            step=slider.step,
            **named(slider.description, label="210px"),
        )
        slider.description = ""
        self.links = [ipywidgets.jslink((slider, trait), (box, trait)) for trait in ("min", "max", "value", "disabled")]
        super().__init__([box, slider], layout={"flex": "0 0 auto"})
        self.add_class(NUMBERED)

    def close(self) -> None:
        """Close the links, too, which are widgets but no children."""
        for link in self.links:
            link.close()
        super().close()
