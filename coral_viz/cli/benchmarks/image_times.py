"""Trifeature's data path against the usual one: decode a PNG file and augment it with Pillow, one image at a time.

A step takes two augmented, normalised views of both images of 64 pairs: 256 views. Both ways start from stored images
(one tensor, or PNG files already in memory) and draw from the same distributions; Pillow's own filters resize and
blur. Rendering has nothing to stand against and is timed by itself. A training step is the usual data path and the
network as the methods are described (see ``training``) against ours; the network's rows are the step without its data.
"""

from __future__ import annotations

import io
import math
import platform
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image, ImageEnhance, ImageFilter
from torch import Tensor

from coral_viz import methods, tasks
from coral_viz.cli.benchmarks.step_times import PLAIN, _side_by_side, total
from coral_viz.runs import one_thread
from coral_viz.runs.spec import defaults
from coral_viz.tasks import view_draws, views
from coral_viz.tasks.rendering import Pose, render

BATCH, SIZES = 64, (32, 64, 224)
TRAINED = (32, 64)


def run(out: Path, quick: bool = False) -> pd.DataFrame:
    """CPU milliseconds, median, one thread; writes bench_trifeature.csv.

    Rows: views, a step of 64 pairs at each size, plain and ours and their ratio; network and step, of CoMM, COrAL and
    InfMasking at 32 and 64 px; rendering, all 2 600 images at 224.
    """
    repeats = 1 if quick else 9
    with one_thread():
        rows = [_compare(size, repeats) for size in SIZES[: 2 if quick else None]]
        rows += [
            row for size in TRAINED[: 1 if quick else None] for name in PLAIN for row in _train(name, size, repeats)
        ]
        rows.append(_rendering(260 if quick else 2600))
    table = pd.DataFrame(rows).assign(repeats=repeats, threads=1, machine=platform.machine())
    table["ratio"] = table["plain_ms"] / table["ours_ms"]
    table.to_csv(Path(out) / "bench_trifeature.csv", index=False)
    return table


def _compare(size: int, repeats: int) -> dict:
    task = tasks.load("trifeature", seed=0, size=size, values=4, pairs=1000)
    batch = task.sample(BATCH, "train", 0)
    generator = torch.Generator().manual_seed(0)
    plain = PlainViews(task, batch)
    seconds = _side_by_side(repeats, plain=plain.views, ours=lambda: task.views(batch, generator))
    return {
        "part": "views",
        "size": size,
        "images": 4 * BATCH,
        "plain_ms": seconds["plain"] * 1e3,
        "ours_ms": seconds["ours"] * 1e3,
    }


def _train(name: str, size: int, repeats: int) -> list[dict]:
    task = tasks.load("trifeature", seed=0, size=size, values=4, pairs=1000)
    batch = task.sample(BATCH, "train", 0)
    generator = torch.Generator().manual_seed(0)
    plain = PlainViews(task, batch)
    torch.manual_seed(0)
    method = methods.build(name, task, **defaults(name, tasks.preset(f"trifeature-{size}")))
    optimiser = torch.optim.AdamW(method.parameters(), lr=1e-4, fused=True)
    ready = task.views(batch, generator)

    def learn(loss, views):
        optimiser.zero_grad(set_to_none=True)
        total(loss(*views)).backward()
        optimiser.step()

    def plainly(*views):
        return PLAIN[name](method, *views)

    def ours(view1, view2):
        return method.loss(view1, view2, 0.5)

    seconds = _side_by_side(
        repeats,
        plain_network=lambda: learn(plainly, ready),
        our_network=lambda: learn(ours, ready),
        plain_step=lambda: learn(plainly, [view.chunk(2) for view in plain.views()]),
        our_step=lambda: learn(ours, task.views(batch, generator)),
    )
    return [
        {
            "part": f"{method.TITLE} {part}",
            "size": size,
            "images": 4 * BATCH,
            "plain_ms": seconds[f"plain_{part}"] * 1e3,
            "ours_ms": seconds[f"our_{part}"] * 1e3,
        }
        for part in ("network", "step")
    ]


def _rendering(count: int) -> dict:
    generator = torch.Generator().manual_seed(0)
    attributes = torch.randint(10, (count, 3), generator=generator)
    pose = Pose.draw(count, generator)
    seconds = _side_by_side(1, ours=lambda: render(attributes, pose, SIZES[-1]))
    return {
        "part": "rendering",
        "size": SIZES[-1],
        "images": count,
        "plain_ms": math.nan,
        "ours_ms": seconds["ours"] * 1e3,
    }


# --- the plain way ----------------------------------------------------------------------------------------------------


class PlainViews:
    """Two views of one image file after the other."""

    def __init__(self, task, batch):
        images = torch.cat([task.images[batch.latents[f"image_{m}"]] for m in (1, 2)])
        self.files = [_png(image) for image in images]
        self.rng = np.random.default_rng(0)

    def views(self) -> Tensor:
        """(2, 2 * batch, 3, S, S): both views of the first images, then of the second."""
        return torch.stack([torch.stack([self._view(file) for file in self.files]) for _ in range(2)])

    def _view(self, file: bytes) -> Tensor:
        rng = self.rng
        image = self._crop(Image.open(io.BytesIO(file)).convert("RGB"))
        if rng.random() < view_draws.FLIPPED:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if rng.random() < view_draws.JITTERED:
            for kind in rng.permutation(4):
                image = _JITTER[kind](image, view_draws.NEUTRAL[kind] + view_draws.STRENGTH[kind] * rng.uniform(-1, 1))
        if rng.random() < view_draws.GREYED:
            image = image.convert("L").convert("RGB")
        if rng.random() < view_draws.BLURRED:
            image = image.filter(ImageFilter.GaussianBlur(rng.uniform(*view_draws.SIGMA) * image.width / 224))
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255
        return views.normalise(pixels[None])[0]

    def _crop(self, image: Image.Image) -> Image.Image:
        size = image.width
        for _ in range(view_draws.TRIES):
            area, ratio = size**2 * self.rng.uniform(0.08, 1), (4 / 3) ** self.rng.uniform(-1, 1)
            width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if width <= size and height <= size:
                left, top = self.rng.integers(size - width + 1), self.rng.integers(size - height + 1)
                box = (int(left), int(top), int(left) + width, int(top) + height)
                return image.resize((size, size), Image.Resampling.BILINEAR, box=box)
        return image


def _png(image: Tensor) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image.permute(1, 2, 0).contiguous().numpy()).save(file, "PNG")
    return file.getvalue()


def _turned(image: Image.Image, turns: float) -> Image.Image:
    """Hue shifted in Pillow's HSV, whose circle has 256 steps."""
    hue, saturation, value = image.convert("HSV").split()
    shifted = np.array(hue) + np.uint8(round(turns * 255) % 256)
    return Image.merge("HSV", (Image.fromarray(shifted), saturation, value)).convert("RGB")


_JITTER = (
    lambda image, factor: ImageEnhance.Brightness(image).enhance(factor),
    lambda image, factor: ImageEnhance.Contrast(image).enhance(factor),
    lambda image, factor: ImageEnhance.Color(image).enhance(factor),
    _turned,
)
