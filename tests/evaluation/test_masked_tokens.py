"""Shares of masked tokens: by view and modality, as the schedule says."""

import pytest
import torch

from coral_viz import evaluation, methods, tasks


@pytest.fixture(scope="module")
def task():
    return tasks.load("factors", seed=1)


@pytest.fixture(scope="module")
def views(task):
    return task.views(task.sample(400, "train", seed=2), torch.Generator().manual_seed(3))


@pytest.mark.parametrize(("progress", "ratio"), [(0.1, 0.05), (0.9, 0.75)])
def test_coral_masks_one_modality_in_each_view(task, views, progress, ratio):
    torch.manual_seed(0)
    found = evaluation.masked_shares(methods.build("coral", task), views, progress)
    assert found == {
        "view 1, modality_1": pytest.approx(ratio, abs=0.03),
        "view 1, modality_2": 0,
        "view 2, modality_1": 0,
        "view 2, modality_2": pytest.approx(ratio, abs=0.03),
    }


def test_infmasking_hides_the_same_number_of_tokens_of_each_modality(task, views):
    found = evaluation.masked_shares(methods.build("infmasking", task), views, 0.5)
    assert len(found) > 1
    assert set(found.values()) == {6 / 8}


def test_a_method_without_masks_is_refused(task, views):
    with pytest.raises(ValueError, match="Cross masks nothing"):
        evaluation.masked_shares(methods.build("cross", task), views, 0.5)
