"""Views: each operation against a slow one for single images (and torchvision where it is there), what is drawn."""

import colorsys
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz.tasks import dense_views, view_draws, views

SIZE = 20
CLOSE = {"atol": 2e-5, "rtol": 0}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def some_images(n=6, size=SIZE, seed=0):
    """Random colours, with greys, black, white and equal channels among them."""
    images = torch.rand(n, 3, size, size, generator=seeded(seed))
    images[0, 1] = images[0, 0]
    images[1, :, :3] = images[1, :1, :3]
    images[2, :, 0], images[2, :, 1] = 0, 1
    return images


# --- one image at a time, pixel by pixel ------------------------------------------------------------------------------


def slow_crop(image, box, flip):
    top, left, height, width = box
    inside = image[:, top : top + height, left : left + width]
    size = image.shape[-1]
    out = np.empty_like(image)
    for i in range(size):
        for j in range(size):
            y = min(max((i + 0.5) * height / size - 0.5, 0), height - 1)
            x = min(max((j + 0.5) * width / size - 0.5, 0), width - 1)
            y0, x0 = int(y), int(x)
            y1, x1 = min(y0 + 1, height - 1), min(x0 + 1, width - 1)
            upper = inside[:, y0, x0] * (1 - x + x0) + inside[:, y0, x1] * (x - x0)
            lower = inside[:, y1, x0] * (1 - x + x0) + inside[:, y1, x1] * (x - x0)
            out[:, i, j] = upper * (1 - y + y0) + lower * (y - y0)
    return out[:, :, ::-1] if flip else out


def slow_grey(image):
    return 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]


def slow_hue(image, turns):
    out = np.empty_like(image)
    for i, j in np.ndindex(image.shape[1:]):
        hue, saturation, value = colorsys.rgb_to_hsv(*image[:, i, j])
        out[:, i, j] = colorsys.hsv_to_rgb((hue + turns) % 1, saturation, value)
    return out


def slow_jitter(image, factors, order):
    others = {
        0: lambda x: np.zeros_like(x),
        view_draws.CONTRAST: lambda x: np.full_like(x, slow_grey(x).mean()),
        view_draws.SATURATION: lambda x: np.stack([slow_grey(x)] * 3),
    }
    for kind in order:
        if kind == view_draws.HUE:
            image = slow_hue(image, factors[kind])
        else:
            image = np.clip(factors[kind] * image + (1 - factors[kind]) * others[kind](image), 0, 1)
    return image


def slow_blur(image, sigma):
    size = image.shape[-1]
    reach = size // 10 // 2
    steps = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (steps[:, None] ** 2 + steps**2) / sigma**2)
    padded = np.pad(image, ((0, 0), (reach, reach), (reach, reach)), mode="reflect")
    out = np.empty_like(image)
    for i, j in np.ndindex(size, size):
        window = padded[:, i : i + 2 * reach + 1, j : j + 2 * reach + 1]
        out[:, i, j] = (window * kernel / kernel.sum()).sum((1, 2))
    return out


def slow_view(image, box, flip, factors, order, grey, sigma):
    seen = slow_jitter(slow_crop(image, box, flip), factors, order)
    seen = np.stack([slow_grey(seen)] * 3) if grey else seen
    return slow_blur(seen, sigma) if sigma else seen


def each(operation, images, *parameters):
    """The slow operation on every image with its own parameters."""
    rows = zip(images.double().numpy(), *(p.tolist() for p in parameters))
    return torch.from_numpy(np.stack([operation(*row) for row in rows])).float()


@pytest.mark.parametrize("recipe", ["all", "no crop", "crop"])
def test_views_are_those_of_the_slow_pipeline(recipe):
    images = some_images(24)
    drawn = views.draw(24, SIZE, seeded(1), recipe=recipe)
    parameters = (drawn.boxes, drawn.flip, drawn.factors, drawn.order, drawn.grey, drawn.sigma)
    expected = each(slow_view, images, *parameters)
    torch.testing.assert_close(views.view(images, drawn), expected, **CLOSE)
    torch.testing.assert_close(views.augment(images, seeded(1), recipe=recipe), expected, **CLOSE)
    torch.testing.assert_close(dense_views.view(images, drawn), expected, **CLOSE)


def test_dense_views_of_bytes_are_those_of_their_colours():
    images, drawn = (some_images(6) * 255).round().byte(), views.draw(6, SIZE, seeded(1))
    torch.testing.assert_close(dense_views.view(images, drawn), views.view(images, drawn), **CLOSE)


def test_a_crop_shows_nothing_from_outside_its_box():
    images = torch.ones(2, 3, SIZE, SIZE)
    images[:, :, 5:9, 3:14] = 0.25
    boxes = torch.tensor([[5, 3, 4, 11], [5, 3, 1, 1]])
    seen = views.resized_crop(images, boxes, torch.tensor([False, True]))
    torch.testing.assert_close(seen, torch.full_like(seen, 0.25))


