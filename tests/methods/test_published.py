"""The papers' recipes, value by value against the table of facts, and what a recipe leaves to whoever asks for it."""

import functools
import json

import numpy as np
import pytest
from published import FACTS, small

from coral_viz import methods, runs, tasks
from coral_viz.runs import RunSpec, grids, recipes, run
from coral_viz.training.trainable import decay_groups

BIMODAL = [name for name in recipes.RECIPES if methods.get(name).COUNT[0] == 2]


@functools.cache
def recipe(method):
    task = "trifeature" if method in BIMODAL else "xnor"
    return RunSpec.make(method, task, 42, like="paper")


@pytest.mark.parametrize("fact", FACTS, ids=[fact.name for fact in FACTS])
def test_a_recipe_has_what_the_papers_code_has(fact):
    found = fact.here(recipe(fact.method))
    assert found == fact.value, fact.source


def test_every_recipe_stands_in_the_table_and_no_fact_twice():
    assert {fact.method for fact in FACTS} == set(recipes.RECIPES)
    assert len({fact.name for fact in FACTS}) == len(FACTS)
    chosen = {method: set(r.knobs) | set(r.images) for method, r in recipes.RECIPES.items()}
    told = {method: " ".join(f.fact for f in FACTS if f.method == method) for method in chosen}
    assert all(told.values())


@pytest.mark.parametrize("method", recipes.RECIPES)
def test_a_run_says_all_values_of_its_recipe(method):
    spec = recipe(method)
    assert RunSpec.from_canonical(spec.canonical) == spec
    said = json.loads(spec.canonical)
    settings = recipes.settings(method, spec.preset, "paper")
    for kind, chosen in (("knobs", settings.knobs), ("dials", settings.dials), ("budget", settings.budget)):
        values = spec.settings
        assert {name: values[name] for name in chosen} == chosen, kind
    assert "like" not in said
    assert spec.knob == "like=paper"
    assert spec.id != RunSpec.make(method, spec.task, 42).id


def test_what_is_asked_for_goes_before_the_recipe():
    asked = {"knobs": {"query": "scaled", "heads": 2}, "dials": {"protocol": "clean"}, "budget": {"steps": 7}}
    spec = RunSpec.make("coral", "trifeature-32", 1, like="paper", **asked)
    assert (spec.settings["query"], spec.settings["heads"]) == ("scaled", 2)
    assert (spec.settings["protocol"], spec.budget.steps, spec.budget.lr) == ("clean", 7, 1e-4)
    assert "like=paper" not in spec.knob
    spec = RunSpec.make("coral", "trifeature-32", 1, like="paper", knobs={"mask_ratio": 0.5})
    assert spec.knob == "like=paper,mask_ratio=0.5"


def test_on_other_tasks_the_budget_stays_the_tasks():
    level, paper = (RunSpec.make("coral", "factors", 1, like=like) for like in recipes.LIKE)
    assert level.budget == paper.budget
    assert level.dials == paper.dials
    assert dict(paper.knobs)["query"] == "unit"
    assert dict(paper.knobs)["width"] is None
    assert level == RunSpec.make("coral", "factors", 1)


def test_a_grid_compares_both():
    grid = grids.make({"method": ["comm", "coral"], "like": ["level", "paper"], "seeds": [1, 2]})
    assert len(grid.specs) == 8
    assert {spec.knob for spec in grid.specs} == {"", "like=paper"}


@pytest.mark.parametrize(
    ("method", "like", "sentence"),
    [
        ("coral", "papers", "like = 'papers' is not allowed; it takes level or paper"),
        ("simclr", "paper", "method 'simclr' has no recipe of a paper; choose one of cross, cross_self, factorcl,"),
    ],
)
def test_another_word_is_a_sentence(method, like, sentence):
    with pytest.raises(ValueError, match=sentence):
        RunSpec.make(method, "factors", 1, like=like)


def test_budgets_that_are_younger_than_shipped_runs_leave_their_ids_alone():
    said = json.loads(RunSpec.make("comm", "factors", 1).canonical)["budget"]
    assert said.keys().isdisjoint({"decay", "probe"})


def test_learned_tokens_decay_if_asked_and_every_parameter_is_in_one_group():
    method = small("infmasking")
    for decay, names in (("matrices", set()), ("tokens", {"fusion.cls", "mask_token"})):
        groups = decay_groups(method, 0.1, decay)
        assert sum(len(group["params"]) for group in groups) == len(list(method.parameters()))
        decaying = {id(p) for p in groups[0]["params"]}
        vectors = {name for name, p in method.named_parameters() if p.ndim < 2 and id(p) in decaying}
        assert vectors == names


TINY = {"size": 16, "values": 4, "renders": 4, "pairs": 200}
BRIEF = {"steps": 1, "batch": 8, "samples": 16, "probe_samples": 100, "test_samples": 100}


@pytest.mark.parametrize("method", BIMODAL)
def test_a_recipe_trains(method):
    knobs = {"dim": 16, "projection": 8, "hidden": 16}
    spec = RunSpec.make(method, "trifeature-32", 1, like="paper", knobs=knobs, dials=TINY, budget=BRIEF)
    task = tasks.load(spec.task, seed=1, **dict(spec.dials))
    history = run.trained(run.initialised(spec, task), task, spec, progress=False)
    assert np.isfinite(history.values).all()


def test_a_run_may_be_probed_as_published_too():
    spec = RunSpec.make("cross", "factors", 1, budget=BRIEF | {"probe": "paper"}, knobs={"dim": 8, "width": None})
    rows = runs.perform(spec, device="cpu").rows
    found = rows[rows["readout"] == "published"]
    assert set(found["label"]) == set(tasks.load("factors").labels)
    assert set(found["metric"]) == {"macro_accuracy"}
    assert found["value"].between(0, 1).all()
