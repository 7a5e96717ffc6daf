"""Masks of a method in training, their effect, the attention of its fusion, and the bits under any mask."""

from __future__ import annotations

import contextlib
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import torch

from coral_viz import figures, style
from coral_viz.explore import finished, own_run, shipped, visible_tokens
from coral_viz.explore.explorer import Explorer, choice, slider
from coral_viz.explore.visible_tokens import EVERY, SAMPLES, Tokens
from coral_viz.figures.course.moment import RECORDED
from coral_viz.figures.data.image_masks import patches
from coral_viz.figures.data.visible_bits import visible_bits
from coral_viz.figures.sweep.configuration_rows import cells
from coral_viz.figures.sweep.setting_curves import curve
from coral_viz.figures.sweep.sweep_data import baseline, is_number
from coral_viz.runs import RunSpec, Store, sweep_table

HIDDEN, TURNED, OWN, LEFT = "masks and attention", "effect of masks", "own runs", "bits under a mask"
MASK = ("mask_ratio", "masked", "hidden")
"""The controls of a mask of one's own."""


class Masking(Explorer):
    """``explore.masking()``: masks and attention of a finished run, sample by sample, at any point of its training.

    Shipped sweeps show the effects of the masks' hyperparameters, and a button trains the same run with other masks. If
    tokens are looks, they can be hidden by a share or one by one: the figure shows the bits in visible tokens, and how
    many of them the method keeps.
    """

    NAME = "masking"
    MORE = ("folder", "sample", "draw_number", "masked")
    own: own_run.Trainer | None = None
    ONLY = MappingProxyType(
        {
            HIDDEN: ("sample", "progress", "draw_number"),
            TURNED: ("turned", "metric"),
            OWN: ("metric",),
            LEFT: ("sample", "draw_number", *MASK),
        }
    )

    def controls(self):
        widgets = finished.chooser(self, fused=True) | {"picture": choice("picture", self.ONLY, HIDDEN)}
        turned = choice("over", ["mask_ratio"], "mask_ratio")

        def follow(change=None):
            """Offer the pictures that the run can have, and the settings that the sweep of its method turns."""
            with self.following(), contextlib.suppress(ValueError):  # ``compute`` says what is wrong
                spec = finished.opened(widgets["folder"].value, widgets["run"].value).spec
                offered = _offered(spec)
                finished.offer(turned, [(name.replace("_", " "), name) for name in offered.get(TURNED, ["mask_ratio"])])
                picture = widgets["picture"].value
                widgets["picture"].options = list(offered)
                widgets["picture"].value = picture if picture in offered else HIDDEN

        follow()
        widgets["run"].observe(follow, "value")
        widgets |= {
            "sample": slider("sample", 0, 0, SAMPLES - 1, 1),
            "progress": slider("progress of training", 1.0, 0.0, 1.0, 0.05),
            "draw_number": slider("draw of the masks", 0, 0, 99, 1),
            "turned": turned,
            "metric": choice("measure", [(known.heading, known.name) for known in RECORDED], "balanced_accuracy"),
            "mask_ratio": slider("share of tokens to hide", 0.5, 0.0, 1.0, 0.05),
            "masked": choice("hide tokens of", [EVERY], EVERY),
            "hidden": Tokens(),
        }
        for name in ("run", "picture", "mask_ratio", "masked", "draw_number"):
            widgets[name].observe(partial(self._mask, widgets), "value")
        return widgets

    def _mask(self, widgets: dict, change) -> None:
        """Offer the tokens of the task that is shown, and hide the share of them that the controls say."""
        if widgets["picture"].value != LEFT:
            return
        with self.following(), contextlib.suppress(ValueError):  # ``compute`` says what is wrong
            modalities = visible_tokens.shown_task(widgets["folder"].value, widgets["run"].value)[0].modalities
            finished.offer(
                widgets["masked"], [(EVERY, EVERY), *((m.name.replace("_", " "), m.name) for m in modalities)]
            )
            widgets["hidden"].offer(modalities)
            chosen = (widgets[name].value for name in ("mask_ratio", "masked", "draw_number"))
            widgets["hidden"].value = visible_tokens.drawn(modalities, *chosen)

    def layout(self):
        own = self.own = own_run.Trainer(self._chosen, self.presenter.say, self._trained)

        def follow(change=None):
            own.view.layout.display = "flex" if self.widgets["picture"].value == OWN else "none"

        follow()
        self.widgets["picture"].observe(follow, "value")
        box = super().layout()
        box.children = [*box.children, own.view]
        return box

    def close(self) -> None:
        if self.own is not None:
            self.own.close()
        super().close()

    def _chosen(self) -> RunSpec:
        return finished.opened(self.settings["folder"], self.settings["run"]).spec

    def _trained(self) -> None:
        if self.settings["picture"] == OWN:
            self.refresh()

    # --- pictures -----------------------------------------------------------------------------------------------------

    def compute(self, settings):
        run = finished.opened(settings["folder"], settings["run"])
        if settings["picture"] == LEFT:
            return run, visible_tokens.left(settings["folder"], settings["run"], settings["hidden"])
        if settings["picture"] == TURNED:
            return run, _sweep(run.spec.method)
        if settings["picture"] == OWN:
            return run, _own_runs(run.spec)
        batch = run.task.sample(SAMPLES, "train", run.spec.seed)[[settings["sample"]]]
        views = run.task.views(batch, torch.Generator().manual_seed(settings["draw_number"]))
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(settings["draw_number"])
            return run, (run.method.explain(*views, progress=settings["progress"]), views)

    def draw(self, computed, settings, look):
        run, shown = computed
        if settings["picture"] == HIDDEN:
            explanation, views = shown
            tokens_of = getattr(run.method, "tokens_of", ())
            if all(modality.kind == "image" for modality in run.task.modalities):
                return patches(explanation, views, tokens_of, look=look)
            return figures.masks(explanation, tokens_of, look=look)
        if settings["picture"] == LEFT:
            looks = style.method_style(run.spec.method, run.spec.knob)
            named = {"method": looks.label, "colour": looks.colour, "row": settings["sample"], "look": look}
            return visible_bits(shown.task, shown.batch, shown.visible, shown.exact, read=shown.read, **named)
        if settings["picture"] == OWN:
            base = baseline(shown) | {name: run.spec.settings[name] for name in _masks(run.spec)}
            return cells(shown, sweep_table.settings(shown), base=base, metric=settings["metric"], look=look)
        return curve(shown, settings["turned"], metric=settings["metric"], look=look)

    def caption(self, computed, settings):
        run, shown = computed
        if settings["picture"] == HIDDEN:
            words = SAID[run.spec.method](run.method, settings["progress"]) if run.spec.method in SAID else ""
            return f"{finished.title(run.spec)}. {words}".strip()
        if settings["picture"] == LEFT:
            return _left(run.spec, shown)
        method = style.method_style(run.spec.method).label.split(" (")[0]
        if settings["picture"] == TURNED:
            words = settings["turned"].replace("_", " ")
            return f"Shipped runs of {method}; on one line are those that differ in {words} alone."
        count = shown["run_id"].nunique()
        return f"{count} own run(s) of {method}, kept in {own_run.FOLDER}. One seed says little: train several."


