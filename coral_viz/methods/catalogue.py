"""The catalogue of methods: one row each, read from the classes."""

from __future__ import annotations

from coral_viz import methods, tasks
from coral_viz.methods.method import FusionKnobs


def catalogue() -> list[dict]:
    """One dict per method: name, title, paper, modalities, parts, knobs, encoder and fusion passes per step.

    Parts of the downstream embedding and passes are those for the smallest number of modalities that the method
    supports. Knobs are its hyperparameters with their defaults, without those that all fusion methods share.
    """
    return [_row(methods.get(name)) for name in methods.names()]


def markdown() -> str:
    """The catalogue as a table for a README."""
    head = "| name | method | paper | modalities | embedding | own hyperparameters | passes a step: encoder, fusion |"
    lines = [head, "|:--|:--|:--|:--|:--|:--|--:|"]
    for row in catalogue():
        knobs = ", ".join(f"{knob}={value}" for knob, value in row["knobs"].items()) or "none"
        paper = f"[{row['paper']}](https://arxiv.org/abs/{row['paper'].removeprefix('arXiv ')})"
        passes = f"{row['encoder_passes']}, {row['fusion_passes']}"
        cells = (f"`{row['name']}`", row["title"], paper, row["modalities"], ", ".join(row["parts"]), knobs, passes)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _row(cls: type[methods.Method]) -> dict:
    least, most = cls.COUNT
    built = methods.build(cls.NAME, tasks.load("factors", count=least))
    shared = {row["name"]: row["default"] for row in FusionKnobs.describe()}
    own = {row["name"]: row["default"] for row in cls.KNOBS.describe()}
    encoder, fusion = cls.passes(least)
    return {
        "name": cls.NAME,
        "title": cls.TITLE,
        "paper": cls.PAPER,
        "modalities": f"{least}" if least == most else f"{least} to {most}",
        "parts": built.whole,
        "knobs": {name: value for name, value in own.items() if shared.get(name, ...) != value},
        "encoder_passes": encoder,
        "fusion_passes": fusion,
    }
