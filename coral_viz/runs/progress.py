"""Progress of many runs: a bar weighted by their cost, and a line for each run that ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from tqdm import tqdm

from coral_viz.runs.executors import Outcome
from coral_viz.runs.spec import RunSpec

BAR = "{desc} |{bar:30}| {elapsed} elapsed, about {remaining} left"


def watched(
    outcomes: Iterable[Outcome], plan: Sequence[RunSpec], told: Callable[[Outcome], str] = lambda outcome: ""
) -> Iterator[Outcome]:
    """Pass on outcomes of the planned runs and show them; ``told`` adds text to the line of a finished run."""
    total = sum(spec.cost for spec in plan)
    desc = f"0/{len(plan)} runs"
    with tqdm(total=total, ascii=True, bar_format=BAR, desc=desc, file=sys.stdout) as bar:  # stderr is red in notebooks
        for number, outcome in enumerate(outcomes, 1):
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
