"""Exported notebooks show every picture with the network off: no output is left to a widget that is not there."""

import re

import nbformat
import pytest
import render
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config
from traitlets.config.loader import JSONFileConfigLoader

SHOWS = (
    "from coral_viz import explore\nexplore.gates(gate='XOR')",
    "from coral_viz import pid, teach\n"
    "from coral_viz.figures.decomposition.atom_bars import bars\n"
    "from coral_viz.figures.layout.display import show\n"
    "shown = show(bars({'AND': pid.broja(pid.gates.gate('AND'))}))\n"
    "teach.predict('Which?', ('R', 'S'), 'S', 'So.', replies={'R': 'No.'}, shows=shown)",
    "teach.guess_atoms()",
)


@pytest.fixture(scope="module")
def ran():
    """A notebook as JupyterLab saves it after it was run: with live widgets and their state."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in SHOWS])
    notebook.cells[1].metadata.tags = [render.FOLDED]
    notebook.metadata = nbformat.from_dict({"kernelspec": render.KERNEL})
    NotebookClient(notebook, timeout=300, store_widget_state=True).execute()
    assert all(render.LIVE in cell.outputs[-1]["data"] for cell in notebook.cells)
    return notebook


@pytest.mark.parametrize("name", ["jupyter_nbconvert_config.json", "jupyter_server_config.json"])
def test_an_exported_notebook_has_every_picture(ran, name):
    """Of the command line, and of JupyterLab's menu."""
    settings = JSONFileConfigLoader(name, str(render.NOTEBOOKS / ".jupyter")).load_config()
    page, _ = HTMLExporter(config=Config(settings)).from_notebook_node(ran)
    outputs = page.split('class="jp-OutputArea-child')[1:]
    assert len(outputs) == len(SHOWS)
    for output in outputs:
        picture = re.search("<img [^>]*>", output)[0]
        assert 'src="data:image/png;base64,' in picture
        assert re.search('alt="[^"]{40,}"', picture)
    assert "explore.gates" in re.sub("<[^>]*>", "", page)
    assert "replies" not in page, "the code of a question tells its answer"
    assert render.LIVE not in re.sub("(?s)<script.*?</script>", "", page)
