"""Progress of many runs: a bar weighted by their cost, and a line for each run that ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from tqdm import tqdm

from coral_viz.runs.executors import Outcome
from coral_viz.runs.spec import RunSpec

BAR = "{desc} |{bar:30}| {elapsed} elapsed, about {left} left"


class _Bar(tqdm):
    """A bar that is told the time left, which its own pace, that of ended runs alone, would overstate at first."""

    left = "?"

    @property
    def format_dict(self) -> dict:
        return super().format_dict | {"left": self.left}


def watched(
    outcomes: Iterable[Outcome],
    plan: Sequence[RunSpec],
    told: Callable[[Outcome], str] = lambda outcome: "",
    *,
    jobs: int = 1,
) -> Iterator[Outcome]:
    """Pass on outcomes of the planned runs and show them, with the time left.

    Args:
        outcomes: as ``execute`` yields them.
        plan: the runs.
        told: adds text to the line of a finished run.
        jobs: how many runs go on side by side. Ended runs tell the seconds of a unit of cost; so many share the rest.
    """
    total, seconds, cost = sum(spec.cost for spec in plan), 0.0, 0.0
    desc = f"0/{len(plan)} runs"
    with _Bar(total=total, ascii=True, bar_format=BAR, desc=desc, file=sys.stdout) as bar:  # stderr is red in notebooks
        for number, outcome in enumerate(outcomes, 1):
            if outcome.status != "reused":
                seconds, cost = seconds + outcome.seconds, cost + outcome.spec.cost
            if cost:
                rest = max(total - bar.n - outcome.spec.cost, 0.0)
                bar.left = tqdm.format_interval(rest * seconds / cost / max(min(jobs, len(plan) - number), 1))
            bar.set_description_str(f"{number}/{len(plan)} runs", refresh=False)
            if outcome.status == "reused":
                bar.initial += outcome.spec.cost  # a start that took no time
                bar.n = bar.last_print_n = bar.n + outcome.spec.cost
                bar.refresh()
            else:
                bar.update(outcome.spec.cost)
                tail = f"failed: {outcome.reason}" if outcome.reason else f"{outcome.seconds:.0f} s{told(outcome)}"
                bar.write(f"{outcome.spec.words}: {tail}")
            yield outcome
