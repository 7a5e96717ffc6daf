"""Methods and tasks of one's own, found by import path: everywhere the same, imported only when asked for by name."""

import contextlib
import re
import sys
from pathlib import Path

import pytest
import torch

from coral_viz import __main__, figures, methods, runs, tasks
from coral_viz.cli import tour
from coral_viz.explore import finished
from coral_viz.figures.sweep import sweep_data
from coral_viz.publishing import report
from coral_viz.results import schema
from coral_viz.runs import Store, cluster, grids, sweep_table, sweeps
from coral_viz.runs.run import trained

ROOT = Path(__file__).parents[1]
BUDGET = {"steps": 6, "batch": 16, "samples": 64, "probe_samples": 1024, "test_samples": 64}
TINY = runs.Budget(**BUDGET)
DATA = """
from coral_viz import tasks
from mine import Mine

def load(seed=0, device="cpu", **dials):
    return tasks.load("factors", seed=seed, device=device, **dials)

def fixed():
    return tasks.load("factors", seed=3, classes=2)

def number(seed):
    return 7

class Tied(Mine):
    def __init__(self, task, knobs):
        super().__init__(task, knobs)
        self.again = self.encode

few = tasks.Preset(load, {"classes": 2}, {"dim": 16, "width": 16}, {"steps": 5})
broken = 7
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The folder of the modules mine and moco of the docs and one with tasks, where Python finds them."""
    folder = tmp_path_factory.mktemp("own")
    page = (ROOT / "docs" / "own-method.md").read_text(encoding="utf-8")
    mine, moco = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    for name, code in {"mine": mine, "moco": moco, "own_data": DATA, "wrong": "def load(:\n"}.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder


@pytest.fixture(scope="module")
def swept(own):
    """The methods of the docs on a task of one's own, by two workers: the grid and its folder."""
    keys = {"method": ["mine:Mine", "moco:MoCo"], "task": "own_data:load", "seeds": [1, 2], "budget": BUDGET}
    grid = grids.make(keys | {"dials": {"classes": 2, "distribution": "biased"}}, name="own")
    sweep = sweeps.run(grid, own / "out", executor="joblib", jobs=2, device="cpu")
    assert sweep.failures.empty
    return grid, own / "out"


