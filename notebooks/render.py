"""From scripts to notebooks: ``scripts/NAME.py`` (jupytext's percent format) becomes ``NAME.ipynb``, executed.

The script is the source; a notebook is never edited by hand. Everything but its outputs follows from the script alone.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from PIL import Image

NOTEBOOKS = Path(__file__).parent
CELL_SECONDS = 600
LIVE = "application/vnd.jupyter.widget-view+json"
PNG = re.compile(r"(data:image/png;base64,)([A-Za-z0-9+/=]+)")
FOLDED = "folded"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def scripts() -> list[Path]:
    """The scripts of all notebooks, in the order in which they are read."""
    return sorted((NOTEBOOKS / "scripts").glob("*.py"))


def target(script: Path) -> Path:
    """Where the notebook of a script is stored."""
    return NOTEBOOKS / f"{script.stem}.ipynb"


def from_script(script: Path) -> nbformat.NotebookNode:
    """The notebook of a script, without outputs; cells are numbered, so that the same script gives the same bytes.

    Of a cell's metadata only ``jupyter`` is kept, which folds the code of questions, as it tells the answers, and code
    that is not worth reading first, such as imports. Exported pages, in which nothing is folded, leave out the code of
    cells with the tag ``FOLDED``.
    """
    notebook = jupytext.read(script, fmt="py:percent")
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells):
        folded = {"jupyter": cell.metadata["jupyter"], "tags": [FOLDED]} if "jupyter" in cell.metadata else {}
        cell.id, cell.metadata = f"cell-{number:02d}", nbformat.from_dict(folded)
    return notebook


def execute(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Run all cells in a fresh kernel and keep their outputs, but neither times nor live widgets.

    A widget without its state is an error message wherever the notebook is opened; what stands in for it is kept.
    """
    metadata = dict(notebook.metadata)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(metadata)
    for data in (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])):
        data.pop(LIVE, None)
        if "text/html" in data:
            data["text/html"] = PNG.sub(lambda found: found[1] + _smaller(found[2]), data["text/html"])
    return notebook


def _smaller(png: str) -> str:
    """An image in base64 with at most 256 colours, which charts hardly need more than: two fifths of the bytes."""
    image, file = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    for script in scripts():
        print(f"{script.name} -> {target(script).name}", flush=True)
        nbformat.write(execute(from_script(script)), target(script))
