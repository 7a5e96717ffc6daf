"""A real JupyterLab on a free port of this machine, and a real Chromium that watches what pages do."""

import os
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
from offline import offline
from playwright.sync_api import sync_playwright

__all__ = ["offline"]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
TALL = {"width": 1280, "height": 9000}  # JupyterLab draws only the cells that are in sight
START_SECONDS = 120


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium. Without one, tests are skipped; where CI is set they fail."""
    path = shutil.which("chromium")
    if path is None:
        words = "no Chromium on this machine, so JupyterLab was not tried (`apt-get install chromium` installs it)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    return path


@pytest.fixture
def lab(tmp_path, monkeypatch, offline):
    """The address of a JupyterLab with the shipped settings.

    It serves copies of the notebooks: in ``fresh`` not yet executed, in ``committed`` as they come with the repository.
    """
    folder = tmp_path / "notebooks"
    for name in ("fresh", "committed"):
        (folder / name).mkdir(parents=True)
    for script in render.scripts():
        nbformat.write(render.from_script(script), folder / "fresh" / render.target(script).name)
        shutil.copy(render.target(script), folder / "committed")
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(render.NOTEBOOKS / ".jupyter"))
    url = f"http://127.0.0.1:{free_port()}"
    with (tmp_path / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command(url, folder), cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(url, server, tmp_path / "jupyter.log")
            yield url
        finally:
            server.terminate()
            server.wait(60)


def command(url, folder):
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": urlsplit(url).port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": folder,
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
    """A page, and what must not happen on it: console errors, uncaught exceptions, requests to other hosts."""

    page: object
    complaints: list = field(default_factory=list)

    def __post_init__(self):
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", lambda request: self.note(request.url))
        self.page.on("websocket", lambda socket: self.note(socket.url))

    def note(self, url):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"request to another host: {url}")


@pytest.fixture
def watched(chromium, tmp_path):
    """A tall page in a fresh Chromium; how it looked in the end is saved as ``page.png``."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport=TALL)
        yield Watched(page)
        page.screenshot(path=tmp_path / "page.png")
        browser.close()