def test_the_whole_image_is_itself_and_flips_twice_to_itself():
    images, boxes = some_images(), torch.tensor([[0, 0, SIZE, SIZE]]).expand(6, 4)
    same, mirrored = torch.zeros(6, dtype=torch.bool), torch.ones(6, dtype=torch.bool)
    torch.testing.assert_close(views.resized_crop(images, boxes, same), images, **CLOSE)
    once = views.resized_crop(images, boxes, mirrored)
    torch.testing.assert_close(once, images.flip(3), **CLOSE)


@settings(max_examples=30)
@given(st.lists(st.floats(-1 / 6, 1 / 6), min_size=6, max_size=6))
def test_hue_is_turned_as_in_hsv(turns):
    images, turns = some_images(size=5), torch.tensor(turns)
    torch.testing.assert_close(views.adjust_hue_(images.clone(), turns), each(slow_hue, images, turns), **CLOSE)


@settings(max_examples=30)
@given(
    st.lists(st.permutations(range(4)), min_size=6, max_size=6),
    st.lists(st.floats(0, 2), min_size=18, max_size=18),
    st.lists(st.floats(-1 / 6, 1 / 6), min_size=6, max_size=6),
)
def test_jitter_is_that_of_each_image_in_its_own_order(order, blends, turns):
    images, order = some_images(size=5), torch.tensor(order)
    factors = torch.cat([torch.tensor(blends).view(6, 3), torch.tensor(turns)[:, None]], 1)
    expected = each(slow_jitter, images, factors, order)
    torch.testing.assert_close(views.colour_jitter_(images.clone(), factors, order), expected, **CLOSE)


@pytest.mark.parametrize("size", [16, 20, 32, 45])
def test_blur_is_the_two_dimensional_gaussian(size):
    images, sigma = some_images(size=size), torch.linspace(0.05, 2, 6)
    torch.testing.assert_close(views.gaussian_blur(images, sigma), each(slow_blur, images, sigma), **CLOSE)


def test_operations_are_those_of_torchvision():
    functional = pytest.importorskip("torchvision.transforms.v2.functional")
    images = torch.rand(4, 3, 64, 64, generator=seeded())
    drawn = views.draw(4, 64, seeded(2))
    for i, (top, left, height, width) in enumerate(drawn.boxes.tolist()):
        image, one = images[i : i + 1], slice(i, i + 1)
        crop = functional.resized_crop(image, top, left, height, width, [64, 64], antialias=True)
        torch.testing.assert_close(
            views.resized_crop(image, drawn.boxes[one], torch.tensor([False])), crop, atol=1e-4, rtol=0
        )
        brightness, contrast, saturation, hue = (1.3, 0.7, 1.4, 0.1 - 0.05 * i)
        jittered = functional.adjust_contrast(functional.adjust_brightness(image, brightness), contrast)
        jittered = functional.adjust_hue(functional.adjust_saturation(jittered, saturation), hue)
        factors = torch.tensor([[brightness, contrast, saturation, hue]])
        ours = views.colour_jitter_(image.clone(), factors, torch.arange(4)[None])
        torch.testing.assert_close(ours, jittered, atol=1e-3, rtol=0)
        grey = functional.rgb_to_grayscale(image, num_output_channels=3)
        torch.testing.assert_close(views.to_grey_(image.clone()), grey, atol=1e-3, rtol=0)
        blurred = functional.gaussian_blur(image, [7, 7], [0.3 + 0.1 * i] * 2)
        torch.testing.assert_close(views.gaussian_blur(image, torch.tensor([0.3 + 0.1 * i])), blurred, **CLOSE)


# --- what is drawn ----------------------------------------------------------------------------------------------------


def test_boxes_fit_and_have_the_areas_and_ratios_asked_for():
    boxes = views.draw(20_000, 224, seeded(), crop=0.25).boxes.double()
    top, left, height, width = boxes.unbind(1)
    assert (boxes[:, :2] >= 0).all()
    assert (top + height <= 224).all()
    assert (left + width <= 224).all()
    area, ratio = height * width / 224**2, width / height
    assert area.min() > 0.245
    assert area.min() < 0.26
    assert ratio.min() == pytest.approx(3 / 4, abs=0.02)
    assert ratio.max() == pytest.approx(4 / 3, abs=0.02)
    free = height < 224
    assert (top[free] / (224 - height[free])).mean() == pytest.approx(0.5, abs=0.02)
    assert ((top + height)[free] == 224).any()


def test_boxes_are_distributed_as_those_of_rejection():
    rng, wanted = np.random.default_rng(0), []
    for _ in range(20_000):
        for _ in range(10):
            area, ratio = 224**2 * rng.uniform(0.08, 1), math.exp(rng.uniform(math.log(3 / 4), math.log(4 / 3)))
            width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if width <= 224 and height <= 224:
                break
        else:
            width = height = 224
        wanted.append((height, width))
    wanted = np.array(wanted)
    got = views.draw(20_000, 224, seeded()).boxes[:, 2:].numpy()
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    np.testing.assert_allclose(np.quantile(got, levels, 0), np.quantile(wanted, levels, 0), atol=3)


def test_a_crop_of_everything_is_the_whole_image():
    boxes = views.draw(500, 32, seeded(), crop=1.0).boxes
    assert (boxes[:, 2:].prod(1) >= 0.95 * 32**2).all()
    assert (boxes == torch.tensor([0, 0, 32, 32])).all(1).any()


