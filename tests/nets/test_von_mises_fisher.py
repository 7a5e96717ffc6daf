"""Draws around a mean direction against Bessel functions and scipy's own sampler."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
import torch.nn.functional as F

from coral_viz.methods.nets import VonMisesFisher


def drawn(dim, concentration, rows=20_000):
    torch.manual_seed(0)
    mean = F.normalize(torch.randn(dim, dtype=torch.float64), dim=0)
    return VonMisesFisher(dim, concentration)(mean.expand(rows, -1)), mean


@pytest.mark.parametrize(("dim", "concentration"), [(2, 3.0), (3, 1.0), (16, 50.0), (16, 1000.0), (64, 1000.0)])
def test_the_mean_cosine_is_a_ratio_of_bessel_functions(dim, concentration):
    z, mean = drawn(dim, concentration)
    torch.testing.assert_close(z.norm(dim=1), torch.ones_like(z[:, 0]))
    cosines = z @ mean
    expected = scipy.special.ive(dim / 2, concentration) / scipy.special.ive(dim / 2 - 1, concentration)
    error = cosines.std().item() / len(z) ** 0.5
    assert cosines.mean().item() == pytest.approx(expected, abs=4 * error + 1e-5)


def test_cosines_are_distributed_as_scipys():
    z, mean = drawn(8, 20.0, rows=4000)
    theirs = scipy.stats.vonmises_fisher(mean.numpy(), 20.0, seed=np.random.default_rng(0)).rvs(4000)
    assert scipy.stats.ks_2samp((z @ mean).numpy(), theirs @ mean.numpy()).pvalue > 0.01


def test_what_is_at_right_angles_to_the_mean_points_anywhere():
    z, mean = drawn(4, 5.0)
    across = F.normalize(z - (z @ mean).unsqueeze(1) * mean, dim=1)
    second = across.mT @ across / len(z)
    expected = (torch.eye(4, dtype=torch.float64) - torch.outer(mean, mean)) / 3
    torch.testing.assert_close(second, expected, atol=0.01, rtol=0)


def test_draws_have_gradients_for_their_means_and_follow_the_random_state():
    mean, around = torch.randn(5, 8, requires_grad=True), VonMisesFisher(8, 100.0)
    found = []
    for _ in range(2):
        torch.manual_seed(1)
        found.append(around(mean))
    assert torch.equal(*found)
    (gradient,) = torch.autograd.grad(found[0][:, 0].sum(), mean)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() > 0
