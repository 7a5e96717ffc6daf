"""Images, views, masks and probes on the device are those of the CPU."""

import pytest
import torch

from coral_viz import evaluation, methods, tasks
from coral_viz.tasks import dense_views, views
from coral_viz.tasks.rendering import Pose, render

pytestmark = pytest.mark.cuda


def test_rendering_is_that_of_the_cpu(device):
    generator = torch.Generator().manual_seed(0)
    attributes, pose = torch.randint(10, (20, 3), generator=generator), Pose.draw(20, generator)
    found, expected = (render(attributes.to(where), pose, 64).cpu().int() for where in (device, "cpu"))
    assert (found - expected).abs().max() <= 1
    assert (found != expected).float().mean() < 0.01


def test_views_are_those_of_the_cpu(device):
    images = torch.randint(256, (12, 3, 48, 48), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    drawn = views.draw(12, 48, torch.Generator().manual_seed(1))
    found = dense_views.view(images.to(device), drawn.to(device)).cpu()
    torch.testing.assert_close(found, views.view(images, drawn), atol=2e-4, rtol=0)


def test_views_are_drawn_on_the_device(device):
    task = tasks.load("trifeature-4", seed=1, device=device, pairs=64, renders=1)
    batch, seen = task.sample(32, "train", 0), []
    for seed in (0, 0, 1):
        one, two = task.views(batch, torch.Generator(device).manual_seed(seed))
        assert {x.device.type for x in (*one, *two)} == {device.type}
        seen.append(torch.stack([*one, *two]))
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], seen[2])


def test_masks_hide_what_they_are_meant_to(device):
    world = tasks.load("factors", seed=1, device=device)
    one, _ = world.views(world.sample(512, "train", 0), torch.Generator(device).manual_seed(0))
    torch.manual_seed(0)
    coral, infmasking = methods.build("coral", world), methods.build("infmasking", world)
    first, second = (mask.chunk(2) for mask in coral.mask(one, 0.9))
    assert float(first[1].min()) == float(second[0].min()) == 1
    assert float(first[0].mean()) == pytest.approx(1 - coral.knobs.mask_ratio, abs=0.03)
    hidden = infmasking.draw_masks(64, device).unflatten(-1, (2, -1))
    assert ((~hidden).sum(-1) == torch.tensor(infmasking.kept, device=device)).all()


def test_probes_are_those_of_the_cpu(device):
    generator = torch.Generator().manual_seed(0)
    labels = {name: torch.randint(4, (600,), generator=generator) for name in ("a", "b")}
    parts = {name: label[:, None] == torch.arange(4) for name, label in labels.items()}
    parts = {name: x + 0.7 * torch.randn(600, 4, generator=generator) for name, x in parts.items()}
    expected, found = (_probed(parts, labels, where) for where in ("cpu", device))
    keys = ["part", "label", "metric", "readout"]
    assert found[keys].equals(expected[keys])
    assert found["value"].to_numpy() == pytest.approx(expected["value"].to_numpy(), abs=0.03)


def _probed(parts, labels, where):
    parts, labels = ({name: x.to(where) for name, x in named.items()} for named in (parts, labels))
    halves = [{name: x[half] for name, x in parts.items()} for half in (slice(300), slice(300, 600))]
    told = [{name: x[half] for name, x in labels.items()} for half in (slice(300), slice(300, 600))]
    return evaluation.probe(halves[0], told[0], halves[1], told[1], pairs=(("a", "b", ("a", "b")),))