def test_operations_have_their_probabilities_and_ranges():
    drawn = views.draw(40_000, 224, seeded())
    assert drawn.flip.double().mean() == pytest.approx(0.5, abs=0.01)
    assert drawn.grey.double().mean() == pytest.approx(0.2, abs=0.01)
    blurred = drawn.sigma[drawn.sigma > 0]
    assert len(blurred) / 40_000 == pytest.approx(0.5, abs=0.01)
    assert (float(blurred.min()), float(blurred.max())) == pytest.approx((0.1, 2.0), abs=0.01)
    neutral = torch.tensor([1.0, 1.0, 1.0, 0.0])
    changes = (drawn.factors - neutral)[(drawn.factors != neutral).any(1)]
    assert len(changes) / 40_000 == pytest.approx(0.8, abs=0.01)
    for end in (changes.amax(0), -changes.amin(0)):
        torch.testing.assert_close(end, torch.tensor([0.4, 0.4, 0.4, 0.1]), atol=1e-3, rtol=0)
    orders, counts = drawn.order.unique(dim=0, return_counts=True)
    assert len(orders) == 24
    assert counts.min() / counts.max() > 0.85


def test_blur_scales_with_the_image():
    large, small = (views.draw(100, size, seeded()).sigma for size in (224, 56))
    torch.testing.assert_close(large, 4 * small)


def test_recipes_share_what_they_have_in_common():
    everything, no_crop, crop = (views.draw(50, 64, seeded(), recipe=r) for r in ("all", "no crop", "crop"))
    assert torch.equal(everything.boxes, crop.boxes)
    assert torch.equal(everything.factors, no_crop.factors)
    assert torch.equal(everything.sigma, no_crop.sigma)
    assert (no_crop.boxes == torch.tensor([0, 0, 64, 64])).all()
    assert not torch.stack([crop.flip, crop.grey, crop.sigma > 0]).any()


def test_views_are_seeded_and_leave_their_images_alone():
    images = some_images(40)
    before = images.clone()
    one, two, other = (views.augment(images, seeded(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    assert torch.equal(images, before)
    assert one.min() >= 0
    assert one.max() <= 1


def test_pieces_give_what_the_whole_gives(monkeypatch):
    images = some_images(10)
    whole = views.augment(images, seeded())
    monkeypatch.setattr(views, "IN_CACHE", images[:3].numel())
    torch.testing.assert_close(views.augment(images, seeded()), whole, atol=1e-6, rtol=0)


@pytest.mark.parametrize("recipe", views.RECIPES)
def test_bytes_are_floats_of_255_steps(recipe):
    images = (some_images(10) * 255).byte()
    expected = views.augment(images.float() / 255, seeded(), recipe=recipe)
    torch.testing.assert_close(views.augment(images, seeded(), recipe=recipe), expected, **CLOSE)
    normalised = views.augment(images, seeded(), recipe=recipe, normalised=True)
    torch.testing.assert_close(normalised, views.normalise(expected), atol=1e-4, rtol=0)


def test_none_is_the_images_themselves():
    images = some_images()
    assert views.augment(images, seeded(), recipe="none") is images


def test_normalised_images_have_imagenets_scale():
    grey = torch.tensor(views.MEAN).view(1, 3, 1, 1).expand(2, 3, 16, 16)
    torch.testing.assert_close(views.normalise(grey), torch.zeros(2, 3, 16, 16))
    white = views.normalise(torch.ones(1, 3, 16, 16))[0, :, 0, 0]
    torch.testing.assert_close(white, torch.tensor([0.515, 0.544, 0.594]) / torch.tensor(views.STD))


@pytest.mark.parametrize(
    ("images", "settings_", "words"),
    [
        (torch.zeros(2, 3, 16, 16), {"recipe": "some"}, "all, no crop, crop, none"),
        (torch.zeros(2, 3, 16, 16), {"crop": 0.0}, "above 0 and at most 1"),
        (torch.zeros(2, 3, 16, 16), {"crop": 1.5}, "crop = 1.5"),
        (torch.zeros(2, 3, 16, 16), {"crop": math.nan}, "crop = nan"),
        (torch.zeros(3, 16, 16), {}, r"\(3, 16, 16\)"),
        (torch.zeros(0, 3, 16, 16), {}, "n from 1"),
        (torch.zeros(2, 1, 16, 16), {}, r"\(n, 3, S, S\)"),
        (torch.zeros(2, 3, 16, 20), {}, r"\(n, 3, S, S\)"),
        (torch.zeros(2, 3, 8, 8), {}, "S from 16"),
        (torch.zeros(2, 3, 16, 16, dtype=torch.int16), {}, "torch.int16"),
        (torch.full((2, 3, 16, 16), 2.0), {}, "from 2 to 2"),
        (torch.full((2, 3, 16, 16), math.nan), {}, "from nan"),
    ],
)
def test_bad_input_is_said_in_a_sentence(images, settings_, words):
    with pytest.raises(ValueError, match=words):
        views.augment(images, seeded(), **settings_)
