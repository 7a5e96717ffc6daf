"""Cosines after COrAL's heads: those that its penalty takes, sample by sample."""

import numpy as np
import pytest
import torch

from coral_viz import evaluation, methods, tasks


@pytest.fixture(scope="module")
def task():
    return tasks.load("factors", seed=1)


def test_cosines_are_those_of_the_paths_after_their_heads(task):
    torch.manual_seed(0)
    coral, batch = methods.build("coral", task), task.sample(20, "test", seed=2)
    coral.train()
    found = evaluation.head_cosines(coral, batch)
    assert coral.training, "its mode is restored"
    with torch.no_grad():
        coral.eval()
        paths = [coral.shared_head(coral.shared(batch.inputs))]
        paths += [head(h) for head, h in zip(coral.unique_heads, coral.unique(batch.inputs))]
    z = [(path / path.norm(dim=1, keepdim=True)).double().numpy() for path in paths]
    names = ("shared", "unique_1", "unique_2")
    assert list(found) == [(names[i], names[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    for (i, j), cosine in zip(((0, 1), (0, 2), (1, 2)), found.values()):
        assert cosine == pytest.approx(np.mean(np.sum(z[i] * z[j], 1)), abs=1e-6)


def test_a_method_without_paths_is_refused(task):
    with pytest.raises(TypeError, match="CoMM has no paths"):
        evaluation.head_cosines(methods.build("comm", task), task.sample(20, "test", seed=2))
