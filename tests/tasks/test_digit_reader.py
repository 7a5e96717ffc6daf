"""The supervised reader of ``digits``: what it is sure of, that it comes near the truth and never beyond."""

import functools

import pytest
import torch

from coral_viz import tasks
from coral_viz.tasks.digit_reader import Reader, _shifted
from coral_viz.tasks.handwriting import PAPER


@functools.cache
def reader(**dials):
    return Reader(tasks.load("digits", seed=1, **dials))


def two():
    return reader(classes=2, count=3, pairs=True)


def test_images_are_shifted_by_a_pixel_each_way_onto_paper():
    image = torch.arange(64.0)
    copies = _shifted(image[None]).view(5, 8, 8)
    assert torch.equal(copies[0].flatten(), image)
    for copy, (down, across) in zip(copies[1:], [(0, -1), (0, 1), (-1, 0), (1, 0)]):
        moved = copies[0].roll((down, across), (0, 1))
        edge = torch.zeros(8, 8, dtype=torch.bool)
        if down:
            edge[-1 if down < 0 else 0] = True
        else:
            edge[:, -1 if across < 0 else 0] = True
        assert torch.equal(copy, moved.masked_fill(edge, PAPER))


def test_it_reads_digits_of_any_shape_of_batch_and_is_about_as_sure_as_it_is_right():
    batch = two().task.sample(500, "test", 3)
    read = two().digits(batch.inputs[0]).exp()
    assert read.shape == (500, 10, 2)
    torch.testing.assert_close(read.sum(2), torch.ones(500, 10, dtype=torch.float64))
    torch.testing.assert_close(two().digits(batch.inputs[0][7, 2]).exp(), read[7, 2])
    digits = torch.stack([batch.latents[name] for name in two().task.written[0]], 1)
    assert (read.argmax(2) == digits).double().mean() > 0.99
    right = read.gather(2, digits[:, :, None]).mean().item()
    assert right == pytest.approx(read.square().sum(2).mean().item(), abs=0.05)


def test_posteriors_are_those_of_the_digits_by_bayes_rule():
    """Against the product of what two tokens say, renormalised."""
    both = reader(classes=2)
    batch = both.task.sample(50, "test", 0)
    posteriors = both.posteriors(batch)
    tokens = [both.digits(x).exp() for x in batch.inputs]
    r = tokens[0][:, 0] * tokens[0][:, 1]
    torch.testing.assert_close(posteriors["redundancy"][0], r / r.sum(1, keepdim=True))
    t, c = (p[:, 4] * p[:, 5] / (p[:, 4] * p[:, 5]).sum(1, keepdim=True) for p in tokens)
    torch.testing.assert_close(posteriors["synergy"][2][:, 1], (t * c).sum(1))


def test_it_gets_no_more_than_the_truth_and_nothing_of_what_is_hidden():
    task = two().task
    hidden = {"modality_2": torch.tensor([True, False] + 4 * [False] + 4 * [True])}
    for visible in (None, hidden):
        exact = task.information(visible)
        for label, told in two().information(visible, n=2000).items():
            most = [*exact[label].alone, exact[label].together]
            for found, bound in zip([*told.alone, told.together], most, strict=True):
                assert found.bits <= bound.bits + 1e-9
                assert found.bits >= bound.bits - 0.05
    assert two().information(hidden, n=2000)["unique_2"].together.bits == pytest.approx(0, abs=1e-9)


def test_it_never_sees_the_hands_of_tests():
    """What is fitted depends on the images of training alone."""
    task = tasks.load("digits", seed=1, classes=2)
    images = task.pools["test"].inputs[:40]
    task.pools["test"] = None
    torch.testing.assert_close(Reader(task).digits(images), reader(classes=2).digits(images))


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_samples_are_a_sentence(n):
    with pytest.raises(ValueError, match=f"n = {n} samples give no standard error; ask for at least 2"):
        two().information(n=n)


@pytest.mark.slow
@pytest.mark.parametrize(("dials", "most"), [({}, 0.1), ({"classes": 10}, 0.2)])
@pytest.mark.parametrize("seed", [4, 5])
def test_it_comes_near_the_truth(dials, most, seed):
    task = tasks.load("digits", seed=seed, **dials)
    told = Reader(task).information(n=4000)
    for label in task.labels:
        assert told[label].together.bits == pytest.approx(task.truth[label].information, abs=most), label
