"""What is measured of an embedding and what reads it: metrics and readouts, each declared once with how it is shown.

A metric of the table that is not declared is shown by its name and the unit of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Readout:
    """A classifier that reads labels from an embedding.

    ``title`` and ``asked``: its name in a title and in a sentence. ``filled``: whether its dots are solid. ``lower``:
    how far below its method's line they stand beside those of another readout, in lines.
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
    """What a number of the table is.

    ``title``: as an axis names it, with places for two parts where it is of two. ``unit``: "bits", "nats", or "share",
    shown in %. ``readout``: the one that is meant where none is named; None for any. ``bound``: the metric that says
    what is known beforehand, the most that is possible ("truth") or the least that means anything ("chance").
    ``offered``: its name in the menu of an explorer; None for what none offers.
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
        """What an axis shows, as short as it is."""
        return self.title if self.in_percent or not self.unit else self.unit

    @property
    def heading(self) -> str:
        """Its title and the readout that is meant."""
        return f"{self.title} ({READOUTS[self.readout].title})" if self.readout else self.title

    def text(self, value: float) -> str:
        """A value as words give it: in %, or with two decimals."""
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
    """The metric of this name; one that is not declared has the unit given, or nats if it is a term of a loss."""
    if name in METRICS:
        return METRICS[name]
    title = name.removeprefix(LOSS).replace("_", " ")
    if name.startswith(LOSS):
        return Metric(name, title, "nats", offered=f"loss term: {name.removeprefix(LOSS)}")
    return Metric(name, title, unit, None, offered=title)


def of(rows: pd.DataFrame) -> Metric:
    """The metric of rows that have one alone."""
    return named(rows["metric"].iloc[0], rows["unit"].iloc[0])


def meant(rows: pd.DataFrame) -> pd.DataFrame:
    """Of rows by several readouts, those by the one that is meant for their metric."""
    known = {name: named(name).readout for name in rows["metric"].unique()}
    return rows[rows["readout"] == rows["metric"].map(known).fillna(rows["readout"])]
