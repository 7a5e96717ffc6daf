"""Metrics and readouts, each declared once, with how they are shown.

A metric that is not declared here is shown by its name, in the unit of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Readout:
    """A classifier of labels from an embedding.

    Attributes:
        title: its name in a title.
        asked: its name in a sentence.
        filled: whether its dots are solid.
        lower: the shift of its dots below the method's line if another readout is shown, in lines.
    """

    name: str
    title: str
    asked: str
    filled: bool
    lower: float


LINEAR, BEST, PUBLISHED = "linear", "best", "published"
"""Logistic regression; that or a small perceptron, whichever has the lower log-loss on held-out data; the logistic
regression of the papers' code (``evaluation.published_probe``), where a run asks for it."""

READOUTS = {
    readout.name: readout
    for readout in (
        Readout(LINEAR, "linear probe", "a linear readout", filled=False, lower=0.21),
        Readout(BEST, "best readout", "the best readout", filled=True, lower=-0.14),
        Readout(PUBLISHED, "the papers' probe", "the papers' probe", filled=False, lower=0.56),
    )
}


@dataclass(frozen=True)
class Metric:
    """A metric of the table.

    Attributes:
        title: its name on an axis, with places for two parts if it compares two.
        unit: "bits", "nats", or "share", which is shown in %.
        readout: the default readout; None for any.
        bound: the metric of its reference: the possible maximum ("truth") or the level of guessing ("chance").
        offered: its name in the menus of explorers; None if they do not offer it.
    """

    name: str
    title: str
    unit: str
    readout: str | None = ""
    bound: str = ""
    offered: str | None = None

    @property
    def in_percent(self) -> bool:
        return self.unit == "share"

    @property
    def axis(self) -> str:
        """Its short title on an axis."""
        return self.title if self.in_percent or not self.unit else self.unit

    @property
    def heading(self) -> str:
        """Its title and its default readout."""
        return f"{self.title} ({READOUTS[self.readout].title})" if self.readout else self.title

    def text(self, value: float) -> str:
        """A value as text: in %, or with two decimals."""
        return f"{100 * value:z.1f}" if self.in_percent else f"{value:z.2f}"


METRICS = {
    metric.name: metric
    for metric in (
        Metric("balanced_accuracy", "balanced accuracy", "share", LINEAR, "chance", "balanced accuracy"),
        Metric("macro_accuracy", "macro accuracy (arg max)", "share", LINEAR, "chance", "macro accuracy (arg max)"),
        Metric("r2", "explained variance", "share", BEST, offered="explained variance of a continuous label"),
        Metric("mse", "mean squared error", "", BEST),
        Metric("bits", "bits", "bits", BEST, "truth", "bits kept"),
        Metric("redundancy", "bits in both {0} and {1}", "bits", BEST, offered="leakage: bits in both of two parts"),
        Metric("unique_1", "bits in {0}, not in {1}", "bits", BEST),
        Metric("unique_2", "bits in {1}, not in {0}", "bits", BEST),
        Metric("synergy", "bits in {0} and {1} only together", "bits", BEST),
        Metric("gap", "certified gap of the bits in {0} and {1}", "bits", BEST),
        Metric("truth", "the truth", "bits"),
        Metric("estimate", "the estimate of what the data hold", "bits"),
        Metric("entropy", "the entropy of the label", "bits"),
        Metric("chance", "chance", "share"),
        *(
            Metric(f"{prefix}{name}", f"{words}{name}", "share")
            for prefix, words in (("", ""), ("chance/", "chance of "))
            for name in ("recall@1", "recall@5", "recall@10", "mAP")
        ),
    )
}
LOSS = "loss/"


def named(name: str, unit: str = "share") -> Metric:
    """The metric of this name. If it is not declared, its unit is ``unit``, or nats for a term of a loss."""
    if name in METRICS:
        return METRICS[name]
    title = name.removeprefix(LOSS).replace("_", " ")
    if name.startswith(LOSS):
        return Metric(name, title, "nats", offered=f"loss term: {name.removeprefix(LOSS)}")
    return Metric(name, title, unit, None, offered=title)


def of(rows: pd.DataFrame) -> Metric:
    """The metric of rows that all have the same."""
    return named(rows["metric"].iloc[0], rows["unit"].iloc[0])


def meant(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that the default readout of their metric gave."""
    known = {name: named(name).readout for name in rows["metric"].unique()}
    return rows[rows["readout"] == rows["metric"].map(known).fillna(rows["readout"])]
