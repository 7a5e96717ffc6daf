"""The display of an explorer: a figure with a caption in plain HTML, and a status line.

Figures are drawn to PNG and put into an HTML widget, without pyplot and output areas, so callbacks on other threads
cannot disturb them, and screen readers find the alternative text.
"""

from __future__ import annotations

import base64
from html import escape, unescape

import ipywidgets
from matplotlib.figure import Figure

from coral_viz.explore.slider_names import PAGE
from coral_viz.figures.layout.display import Shown, show

AT_REST = "If nothing moves, choose Run → Run All Cells."
"""What the status line says while all is well, as a page cannot tell whether its kernel still runs."""
STALE = "coral-stale"
LOOK = f"<style>.{STALE} {{ opacity: 0.3; }}</style>"
HIGH = "calc(100vh - 230px)"
"""How high a picture may be, so that it stands whole in a window with the bars of JupyterLab and its caption."""


def html_widget(html: str = "", **looks) -> ipywidgets.HTML:
    """HTML as a widget; without a tooltip of its own, ipywidgets would write "null"."""
    return ipywidgets.HTML(html, tooltip="", **looks)


class Presenter:
    """The last good picture (``widget``) and a line that says how it stands (``status``)."""

    def __init__(self):
        self.picture, self.status = html_widget(), html_widget()
        wide = {"flex": "1 1 560px", "max_width": "920px", "min_width": "0"}
        page = html_widget(LOOK + PAGE, layout={"display": "none"})
        self.widget = ipywidgets.VBox([page, self.picture], layout=wide)
        self.shown: Shown | None = None

    @property
    def stale(self) -> bool:
        """Whether the picture is of other settings than those that stand."""
        return STALE in self.picture._dom_classes

    def present(self, figure: Figure, caption: str) -> None:
        """Show the figure with its alternative text and caption, and clear the status line."""
        self.shown = show(figure)
        source = base64.b64encode(self.shown.png).decode()
        self.picture.value = (
            f'<figure style="margin: 0; line-height: 1.5">'
            f'<img src="data:image/png;base64,{source}" alt="{escape(self.shown.alt)}" '
            f'style="max-width: 100%; max-height: {HIGH}"><figcaption>{escape(caption)}</figcaption></figure>'
        )
        self.picture.remove_class(STALE)
        self.say(AT_REST)

    def refuse(self, words: str) -> None:
        """Say what is wrong, at once, and dim the picture, which is no longer of the settings that stand."""
        self.picture.add_class(STALE)
        self.say(words, alert=True)

    def say(self, words: str, *, alert: bool = False) -> None:
        """Show text in the status line; an alert is announced at once. The figure stays."""
        role, look = ("alert", "color: #b00020; font-weight: 600") if alert else ("status", "color: #555")
        self.status.value = f'<p role="{role}" style="margin: 0; {look}">{escape(words)}</p>'

    @property
    def words(self) -> str:
        """The text of the status line."""
        return unescape(self.status.value.partition(">")[2].removesuffix("</p>"))
