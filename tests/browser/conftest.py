"""A real JupyterLab on a free port of this machine, and a real Chromium that watches what pages do."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import nbformat
import pytest
import render
from offline import cut_off
from playwright.sync_api import sync_playwright

from coral_viz import explore

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
LAPTOP = {"width": 1366, "height": 768}
TALL = {"width": 1280, "height": 9000}  # JupyterLab draws only the cells that are in sight
START_SECONDS = 120
LIVE_BUDGET = re.compile(r"runs\.Budget\(steps=\w+, probe_samples=\d+, test_samples=\d+\)")
BRIEF_BUDGET = "runs.Budget(steps=10, samples=1024, probe_samples=1024, test_samples=64)"
DRAWN = 30


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium. Without one, tests are skipped; where CI is set they fail."""
    path = shutil.which("chromium")
    if path is None:
        words = "no Chromium on this machine, so JupyterLab was not tried (`apt-get install chromium` installs it)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    return path


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """The address of one JupyterLab for all tests, with the shipped settings, that reaches no other host.

    It serves copies of the notebooks: in ``fresh`` not yet executed, with brief trainings, in ``committed`` as they
    come with the repository; and ``fresh/concurrent.ipynb`` and ``fresh/explorers.ipynb``.
    """
    root = tmp_path_factory.mktemp("lab")
    folder = root / "notebooks"
    for name in ("fresh", "committed"):
        (folder / name).mkdir(parents=True)
    for script in render.scripts():
        nbformat.write(with_brief_trainings(render.from_script(script)), folder / "fresh" / render.target(script).name)
        shutil.copy(render.target(script), folder / "committed")
    nbformat.write(concurrent(), folder / "fresh" / "concurrent.ipynb")
    nbformat.write(explorers(), folder / "fresh" / "explorers.ipynb")
    (folder / "data").symlink_to(render.NOTEBOOKS.parent / "data")
    url = f"http://127.0.0.1:{free_port()}"
    with cut_off(root / "network.log"), pytest.MonkeyPatch.context() as patch, (root / "jupyter.log").open("w") as log:
        for name in ("CONFIG", "DATA", "RUNTIME"):
            patch.setenv(f"JUPYTER_{name}_DIR", str(root / name.lower()))
        patch.setenv("OMP_NUM_THREADS", "1")  # kernels side by side would spin on one another's cores
        patch.setenv("IPYTHONDIR", str(root / "ipython"))
        patch.setenv("JUPYTER_CONFIG_PATH", str(render.NOTEBOOKS / ".jupyter"))
        server = subprocess.Popen(command(url, folder), cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(url, server, root / "jupyter.log")
            yield url
        finally:
            server.terminate()
            server.wait(60)


def with_brief_trainings(notebook):
    """The same cells, whose own trainings take a second: how well they come out changes nothing on a page.

    They are run in full when notebooks are made, and by the slow tests.
    """
    for cell in notebook.cells:
        cell.source = LIVE_BUDGET.sub(BRIEF_BUDGET, cell.source)
    return notebook


def concurrent():
    """A notebook with an explorer, and a cell that draws a picture every tenth of a second."""
    shows = "from coral_viz import explore, pid\nexplore.tasks()"
    draws = (
        "import time\n"
        "from IPython.display import display\n"
        "from coral_viz.figures.decomposition.atom_bars import bars\n"
        "from coral_viz.figures.layout.display import show\n"
        f"for _ in range({DRAWN}):\n"
        "    display(show(bars({'AND': pid.broja(pid.gates.gate('AND'))})))\n"
        "    time.sleep(0.1)"
    )
    cells = [nbformat.v4.new_code_cell(source) for source in (shows, draws)]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": render.KERNEL})


def explorers():
    """A notebook with a cell per explorer."""
    cells = [nbformat.v4.new_code_cell(f"from coral_viz import explore\nexplore.{name}()") for name in explore.__all__]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": render.KERNEL})


def command(url, folder):
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": urlsplit(url).port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": folder,
        "ServerApp.disable_check_xsrf": True,
        "IdentityProvider.token": "",
    }
    return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"] + [
        f"--{name}={value}" for name, value in options.items()
    ]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, server, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/api/status", timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


@dataclass
class Watched:
    """A notebook in a page of its own, and what must not happen there: errors, requests to other hosts."""

    page: object
    lab: str
    path: str
    complaints: list = field(default_factory=list)

    def __post_init__(self):
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", lambda request: self.note(request.url))
        self.page.on("websocket", lambda socket: self.note(socket.url))
        workspace = re.sub(r"\W", "-", self.path)  # of its own too, so that pages do not disturb one another
        self.page.goto(f"{self.lab}/lab/workspaces/{workspace}/tree/{self.path}?reset", timeout=1000 * START_SECONDS)

    def hear(self, message):
        """Errors on the console, but for one that is not ours.

        Asked for its kernels in the instant between a kernel's start and the first note of its activity,
        jupyter_server (2.21) answers with 500. JupyterLab asks again some seconds later.
        """
        url = message.location.get("url", "")
        if message.type == "error" and not ("500" in message.text and urlsplit(url).path == "/api/kernels"):
            self.complaints.append(f"{message.text} {url}")

    def note(self, url):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"request to another host: {url}")

    def close(self, picture):
        """Save how the page looks, close it, and end the kernel, which would outlive it."""
        self.page.screenshot(path=picture)
        self.page.close()
        with urllib.request.urlopen(f"{self.lab}/api/sessions") as answer:
            sessions = [session["id"] for session in json.load(answer) if session["path"] == self.path]
        for session in sessions:
            request = urllib.request.Request(f"{self.lab}/api/sessions/{session}", method="DELETE")
            urllib.request.urlopen(request).close()


@pytest.fixture(scope="session")
def context(chromium):
    """Tall windows of one Chromium, which share what they have loaded of JupyterLab."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_context(viewport=TALL, reduced_motion="reduce")
        browser.close()


@pytest.fixture
def open_notebook(context, lab, tmp_path):
    """Opens notebooks by their paths, in pages that are watched, and closes those that are open in the end."""
    opened = []

    def open_one(path):
        opened.append(Watched(context.new_page(), lab, path))
        return opened[-1]

    yield open_one
    for number, watched in enumerate(opened):
        if not watched.page.is_closed():
            watched.close(tmp_path / f"page-{number}.jpeg")