def _left(spec: RunSpec, shown: visible_tokens.Left) -> str:
    if shown.read is None:
        return (
            f"The bits in single tokens of this run ({finished.title(spec)}) are not known. This picture shows the "
            "task digits instead, without a method; open a run on digits to see what its method reads."
        )
    return (
        f"{finished.title(spec)}. Hidden tokens are zero for its encoders. One linear readout, fitted once under "
        f"random masks, reads the embeddings of {visible_tokens.READ} test samples under any; only how sure it may "
        "be is fitted to this mask."
    )


def _own_runs(spec: RunSpec) -> pd.DataFrame:
    """What own runs measured that are as this one but for masks, steps and seed, with a column for masks and steps."""
    if not own_run.FOLDER.is_dir():
        raise ValueError("there is no own run yet; choose masks and press Train.")
    store = Store(own_run.FOLDER, to_write=False)
    alike = [own for own in store.specs() if _but_for_masks(own) == _but_for_masks(spec)]
    if not alike:
        raise ValueError(f"there is no own run of {finished.title(spec)!r} yet; choose masks and press Train.")
    return sweep_table.collect(alike, store, [*_masks(spec), "steps"])


def _but_for_masks(spec: RunSpec) -> tuple:
    knobs = [(name, value) for name, value in spec.knobs if name not in own_run.MASKS]
    return spec.method, knobs, spec.task, spec.dials


def _masks(spec: RunSpec) -> list[str]:
    """The settings of masks that the method has."""
    return [name for name in own_run.MASKS if name in spec.settings]


def _offered(spec: RunSpec) -> dict[str, list[str]]:
    """The pictures that a run can have, with the settings of masks that each of them can be over."""
    masks = {HIDDEN: [], TURNED: [], OWN: _masks(spec), LEFT: []}
    with contextlib.suppress(ValueError):  # no sweep ships
        masks[TURNED] = _turned(_sweep(spec.method))
    return {picture: over for picture, over in masks.items() if over or picture in (HIDDEN, LEFT)}


# --- sweeps -----------------------------------------------------------------------------------------------------------


def _sweep(method: str) -> pd.DataFrame:
    """The shipped runs of a method with other masks. ValueError if there are none."""
    try:
        path = shipped.path(f"grid_{method}.parquet")
    except ValueError:
        raise ValueError(
            f"no sweep of {style.method_style(method).label} ships here; choose another picture or run."
        ) from None
    return _read(path)


@cache
def _read(path: Path) -> pd.DataFrame:
    return sweep_table.read(path)


def _turned(sweep: pd.DataFrame) -> list[str]:
    """The settings of masks that are numbers, and that some runs differ in."""
    return [name for name in sweep_table.settings(sweep) if name.startswith("mask") and is_number(sweep[name])]


# --- in words ---------------------------------------------------------------------------------------------------------


def _coral(method, progress: float) -> str:
    return (
        f"View 1 masks modality 1, view 2 modality 2, here each token with probability "
        f"{method.mask_probability(progress):.2f}, so the shared path has to infer one modality from the other."
    )


def _infmasking(method, progress: float) -> str:
    kept = ", ".join(f"{kept} of {count}" for kept, count in zip(method.kept, method.tokens_of))
    return (
        f"Each of {method.knobs.masks} masks keeps {kept} tokens of the modalities and puts one learned token in place "
        f"of the rest; the weight of their term is {method.knobs.mask_weight * progress:.2f} at this point of training."
    )


def _comm(method, progress: float) -> str:
    return "Entire modalities are left out, always in the same way; each alone is matched with the fusion of all."


SAID = {"coral": _coral, "infmasking": _infmasking, "comm": _comm}
"""What a method hides, in words, from the method and the progress of training."""
