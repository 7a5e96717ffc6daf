"""The tour: methods x training distributions x seeds on one task, probed, decomposed, drawn, and reported on a page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from matplotlib.figure import Figure
from tqdm import tqdm

from coral_viz import figures, methods, registries, style, tasks
from coral_viz.figures.data import digit_strips, image_samples, token_samples
from coral_viz.options import Typed
from coral_viz.publishing import report
from coral_viz.results import schema
from coral_viz.runs import Budget, Outcome, RunSpec, Store, execute, side_by_side, watched
from coral_viz.runs.grids import TUNING
from coral_viz.runs.stated import stated
from coral_viz.tasks.digits import Digits
from coral_viz.tasks.factors import Factors
from coral_viz.tasks.trifeature import Trifeature
from coral_viz.training.devices import resolve

METHODS = ("cross", "cross_self", "comm", "coral")
SEEDS = (41, 42, 43)
STEPS = 400  # which four methods take in less than four minutes of two cores, where a task does not say its own
QUICK = {"steps": 120, "probe_samples": 1024, "test_samples": 2048}


@dataclass(frozen=True)
class Tour:
    """The result of a tour: its table, its failed runs, and its page."""

    table: pd.DataFrame
    failures: pd.DataFrame
    page: Path


def specs(
    chosen: list[str], seeds: list[int], budget: Budget | None, task: str | tasks.Task = "factors"
) -> list[RunSpec]:
    """All runs of a tour: methods x the task's training distributions x seeds.

    Args:
        chosen: methods, each ``name`` or ``name:knob=value,knob=value``, or "all" for every method that takes the task.
        seeds: of the runs.
        budget: of every run; the task's if None.
        task: ``name`` or ``name:dial=value,dial=value``, or one's own data as a task. A setting ``distribution``
            restricts the tour to that one.
    """
    if kept := sorted(set(seeds) & set(TUNING)):
        raise ValueError(f"seed {kept[0]} is used for tuning, as are {', '.join(map(str, TUNING))}; choose another.")
    name, dials = chosen_task(task)
    loaded = tasks.load(name, **dials)
    fixed = "distribution" in dials or not hasattr(loaded.dials, "distribution")
    shown = [dials] if fixed else [dials | {"distribution": each} for each in loaded.distributions]
    return [
        RunSpec.make(method, name, seed, knobs=knobs, dials=settings, budget=budget)
        for method, knobs in map(parse, _fitting(chosen, len(loaded.modalities)))
        for settings in shown
        for seed in seeds
    ]


def chosen_task(task: str | tasks.Task) -> tuple[str | tasks.Dataset, dict]:
    """A task's name or one's own data, and its dials."""
    if isinstance(task, str):
        name, dials = parse(task)
        source = tasks.opened(name)
        return source, (source.augmentations if isinstance(source, tasks.Dataset) else {}) | dials
    source = tasks.opened(task)
    usual = {row["name"]: row["default"] for row in task.DIALS.describe()}
    usual["content"] = vars(task.dials).get("content")
    own = source.augmentations if isinstance(source, tasks.Dataset) else {}
    return source, {name: value for name, value in vars(task.dials).items() if name in own or value != usual[name]}


def budget(task: str | tasks.Task, *, short: bool = False, quick: bool = False, **chosen: int | None) -> Budget:
    """The budget of a tour's runs.

    Args:
        task: the task, whose budget is the default.
        short: whether to use STEPS steps if the task has no number of its own.
        quick: whether to reduce everything.
        chosen: fields with other values, unless None.

    Raises:
        ValueError: an unknown task, or a value out of range.
    """
    usual = ({"steps": STEPS} if short else {}) | tasks.preset(chosen_task(task)[0]).budget
    brief = {name: min(value, usual.get(name, value)) for name, value in QUICK.items()} if quick else {}
    return Budget(**usual | brief | {name: value for name, value in chosen.items() if value is not None})


def _fitting(chosen: list[str], count: int) -> list[str]:
    """The methods asked for, with every one that takes ``count`` modalities in place of "all"."""
    every = [name for name in methods.names() if methods.get(name).COUNT[0] <= count <= methods.get(name).COUNT[1]]
    return [name for one in chosen for name in (every if one == "all" else [one])]


def parse(text: str) -> tuple[str, dict]:
    """``"coral:orthogonality=squared"`` -> ("coral", {"orthogonality": "squared"}, as typed); for methods and tasks.

    An import path has a colon of its own: ``"mypackage.moco:MoCo:pull=2"``. ValueError for a setting without a value.
    """
    name, _, settings = text.partition(":")
    attribute, _, further = settings.partition(":")
    if name not in (*methods.names(), *tasks.names()) and registries.PATH.fullmatch(f"{name}:{attribute}"):
        name, settings = f"{name}:{attribute}", further
    values = {}
    for setting in filter(None, settings.split(",")):
        option, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"{text!r} cannot be read: write settings as name:setting=value,setting=value.")
        values[option] = Typed(value)
    return name, values


def run(
    out: str | Path,
    *,
    chosen: list[str] | None = None,
    task: str | tasks.Task = "factors",
    seeds: Sequence[int] | None = None,
    budget: Budget | None = None,
    device: str = "auto",
    executor: str = "joblib",
    jobs: int | None = None,
    command: str = "coral_viz.cli.tour.run(...)",
) -> Tour:
    """Perform the missing runs of a tour, then write tables, figures and ``index.html`` to ``out``.

    Args:
        out: the folder.
        chosen, task, seeds, budget: see ``specs``.
        device, executor, jobs: as for ``runs.execute``.
        command: the command to make it again, for the page.

    Raises:
        ValueError: before any work, for unknown names, values out of range, or a folder that cannot be written.
        RuntimeError: every run failed.
    """
    start, out = time.perf_counter(), Path(out)
    where = resolve(device)
    plan = list(dict.fromkeys(specs(list(chosen or METHODS), list(seeds or SEEDS), budget, task)))
    store = Store(out / "runs")
    plan = stated(plan, store.root, tqdm.write)
    ended = execute(plan, store, device=str(where), executor=executor, jobs=jobs, say=tqdm.write)
    outcomes = list(watched(ended, plan, jobs=side_by_side(executor, jobs)))
    failures = _failures(outcomes)
    done = [spec for spec in plan if spec not in {outcome.spec for outcome in outcomes if outcome.status == "failed"}]
    if not done:
        raise RuntimeError(f"every run failed; the first: {failures['reason'].iloc[0]}")
    table = schema.validate(pd.concat([store.rows(spec) for spec in done]))
    page = report.write(
        out,
        table,
        pd.DataFrame([_timing(spec, store) for spec in done]),
        samples(task, plan[0].seed) | figures.overview(table),
        command=command,
        settings=_settings(task, plan[0].budget, where, time.perf_counter() - start),
        failures=failures,
    )
    return Tour(table, failures, page)


def samples(task: str | tasks.Task, seed: int) -> dict[str, Figure]:
    """Figures of samples by name, for tasks that have such figures."""
    name, dials = chosen_task(task)
    loaded, look = tasks.load(name, seed=seed, **dials), style.paper(columns=2)
    draw = {Factors: token_samples.two_views, Trifeature: image_samples.pairs}.get(type(loaded))
    if draw is None and not isinstance(loaded, Digits):
        return {}
    batch = loaded.sample(4, "test", seed)
    if draw is None:
        question = digit_strips.questions(loaded, batch, look=look)
        return {"questions": question, "samples": digit_strips.samples(loaded, batch, rows=4, look=look)}
    return {"samples": draw(loaded, batch, loaded.views(batch, torch.Generator().manual_seed(seed)), look=look)}


def _failures(outcomes: list[Outcome]) -> pd.DataFrame:
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    columns = ["run_id", "method", "distribution", "seed", "reason"]
    rows = [(o.spec.id, o.spec.method, o.spec.distribution, o.spec.seed, o.reason) for o in failed]
    return pd.DataFrame(rows, columns=columns)


def _timing(spec: RunSpec, store: Store) -> dict:
    row = {"run_id": spec.id, "method": spec.method, "distribution": spec.distribution, "seed": spec.seed}
    return row | store.timing(spec) | store.provenance(spec)


def _settings(task: str | tasks.Task, budget: Budget, device, seconds: float) -> dict:
    """What else decided the numbers, beside what the table itself says."""
    return {
        "task": _in_words(task),
        "batch size": budget.batch,
        "learning rate": budget.lr,
        "weight decay": budget.weight_decay,
        "training samples": budget.samples,
        "probe samples": budget.probe_samples,
        "device": str(device),
        "this call took": f"{seconds / 60:.1f} min",
    }


def _in_words(task: str | tasks.Task) -> str:
    """Which task with which dials."""
    source, dials = chosen_task(task)
    name = source if isinstance(source, str) else f"{source.name} (content {source.content}, {len(source)} samples)"
    told = ",".join(f"{key}={value}" for key, value in dials.items())
    return f"{name}:{told}" if told else f"{name}, default dials"
