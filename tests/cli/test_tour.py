"""The command line and the tour: what a user types and what comes of it."""

import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest

from coral_viz import methods
from coral_viz.__main__ import main
from coral_viz.cli import tour
from coral_viz.results import tables
from coral_viz.runs import Budget

TINY = Budget(steps=4, batch=16, samples=64, probe_samples=64, test_samples=64)
CHOSEN = ["cross", "coral:orthogonality=squared"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A tour of two methods as it is typed, small enough for a test: its result, its folder, the line."""
    out, results, run = tmp_path_factory.mktemp("tour"), [], tour.run

    def kept(*arguments, **options):
        results.append(run(*arguments, **options, executor="serial"))
        return results[-1]

    line = f"tour --out {out} --methods {' '.join(CHOSEN)} --seeds 5 6 --device cpu"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tour, "budget", lambda *_, **__: TINY)
        patch.setattr(tour, "run", kept)
        assert main(line.split()) == 0
    return results[0], out, line


def test_the_table_holds_every_run_and_reads_back_the_same(done):
    result, out, _ = done
    runs = result.table.drop_duplicates("run_id")
    assert len(runs) == 2 * 3 * 2
    assert set(zip(runs["method"], runs["knob"])) == {("cross", ""), ("coral", "orthogonality=squared")}
    pd.testing.assert_frame_equal(tables.read(out / "results.parquet"), result.table)
    pd.testing.assert_frame_equal(tables.read(out / "results.csv"), result.table)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("src", "href")]


def test_the_page_says_what_was_found_then_shows_a_sample(done):
    result, out, _ = done
    page = result.page.read_text()
    assert (out / "figures" / "samples.svg").is_file()
    places = [page.index(words) for words in ("After unbiased training", 'id="bits_kept"', 'id="samples"')]
    assert places == sorted(places)
    assert "Each token is a look of its own" in page


@pytest.mark.parametrize(
    ("task", "names"),
    [("digits", {"questions", "samples"}), ("trifeature-4", {"samples"}), ("xnor", {"samples"})],
)
def test_tasks_show_samples_that_can_be_read(task, names):
    shown = tour.samples(task, 5)
    assert shown.keys() == names
    assert all(figure.alt and figure.caption.short for figure in shown.values())


def test_every_link_of_the_page_is_a_file_beside_it(done):
    result, out, _ = done
    links = Links()
    links.feed(result.page.read_text())
    assert len(links.found) > 10
    for link in [link for link in links.found if not link.startswith("data:image/svg+xml;base64,")]:
        assert link.startswith("#") or (out / link).is_file(), link


def test_a_second_tour_does_no_run_again(done, monkeypatch):
    """And tells the same; what writes its page is left out."""
    first, out, _ = done
    monkeypatch.setattr("coral_viz.runs.executors.perform", lambda *_: pytest.fail("a finished run was done again"))
    monkeypatch.setattr(tour.report, "write", lambda *_, **__: first.page)
    monkeypatch.setattr(tour.figures, "overview", lambda _: {})
    again = tour.run(out, chosen=CHOSEN, seeds=[5, 6], budget=TINY, device="cpu", executor="serial")
    assert len(again.failures) == 0
    pd.testing.assert_frame_equal(again.table, first.table)


def test_the_page_of_a_typed_tour_holds_the_line_that_was_typed(done):
    _, out, line = done
    assert f"<pre>python -m coral_viz {line}</pre>" in (out / "index.html").read_text()


def test_all_means_every_method_that_takes_the_task():
    two = {spec.method for spec in tour.specs(["all", "coral:orthogonality=squared"], [1], TINY)}
    three = {spec.method for spec in tour.specs(["all"], [1], TINY, "factors:count=3")}
    assert two == set(methods.names()) - {"triangle", "confu"}
    assert three == set(methods.names()) - {"factorcl", "disentangled_ssl"}


def test_a_task_brings_its_distributions_unless_one_is_named():
    def shown(task):
        return [spec.distribution for spec in tour.specs(["cross"], [1], TINY, task)]

    assert shown("factors") == ["unbiased", "biased", "relation"]
    assert shown("factors:distribution=biased,count=3") == ["biased"]
    assert shown("xnor") == ["biased"]
    spec = tour.specs(["cross"], [1], TINY, "xnor")[0]
    assert spec.task == "xnor"
    assert dict(spec.dials)["classes"] == 2


def test_methods_are_parsed_with_their_knobs():
    assert tour.parse("comm") == ("comm", {})
    knobs = {"orthogonality": "squared", "mask_ratio": "0.5", "depth": "2"}
    assert tour.parse("coral:orthogonality=squared,mask_ratio=0.5,depth=2") == ("coral", knobs)
    (spec,) = tour.specs(["coral:mask_ratio=0.5"], [1], TINY, "trifeature-4:mapping=1032,distribution=biased")
    assert (dict(spec.knobs)["mask_ratio"], dict(spec.dials)["mapping"]) == (0.5, "1032")
    with pytest.raises(ValueError, match="write settings as name:setting=value"):
        tour.parse("coral:squared")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--methods", "corral"], "method 'corral' does not exist"),
        (["--methods", "coral:mask=1"], "method 'coral' has no setting 'mask'"),
        (["--methods", "triangle"], "TRIANGLE takes 3 modalities, this task has 2"),
        (["--task", "facts"], "task 'facts' does not exist; choose one of contact, digit-halves, digits, factors"),
        (["--task", "factors:count=1"], "count = 1 is not allowed"),
        (["--device", "gpu"], "device 'gpu' does not exist"),
        (["--steps", "0"], "steps = 0"),
        (["--seeds", "-1"], "seed = -1 is not allowed; it takes a whole number from 0 to 2**62."),
        (["--jobs", "0"], "jobs = 0"),
        (["--out", "/dev/null/tour"], "cannot write to '/dev/null/tour/runs'"),
    ],
)
def test_a_bad_command_is_one_sentence_and_a_failure(arguments, sentence, tmp_path, capsys):
    out = [] if "--out" in arguments else ["--out", str(tmp_path)]
    assert main(["tour", "--quick", *out, *arguments]) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert error.startswith("coral_viz: ")
    assert "Traceback" not in error


def test_importing_the_package_loads_no_torch():
    code = "import sys, coral_viz, coral_viz.pid; print('torch' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split() == ["False"] * 2


def test_no_room_imports_pyplot_nor_what_takes_a_second():
    code = (
        "import importlib, sys, coral_viz\n"
        "for room in coral_viz.ROOMS: getattr(coral_viz, room)\n"
        "import coral_viz.figures.decomposition.atom_bars, coral_viz.cli.tour\n"
        "print({'matplotlib.pyplot', 'sklearn', 'scipy.stats'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
