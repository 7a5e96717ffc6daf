"""A LaTeX document of a paper's set at the venue's geometry, and a contact sheet of its figures, to look at.

The document has every figure at its natural size in one or both columns, and every table across the text, each with its
caption. It needs geometry, graphicx and booktabs, but no style of a venue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import image

from coral_viz import style
from coral_viz.publishing.paper.latex_tables import escaped

COARSER, ACROSS, GAP = 2, 2, 16
"""Of the contact sheet: pixels of a figure to one of the sheet, figures side by side, pixels between them."""

TALL, FLOATS = 9.0, 4  # inches of text; figures after which all are set, of which LaTeX holds few


def write(out: Path, venue: str, captions: Mapping[str, Path], tables: Sequence[str]) -> Path:
    """Write ``main.tex`` to ``out``, where figures lie as NAME.pdf and NAME.json, tables as NAME.tex.

    Args:
        out: the folder.
        venue: a key of ``style.WIDTHS``.
        captions: the file of the caption, by the figure's name.
        tables: names of tables.
    """
    widths = style.WIDTHS[venue]
    lines = [
        f"\\documentclass[10pt{',twocolumn' * (len(widths) > 1)}]{{article}}",
        f"\\usepackage[textwidth={widths[-1]}in,textheight={TALL}in]{{geometry}}",
        "\\usepackage[T1]{fontenc}",
        "\\usepackage{mathptmx,graphicx,booktabs}",
        "\\setlength{\\belowcaptionskip}{6pt}",  # between the caption of a table and its rule
    ]
    if len(widths) > 1:
        lines.append(f"\\setlength{{\\columnsep}}{{{widths[1] - 2 * widths[0]:g}in}}")
    lines += ["\\begin{document}"]
    for i, (name, caption) in enumerate(captions.items(), 1):
        lines += _float(out, name, caption.read_text(encoding="utf-8").strip(), widths)
        lines += ["\\clearpage"] * (i % FLOATS == 0)
    lines += [f"\\input{{{name}}}\\clearpage" for name in tables]
    path = out / "main.tex"
    path.write_text("\n".join(filter(None, [*lines, "\\end{document}"])) + "\n", encoding="utf-8")
    return path


def contact_sheet(out: Path, names: Sequence[str]) -> Path | None:
    """Write ``contact_sheet.png``: the figures side by side, at half their resolution. None if there is no figure."""
    pictures = [_coarse(out / f"{name}.png") for name in names]
    if not pictures:
        return None
    rows = [pictures[i : i + ACROSS] for i in range(0, len(pictures), ACROSS)]
    wide = max(picture.shape[1] for picture in pictures) + GAP
    tall = [max(picture.shape[0] for picture in row) + GAP for row in rows]
    sheet = np.full((sum(tall), wide * ACROSS, 3), 0.6)
    for row, top in zip(rows, np.cumsum([0, *tall])):
        for i, picture in enumerate(row):
            sheet[top : top + picture.shape[0], i * wide : i * wide + picture.shape[1]] = picture
    path = out / "contact_sheet.png"
    image.imsave(path, sheet, metadata={"Software": ""})
    return path


def _float(out: Path, name: str, caption: str, widths: tuple[float, ...]) -> list[str]:
    wide = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))["width_inches"]
    star = "*" * (wide > widths[0] + 0.01)
    return [
        f"\\begin{{figure{star}}}[t]",
        "\\centering",
        f"\\includegraphics{{{name}.pdf}}",
        f"\\caption{{{escaped(caption)}}}",
        f"\\label{{fig:{name}}}",
        f"\\end{{figure{star}}}",
    ]


def _coarse(path: Path) -> np.ndarray:
    """The colours of a picture (height, width, 3), the mean of every square of pixels."""
    pixels = image.imread(path)[..., :3]
    height, width = (size // COARSER * COARSER for size in pixels.shape[:2])
    return pixels[:height, :width].reshape(height // COARSER, COARSER, width // COARSER, COARSER, 3).mean(axis=(1, 3))
