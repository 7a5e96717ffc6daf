"""A control with a drop-down list for every setting of a sweep, to fix its value or to leave it free."""

from __future__ import annotations

from functools import partial

import ipywidgets
import traitlets

from coral_viz.explore import live
from coral_viz.explore.explorer import choice
from coral_viz.explore.presenter import html_widget
from coral_viz.figures.sweep import sweep_words

ANY = "any"  # what a setting is that is not held


class Held(ipywidgets.VBox):
    """A drop-down list per setting; ``value`` maps fixed settings to their values."""

    value = traitlets.Dict()
    children: tuple[ipywidgets.Widget, ...]

    def __init__(self):
        super().__init__()
        self.lists: dict[str, ipywidgets.Dropdown] = {}

    def offer(self, choices: dict[str, list]) -> None:
        """Offer these values of each setting; ``value`` keeps those that still exist."""
        self.lists, former = {}, self.children
        for name, values in choices.items():
            options = [(ANY, ANY), *((sweep_words.plain(value), value) for value in values)]
            self.lists[name] = choice(name.replace("_", " "), options, ANY)
            self.lists[name].observe(partial(self._gather, name), "value")
        self.children = (html_widget("Held:"), *self.lists.values())
        for widget in former:
            live.close(widget)
        self.value = {name: value for name, value in self.value.items() if value in choices.get(name, [])}
        self._spread()

    @traitlets.validate("value")
    def _known(self, proposal):
        for name, value in proposal["value"].items():
            if name not in self.lists or value not in [option for _, option in self.lists[name].options[1:]]:
                raise traitlets.TraitError(f"{name} = {value!r} was not run")
        return proposal["value"]

    @traitlets.observe("value")
    def _spread(self, change=None) -> None:
        for name, held in self.lists.items():
            held.value = self.value.get(name, ANY)

    def _gather(self, name: str, change) -> None:
        others = {other: value for other, value in self.value.items() if other != name}
        self.value = others if change["new"] == ANY else others | {name: change["new"]}
