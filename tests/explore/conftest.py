"""What explorers of finished runs look at: a folder of tiny runs."""

import pytest

from coral_viz.evaluation import readouts
from coral_viz.runs import Budget, RunSpec, Store, execute

TINY = Budget(steps=4, batch=16, samples=64, probe_samples=64, test_samples=64)
SPECS = {
    "coral": RunSpec.make("coral", "factors", 1, budget=TINY),
    "again": RunSpec.make("coral", "factors", 2, budget=TINY),
    "comm": RunSpec.make("comm", "factors", 1, budget=TINY),
    "cross": RunSpec.make("cross", "factors", 1, budget=TINY),
    "infmasking": RunSpec.make("infmasking", "factors", 1, budget=TINY),
    "relation": RunSpec.make("cross", "factors", 1, dials={"distribution": "relation"}, budget=TINY),
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Six finished runs."""
    place = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readouts, "FEW", 0)  # as for tests, but for the whole session
        outcomes = list(execute(SPECS.values(), Store(place), device="cpu", executor="serial"))
    assert {outcome.status for outcome in outcomes} == {"done"}
    return str(place)


@pytest.fixture(scope="session")
def ids():
    return {name: spec.id for name, spec in SPECS.items()}
