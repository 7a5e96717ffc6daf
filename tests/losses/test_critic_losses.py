"""FactorCL's bounds against loops and against mutual information that is known."""

import math

import pytest
import torch

from coral_viz.methods import losses


def test_bounds_equal_loops(draw):
    scores = torch.stack(draw(2, 5, 5))
    for s, nce, club in zip(scores.tolist(), losses.nce(scores).tolist(), losses.club(scores).tolist()):
        own = sum(s[i][i] for i in range(5)) / 5
        assert club == pytest.approx(own - sum(map(sum, s)) / 25)
        partition = sum(math.log(sum(math.exp(v) for v in row) / 5) for row in s) / 5
        assert nce == pytest.approx(own - partition)


def test_nce_averages_over_the_first_argument_of_the_critic():
    y_only = torch.tensor([[1.0, 1.0], [5.0, 5.0]])  # f(x_j, y_i) depends on y_i alone and tells nothing
    assert losses.nce(y_only).item() == pytest.approx(0)
    assert losses.nce(y_only.mT).item() < -1


def test_a_perfect_critic_gives_nce_log_of_the_batch():
    assert losses.nce(50 * torch.eye(8)).item() == pytest.approx(math.log(8))


def test_bounds_hold_for_correlated_gaussians():
    generator, rho = torch.Generator().manual_seed(0), 0.6
    x, noise = torch.randn(2, 1024, generator=generator, dtype=torch.float64)
    y = rho * x + math.sqrt(1 - rho**2) * noise
    variance = 1 - rho**2
    log_ratio = -((y[:, None] - rho * x) ** 2) / (2 * variance) + y[:, None] ** 2 / 2 - math.log(variance) / 2
    truth = -math.log(variance) / 2
    assert losses.nce(log_ratio).item() == pytest.approx(truth, abs=0.05)
    assert losses.club(log_ratio).item() > truth + 0.1


def test_scores_that_are_not_square_are_refused():
    for bound in (losses.nce, losses.club):
        with pytest.raises(ValueError, match=r"\(3, 4\)"):
            bound(torch.ones(3, 4))