@pytest.fixture
def new_process(monkeypatch):
    """As if nobody had asked for anything yet."""
    for registry in (methods._METHODS, tasks._TASKS):
        monkeypatch.setattr(registry, "_asked", set())
        monkeypatch.setattr(registry, "_aliases", {})
    for name in ("mine", "moco", "own_data"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_the_methods_of_the_docs_run_in_two_workers_as_they_do_here(swept):
    grid, folder = swept
    table = sweep_table.read(folder / "results.parquet")
    assert set(table["method"]) == {"mine:Mine", "moco:MoCo"}
    assert set(table["task"]) == {"own_data:load"}
    here = runs.perform(grid.specs[-1], "cpu").rows
    there = Store(folder / "runs").rows(grid.specs[-1])
    assert here.drop(columns="seconds").equals(there.drop(columns="seconds"))


def test_the_report_shows_what_is_between_the_parts_of_the_methods_of_the_docs(swept, tmp_path):
    table = sweep_table.read(swept[1] / "results.parquet")[[*schema.COLUMNS]]
    made = table.drop_duplicates("run_id")[["run_id", "method", "distribution", "seed"]]
    names = [f"where_{method}{ending}" for method in ("mine_Mine", "moco_MoCo") for ending in ("", "_dots")]
    drawn = figures.overview(table, only=names)
    page = report.write(tmp_path, table, made.assign(seconds=1.0, device="cpu"), drawn, command="tour", settings={})
    text = page.read_text(encoding="utf-8")
    assert [name for name in names if f'id="{name}"' not in text] == []


def test_the_method_of_the_docs_is_measured_in_its_parts(own):
    spec = runs.RunSpec.make("mine:Mine", "factors", 0, knobs={"pull": 0.5}, budget=TINY)
    rows = runs.perform(spec, "cpu").rows
    assert {"modality_1", "modality_2", "all", "modality_1|modality_2"} <= set(rows["part"])
    assert set(rows["knob"]) == {"pull=0.5"}
    task = tasks.load("factors")
    views = task.views(task.sample(8, "train", 0), torch.Generator().manual_seed(0))
    halved, full = (sum(methods.build("mine:Mine", task, pull=x).loss(*views, 0.0).values()) for x in (0.5, 1.0))
    assert halved < full


def test_the_teacher_follows_the_student_and_the_queue_is_restored(swept, own):
    grid, folder = swept
    spec = next(spec for spec in grid.specs if spec.method == "moco:MoCo")
    task = tasks.load(spec.task, seed=spec.seed, **dict(spec.dials))
    method = runs.initialised(spec, task)
    teacher = [weights.clone() for weights in method.student.parameters()]
    first = method.queue.clone()

    def follow(step, now):
        for mine, theirs in zip(teacher, now.student.parameters()):
            mine.mul_(0.99).add_(theirs.detach(), alpha=0.01)

    trained(method, task, spec, progress=False, callbacks={1: follow})
    assert all(torch.allclose(mine, theirs, atol=1e-6) for mine, theirs in zip(teacher, method.teacher.parameters()))
    seen = spec.budget.steps * spec.budget.batch
    assert torch.equal(method.queue[:, seen:], first[:, :-seen])
    _, restored = runs.restored(spec, Store(folder / "runs"))
    assert torch.equal(restored.queue, method.queue)
    assert all(map(torch.equal, restored.teacher.parameters(), method.teacher.parameters()))


def test_weights_that_share_memory_are_kept_and_restored(own):
    spec, store = runs.RunSpec.make("own_data:Tied", "factors", 0, budget=TINY), Store(own / "tied")
    store.save(spec, runs.perform(spec, "cpu"), seconds=0.0, device="cpu")
    _, method = runs.restored(spec, store)
    assert method.again[0] is method.encode[0]


def test_a_short_name_stands_for_the_path_in_the_spec(own):
    methods.register("mine", "mine:Mine")
    tasks.register("own_watch", "own_data:load")
    named, pathed = (
        runs.RunSpec.make(*names, 1, budget=TINY) for names in (("mine", "own_watch"), ("mine:Mine", "own_data:load"))
    )
    assert (named.method, named.task) == ("mine:Mine", "own_data:load")
    assert named == pathed
    assert named.id == pathed.id
    assert tasks.load("own_watch").name == "own_data:load"
    assert "mine" not in methods.names()


def test_the_command_line_and_the_tour_take_paths_with_settings(own, capsys):
    assert tour.parse("mine:Mine") == ("mine:Mine", {})
    assert tour.parse("moco:MoCo:queue=32,momentum=0.9") == ("moco:MoCo", {"queue": "32", "momentum": "0.9"})
    (spec, *others) = tour.specs(["moco:MoCo:queue=32"], [1], TINY, "own_data:load:classes=3")
    assert dict(spec.knobs)["queue"] == 32
    assert {each.distribution for each in (spec, *others)} == {"unbiased", "biased", "relation"}
    assert tour.budget("own_data:few").steps == 5
    assert (
        __main__.main(["train", "mine:Mine", "--task", "own_data:few", "--steps", "2", "--out", str(own / "runs")]) == 0
    )
    assert "balanced_accuracy" in capsys.readouterr().out


def test_presets_and_functions_say_their_dials(own):
    few = runs.RunSpec.make("mine:Mine", "own_data:few", 1)
    assert (few.settings["classes"], few.settings["dim"], few.budget.steps) == (2, 16, 5)
    assert runs.RunSpec.from_canonical(few.canonical) == few
    fixed = runs.RunSpec.make("cross", "own_data:fixed", 1)
    assert dict(fixed.dials)["classes"] == 2  # those of its world, though the function takes none
    assert runs.RunSpec.from_canonical(fixed.canonical) == fixed
    with pytest.raises(
        ValueError, match="task 'own_data:fixed' has classes = 2, not 3: its function takes no parameter"
    ):
        runs.RunSpec.make("cross", "own_data:fixed", 1, dials={"classes": 3})


@pytest.mark.parametrize(
    ("method", "task", "sentence"),
    [
        ("nowhere:Mine", "factors", "method 'nowhere:Mine' cannot be imported: No module named 'nowhere'"),
        ("mine:Yours", "factors", "method 'mine:Yours' cannot be imported: module 'mine' has no attribute 'Yours'"),
        ("mine:MineKnobs", "factors", "not a subclass of methods.Method"),
        ("__main__:Mine", "factors", "exists only in this process; put it into a module"),
        ("mime", "factors", "method 'mime' does not exist; choose one of .* or module:name for one of your own"),
        ("cross", "own_data:broken", "it is 7, not a subclass of tasks.Task, a tasks.Preset or a function"),
        ("cross", "own_data:number", "own_data:number returns 7, not a tasks.Task"),
        ("cross", "wrong:load", "task 'wrong:load' cannot be imported: SyntaxError"),
        (["cross"], "factors", r"method \['cross'\] does not exist"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(own, method, task, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        runs.RunSpec.make(method, task, 1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("alias", "path", "sentence"),
    [
        ("cross", "mine:Mine", "method 'cross' cannot be registered"),
        ("a:b", "mine:Mine", "method 'a:b' cannot be registered"),
        ("mine2", "cross", "must stand for an import path"),
        ("mine2", "mine:Yours", "cannot be imported"),
    ],
)
def test_short_names_are_new_and_stand_for_paths(own, alias, path, sentence):
    with pytest.raises(ValueError, match=sentence):
        methods.register(alias, path)


def test_workers_of_a_cluster_that_lack_the_module_are_told_of_before_any_run(own, tmp_path, monkeypatch):
    """The client is one whose workers find no module of ``own``."""
    spec = runs.RunSpec.make("mine:Mine", "factors", 1, budget=TINY)

    class Client:
        def run(self, function, *arguments):
            monkeypatch.delitem(sys.modules, "mine")
            monkeypatch.setattr(sys, "path", [place for place in sys.path if place != str(own)])
            return function(*arguments)

    monkeypatch.setattr(cluster, "connected", lambda address: contextlib.nullcontext(Client()))
    outcomes = runs.execute([spec], Store(tmp_path), executor="dask", scheduler="tcp://127.0.0.1:1", device="cpu")
    with pytest.raises(ValueError, match="method 'mine:Mine' cannot be imported: No module named 'mine'"):
        next(outcomes)


def test_files_import_nothing(swept, new_process):
    """Specs, folders of runs and tables of sweeps name modules; they are imported once they are asked for by name."""
    grid, folder = swept
    sentence = r"method '(\w+:\w+)' is not of this package.* if you trust it, call methods.register\(NAME, '\1'\)"
    with pytest.raises(ValueError, match=sentence):
        runs.RunSpec.from_canonical(grid.specs[0].canonical)
    with pytest.raises(ValueError, match=sentence):
        finished.opened(str(folder / "runs"), None)
    table = sweep_table.read(folder / "results.parquet")
    assert sweep_data.baseline(table) == {"knob": ""}
    assert not {"mine", "moco", "own_data"} & set(sys.modules)


def test_explorers_open_runs_of_registered_methods(swept, new_process):
    _, folder = swept
    for registry, name, path in ((methods, "mine", "mine:Mine"), (tasks, "own_watch", "own_data:load")):
        registry.register(name, path)
    words, ids = zip(*finished.listed(str(folder / "runs")))
    assert list(words) == [f"Mine, own_data:load, biased, seed {seed}" for seed in (1, 2)]
    run = finished.opened(str(folder / "runs"), ids[0])
    assert type(run.method).__name__ == "Mine"
