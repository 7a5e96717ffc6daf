"""Views of vectors and sequences: what each change does, and that padding stays padding."""

import pytest
import torch

from coral_viz.tasks import augmentations
from coral_viz.tasks.augmentations import Dials, view
from coral_viz.tasks.padding import is_padding, lengths, padded

QUIET = {"noise": 0.0, "feature_drop": 0.0, "step_drop": 0.0, "chance": 1.0}


def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture(scope="module")
def sequences():
    sizes = torch.randint(2, 9, (400,), generator=generator()).tolist()
    return padded([1 + torch.rand(size, 3) for size in sizes], 10)


@pytest.mark.parametrize("change", ["noise", "feature_drop", "step_drop", "mix", "step_crop"])
def test_padding_stays_padding_and_nothing_else_becomes_it(sequences, change):
    dials = Dials(**(QUIET | {change: 0.5}))
    seen = view("sequence", sequences, generator(), dials)
    assert (is_padding(seen) == is_padding(sequences)).all()
    assert (seen.isnan() == sequences.isnan()).all()
    assert not torch.equal(seen.nan_to_num(), sequences.nan_to_num())


@pytest.mark.parametrize("kind", ["vector", "sequence"])
def test_views_without_changes_are_the_inputs(sequences, kind):
    x = sequences if kind == "sequence" else torch.randn(50, 4)
    torch.testing.assert_close(view(kind, x, generator(), Dials(**QUIET)), x, equal_nan=True, rtol=0, atol=0)


def test_a_chance_leaves_samples_alone(sequences):
    x = torch.randn(4000, 4)
    seen = view("vector", x, generator(), Dials(**(QUIET | {"noise": 1.0, "chance": 0.25})))
    changed = (seen != x).any(1)
    assert abs(changed.float().mean() - 0.25) < 0.03
    assert abs((seen - x)[changed].std() - 1) < 0.05


def test_features_are_dropped_in_all_steps_alike(sequences):
    seen = view("sequence", sequences, generator(), Dials(**(QUIET | {"feature_drop": 0.3})))
    gone = (seen == 0) | seen.isnan()
    every, some = gone.all(1), (seen == 0).any(1)
    assert (every == some).all()
    assert abs(some.float().mean() - 0.3) < 0.05


def test_steps_are_dropped_up_to_a_share(sequences):
    x = torch.ones(4000, 20, 2)
    gone = (view("sequence", x, generator(), Dials(**(QUIET | {"step_drop": 0.8}))) == 0).all(2).float().mean(1)
    assert abs(gone.mean() - 0.4) < 0.02
    assert gone.max() < 1


def test_crops_leave_steps_in_a_row_of_those_that_there_are(sequences):
    kept = (augmentations.cropped(sequences, 0.5, generator()).nan_to_num() != 0).any(2)
    count, length = kept.sum(1), lengths(sequences)
    assert (count >= (0.5 * length).ceil()).all()
    assert (count < length).any()
    assert ((kept.byte().diff(dim=1, prepend=torch.zeros(400, 1)) == 1).sum(1) == 1).all()  # one beginning


def test_mixing_stays_between_two_samples():
    x = torch.arange(50.0).unsqueeze(1).expand(50, 3)
    seen = augmentations.mixed(x, 0.2, generator())
    other = x[torch.randperm(50, generator=generator())]
    share = (seen - x) / (other - x)
    assert share[other != x].min() >= 0
    assert share[other != x].max() <= 0.2 + 1e-5
    torch.testing.assert_close(share[:, 0].nan_to_num(), share[:, 1].nan_to_num())
