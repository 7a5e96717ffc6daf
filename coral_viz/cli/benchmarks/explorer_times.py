"""How long an explorer takes from a moved control to its new picture.

    python -m coral_viz bench explorers    # -> bench_explorers.csv

Each explorer is moved through its main control, on the results that ship. A step is what a control's change sets off in
the kernel: computing, then drawing the picture to PNG and handing it to the widget. Explorables are measured in a
Chromium: a step is what a movement of the pointer sets off in the page, its script and the layout of what it changed.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from coral_viz import explore, style

MOVES: dict[str, tuple[str, Sequence | np.ndarray | None]] = {
    "solver": ("digits", None),
    "estimators": ("distribution", None),
    "tasks": ("sigma", np.linspace(0.1, 2.0, 20)),
    "embeddings": ("label", None),
    "masking": ("sample", range(20)),
    "recordings": ("moment", None),
    "ablations": ("label", None),
    "beyond": ("rho", np.linspace(0, 1, 20)),
}
"""The main control of every explorer and the values to give it; None: all that it offers, again and again."""

HANDLES = {"gates": ".square", "unique": ".handle", "lattice": ".node"}
"""What is dragged of every explorable (of the lattice, picked), as a CSS selector."""

MOVE = """([selector, steps]) => {
  const page = document.querySelector('.coral-page'), handles = [...page.querySelectorAll(selector)];
  const step = (i) => {
    const handle = handles[i % handles.length], { x, y, width, height } = handle.getBoundingClientRect();
    const at = { pointerId: 1, clientX: x + width / 2 + 9 - 3 * (i % 7), clientY: y + height / 2 + 9 - 3 * (i % 5) };
    handle.hasPointerCapture = () => true;
    const start = performance.now();
    handle.dispatchEvent(new PointerEvent('pointermove', at));
    if (handle.matches('.node')) handle.dispatchEvent(new MouseEvent('click'));
    const computed = performance.now();
    page.querySelectorAll('svg').forEach((svg) => svg.getBoundingClientRect());
    return [computed - start, performance.now() - computed];
  };
  return Array.from({ length: steps }, (_, i) => step(i));
}"""


def run(out: Path, quick: bool = False) -> pd.DataFrame:
    """Median milliseconds of 20 steps of every explorer, computing and drawing apart, in time of the clock and the CPU.

    The first step, which fills caches, is made before and not counted. ``quick`` makes 5 steps. Writes
    ``out``/bench_explorers.csv after every explorer. ValueError if an explorer lacks the results that it shows.
    """
    rows = _pages(6 if quick else 21)
    with threadpool_limits(1):
        for name in MOVES:
            explorer = getattr(explore, name)()
            steps = np.array([_step(explorer, *move) for move in _moves(explorer, 6 if quick else 21)])
            rows.append(_row(name, 1e3 * np.median(steps[1:], axis=0), len(steps) - 1))
            table = pd.DataFrame(rows)
            table.to_csv(Path(out) / "bench_explorers.csv", index=False, float_format="%.1f")
    return table


def _pages(count: int) -> list[dict]:
    """Rows of the explorables; none, with a word, where there is no Chromium that playwright could drive."""
    chromium = shutil.which("chromium")
    if chromium is None or find_spec("playwright") is None:
        print("Explorables are not measured: they need Chromium and playwright.")
        return []
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]).new_page()
        for name, handle in HANDLES.items():
            page.set_content(getattr(explore, name)().page())
            compute, draw = np.median(page.evaluate(MOVE, [handle, count])[1:], axis=0)
            row = {"explorer": name, "moved": "pointer", "steps": count - 1}
            rows.append(row | {"compute_ms": compute, "draw_ms": draw, "step_ms": compute + draw})
    return rows


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
