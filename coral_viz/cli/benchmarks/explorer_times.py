"""How long an explorer takes from a moved control to its new picture.

    python -m coral_viz bench explorers    # -> bench_explorers.csv

Each explorer is moved through its main control, on the results that ship. A step is what a control's change sets off in
the kernel: computing, then drawing the picture to PNG and handing it to the widget.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from coral_viz import explore, style

MOVES: dict[str, tuple[str, Sequence | np.ndarray | None]] = {
    "gates": ("noise", np.linspace(0, 1, 20)),
    "lattice": ("node", None),
    "unique": ("noise", np.linspace(0, 1, 20)),
    "estimators": ("distribution", None),
    "tasks": ("sigma", np.linspace(0.1, 2.0, 20)),
    "embeddings": ("label", None),
    "masking": ("sample", range(20)),
    "recordings": ("moment", None),
    "ablations": ("label", None),
    "beyond": ("rho", np.linspace(0, 1, 20)),
}
"""The main control of every explorer and the values to give it; None: all that it offers, again and again."""


def run(out: Path, quick: bool = False) -> pd.DataFrame:
    """Median milliseconds of 20 steps of every explorer, computing and drawing apart, in time of the clock and the CPU.

    The first step, which fills caches, is made before and not counted. ``quick`` makes 5 steps. Writes
    ``out``/bench_explorers.csv after every explorer. ValueError if an explorer lacks the results that it shows.
    """
    rows = []
    with threadpool_limits(1):
        for name in MOVES:
            explorer = getattr(explore, name)()
            steps = np.array([_step(explorer, *move) for move in _moves(explorer, 6 if quick else 21)])
            rows.append(_row(name, 1e3 * np.median(steps[1:], axis=0), len(steps) - 1))
            table = pd.DataFrame(rows)
            table.to_csv(Path(out) / "bench_explorers.csv", index=False, float_format="%.1f")
    return table


def _moves(explorer, count: int) -> Iterator[tuple]:
    """Pairs of a control and a value."""
    control, values = MOVES[explorer.NAME]
    widget = explorer.widgets[control]
    if values is None:
        offered = widget.options if hasattr(widget, "options") else range(widget.min, widget.max + 1)
        values = [choice[1] if isinstance(choice, tuple) else choice for choice in offered]
    if not len(values):
        raise ValueError(f"explore.{explorer.NAME} has nothing to choose: {explorer.presenter.words}")
    return itertools.islice(((control, value) for value in itertools.cycle(values)), count)


def _step(explorer, control: str, value) -> tuple[float, ...]:
    """Seconds of computing and drawing: by the clock, then by the CPU."""
    with explorer.following():
        explorer.widgets[control].value = value
    settings = explorer.settings
    times = [_now()]
    computed = explorer.compute(settings)
    times.append(_now())
    figure = explorer.draw(computed, settings, style.beside())
    explorer.presenter.present(figure, explorer.caption(computed, settings))
    times.append(_now())
    return tuple(np.diff(times, axis=0).T.ravel())


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _row(name: str, medians: np.ndarray, steps: int) -> dict:
    compute, draw, compute_cpu, draw_cpu = medians
    row = {"explorer": name, "moved": MOVES[name][0], "steps": steps}
    row |= {"compute_ms": compute, "draw_ms": draw, "step_ms": compute + draw}
    return row | {"compute_cpu_ms": compute_cpu, "draw_cpu_ms": draw_cpu, "step_cpu_ms": compute_cpu + draw_cpu}
