"""The display of an explorer: a figure with a caption in plain HTML, and a status line.

Figures are drawn to PNG and put into an HTML widget, without pyplot and output areas, so callbacks on other threads
cannot disturb them, and screen readers find the alternative text.
"""

from __future__ import annotations

import base64
from html import escape, unescape

import ipywidgets
from matplotlib.figure import Figure

from coral_viz.figures.layout.display import Shown, show


class Presenter:
    """The last valid figure and the status line below it; ``widget`` holds both."""

    def __init__(self):
        self.picture = ipywidgets.HTML()
        self.status = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self.picture, self.status])
        self.shown: Shown | None = None

    def present(self, figure: Figure, caption: str) -> None:
        """Show the figure with its alternative text and caption, and clear the status line."""
        self.shown = show(figure)
        source = base64.b64encode(self.shown.png).decode()
        self.picture.value = (
            f'<figure style="margin: 0"><img src="data:image/png;base64,{source}" alt="{escape(self.shown.alt)}" '
            f'style="max-width: 100%"><figcaption>{escape(caption)}</figcaption></figure>'
        )
        self.say("Ready.")

    def say(self, words: str, *, alert: bool = False) -> None:
        """Show text in the status line; an alert is announced at once. The figure stays."""
        role, look = ("alert", "color: #b00020; font-weight: 600") if alert else ("status", "color: #555")
        self.status.value = f'<p role="{role}" style="margin: 0; {look}">{escape(words)}</p>'

    @property
    def words(self) -> str:
        """The text of the status line."""
        return unescape(self.status.value.partition(">")[2].removesuffix("</p>"))
