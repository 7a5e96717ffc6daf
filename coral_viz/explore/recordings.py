"""A recorded training, step by step: losses, information found by a readout, map of the embedding."""

from __future__ import annotations

import contextlib
import threading
import time
from functools import lru_cache
from pathlib import Path

import ipywidgets

from coral_viz import style
from coral_viz.explore.explorer import Explorer, choice, named, slider
from coral_viz.explore.finished import check_classes, offer, title
from coral_viz.figures.course.moment import RECORDED, moment
from coral_viz.paths import DATA
from coral_viz.runs import replay

REPLAYS = DATA / "replays"
"""The recordings that come with the repository."""

DAMAGED = " (damaged)"

PACE = 0.5
"""Seconds from one moment to the next while it plays."""


class Recordings(Explorer):
    """``explore.recordings()``: choose a step of a recorded training, or play it; step 0 is before training."""

    NAME = "recordings"
    MORE = ("folder",)
    playing: threading.Thread | None = None

    def controls(self):
        folder = ipywidgets.Text(placeholder="the shipped recordings", continuous_update=False, **named("folder"))
        run, label = choice("recording", [], None), choice("classes of", ["redundancy"], "redundancy")
        shown = slider("moment", 0, 0, 1, 1)

        def follow(change=None):
            """Offer the moments and labels of the recording."""
            with self.following(), contextlib.suppress(ValueError):  # ``compute`` says what is wrong with the file
                recorded = _read(folder.value, run.value)
                shown.max = len(recorded.steps) - 1
                offer(label, [(style.label_style(name).name, name) for name in recorded.labels])

        def reopen(change):
            with self.following():
                offer(run, _listed(folder.value))

        offer(run, _listed(""))
        follow()
        folder.observe(reopen, "value")
        run.observe(follow, "value")
        metric = choice("measure", [(known.heading, known.name) for known in RECORDED], "bits")
        return {"folder": folder, "run": run, "moment": shown, "label": label, "metric": metric}

    def layout(self):
        """The controls and a play button; buttons of ipywidgets' own player have no names for screen readers."""
        self.play = ipywidgets.ToggleButton(description="Play", tooltip="Play from this step on, or stop")
        self.play.observe(self._play, "value")
        column = super().layout()
        column.children = (self.play, *column.children)
        return column

    def _play(self, change) -> None:
        self.play.description = "Stop" if change["new"] else "Play"
        if change["new"]:
            self.playing = threading.Thread(target=self._advance, daemon=True)
            self.playing.start()

    def _advance(self) -> None:
        """From moment to moment to the end, from the beginning if the end is where it stands."""
        moment, me = self.widgets["moment"], threading.current_thread()
        if moment.value == moment.max:
            moment.value = 0
        while self.playing is me and self.play.value and moment.value < moment.max:
            begun = time.monotonic()
            moment.value += 1
            time.sleep(max(0.0, PACE - (time.monotonic() - begun)))
        if self.playing is me:
            self.play.value = False

    def close(self) -> None:
        self.playing = None  # which ends the thread
        super().close()

    def compute(self, settings):
        recorded = _read(settings["folder"], settings["run"])
        check_classes(recorded.labels, settings["label"])
        return recorded

    def draw(self, computed, settings, look):
        step = computed.steps[settings["moment"]]
        return moment(computed, step=step, label=settings["label"], metric=settings["metric"], look=look)

    def caption(self, computed, settings):
        step, last = computed.steps[settings["moment"]], computed.steps[-1]
        damaged = [f"{run}.npz" for words, run in self.widgets["run"].options if words.endswith(DAMAGED)]
        more = f" Damaged: {', '.join(damaged)}." if damaged else ""
        return f"{title(computed.spec)}: step {step} of {last}.{more}"


def _folder(name: str) -> Path:
    return Path(name) if name else REPLAYS


def _listed(folder: str) -> list[tuple[str, str]]:
    """The recordings of a folder as (words, run id), those that cannot be read at the end."""
    paths, whole, damaged = [], [], []
    with contextlib.suppress(OSError):  # of a name that is too long; ``compute`` says so
        paths = sorted(_folder(folder).glob("*.npz"))
    for path in paths:
        try:
            whole.append((title(_read(folder, path.stem).spec), path.stem))
        except ValueError:
            damaged.append((f"{path.stem}{DAMAGED}", path.stem))
    return sorted(whole) + damaged


@lru_cache(maxsize=32)
def _read(folder: str, run_id: str | None) -> replay.Replay:
    place = _folder(folder)
    if run_id is None:
        raise ValueError(f"there is no recording of a training in {str(place)!r}.")
    return replay.load(place / f"{run_id}.npz")
