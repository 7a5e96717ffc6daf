"""``factors`` as looks: tokens that share nothing but the latents."""

import pytest
import torch

from coral_viz import tasks
from coral_viz.tasks.factors import WORKING

LOOKS = {"observation": "looks"} | WORKING["looks"]
SPREAD = {"observation": "spread"} | WORKING["spread"]


def load(**dials):
    return tasks.load("factors", **LOOKS | dials)


def test_each_look_shows_every_latent_at_a_phase_of_its_own():
    task = load(sigma=0.0, seed=2)
    batch = task.sample(300, "test", 0)
    for m, x in enumerate(batch.inputs):
        assert x.shape == (300, 8, 24)
        at = torch.einsum("ntp,fkcp->ntfkc", x, task.planes[m]) / 8
        radius = at.norm(dim=-1)
        for f, name in enumerate(task.shown[m]):
            expected = torch.nn.functional.one_hot(batch.latents[name], 4)[:, None].expand(300, 8, 4)
            torch.testing.assert_close(radius[:, :, f], expected.float(), atol=1e-4, rtol=0)
        phases = torch.atan2(at.sum(3)[..., 1], at.sum(3)[..., 0])
        assert phases.abs().max() <= task.alpha
        within = torch.corrcoef(phases.permute(1, 2, 0).flatten(0, 1))
        assert (within - torch.eye(24)).abs().max() < 0.3
    assert torch.cat([x.flatten() for x in batch.inputs]).square().mean().item() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "dials", [{}, {"count": 3, "amplitude_pairs": 1.0, "classes": 2}, {"distribution": "relation"}]
)
def test_views_keep_what_they_keep_of_spread_worlds(dials):
    """With the same seed, looks show the latents that spread worlds show."""
    looks, spread = load(drop=False, **dials), load(**SPREAD | {"drop": False} | dials)
    a, b = looks.sample(50, "train", 3), spread.sample(50, "train", 3)
    assert all(torch.equal(a.latents[name], b.latents[name]) for name in a.latents)
    assert looks.truth == spread.truth
    one, two = looks.views(a, torch.Generator().manual_seed(0))
    assert [x.shape for x in one] == [x.shape for x in two] == [x.shape for x in a.inputs]


def test_views_that_share_phases_share_those_of_every_look():
    task = load(sigma=0.0, drop=False, shared_phases=True)
    one, two = task.views(task.sample(20, "train", 0), torch.Generator().manual_seed(0))
    torch.testing.assert_close(one, two)
    free = load(sigma=0.0, drop=False)
    one, two = free.views(free.sample(20, "train", 0), torch.Generator().manual_seed(0))
    assert min((x - y).norm(dim=2).min() for x, y in zip(one, two)) > 0


@pytest.mark.parametrize(
    ("dials", "sentence"),
    [
        ({"features": 6}, r"features = 6 is too small: 3 latents of 4 classes need 2 \* 4 \* 3 = 24 numbers per token"),
        ({"classes": 5}, r"features = 24 is too small: 3 latents of 5 classes need 2 \* 5 \* 3 = 30 numbers per token"),
        ({"count": 3, "amplitude_pairs": 1.0}, r"5 latents of 4 classes need 2 \* 4 \* 5 = 40 numbers per token"),
        ({"observation": "glances"}, "observation = 'glances' is not allowed; it takes looks or spread"),
    ],
)
def test_bad_dials_are_a_sentence(dials, sentence):
    with pytest.raises(ValueError, match=sentence):
        load(**dials)
