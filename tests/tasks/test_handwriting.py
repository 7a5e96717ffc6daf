"""The images of handwriting: whose they are, that halves share no hand, drawing by digit, views of pixels."""

import difflib
import math

import pytest
import torch

from coral_viz.tasks import handwriting
from coral_viz.tasks.handwriting import FORMS, HANDS, Pool, augment, hands_of, ink, load

CPU = torch.device("cpu")


def of_forms(values):
    return values.tensor_split(FORMS[1:])


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_every_form_is_a_copy_of_one_text():
    texts = ["".join(map(str, digits.tolist())) for digits in of_forms(load()[1])]
    assert len(texts[0]) == 130
    for text in texts[1:]:
        kept = difflib.SequenceMatcher(None, texts[0], text, autojunk=False).get_matching_blocks()
        assert sum(block.size for block in kept) >= 0.93 * 130
        assert text.startswith(("0123456789", "123456789"))


def test_images_look_like_their_own_form_as_the_docstring_says():
    images, digits = (of_forms(values) for values in load()[:2])
    nearest = torch.empty(14, 14)
    for i in range(14):
        for j in range(14):
            apart = 16 * torch.cdist(images[i], images[j], compute_mode="donot_use_mm_for_euclid_dist")
            apart[digits[i][:, None] != digits[j]] = torch.inf
            if i == j:
                apart.fill_diagonal_(torch.inf)
            nearest[i, j] = apart.amin(1).mean()
    own, others = nearest.diagonal(), nearest[~torch.eye(14, dtype=torch.bool)]
    assert (round(own.min().item()), round(own.max().item())) == (15, 20)
    assert (int(others.min()), round(others.max().item())) == (22, 36)
    both = (nearest + nearest.T).fill_diagonal_(torch.inf)
    assert divmod(both.argmin().item(), 14) == (9, 10)
    assert HANDS[9] == HANDS[10]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_unseen_in_training_is_by_other_hands_and_has_every_digit(seed):
    hands = hands_of(seed)
    assert sorted(hands["seen"] + hands["unseen"]) == list(range(13))
    pools = {name: Pool(chosen, CPU) for name, chosen in hands.items()}
    assert sum(len(pool.inputs) for pool in pools.values()) == 1797
    for name, pool in pools.items():
        assert set(pool.hands.tolist()) == set(hands[name])
        assert torch.bincount(pool.digits, minlength=10).min() > 60


def test_seeds_draw_the_hands():
    assert hands_of(1) == hands_of(1)
    assert len({tuple(hands_of(seed)["seen"]) for seed in range(20)}) > 15


def test_every_image_of_a_digit_is_drawn_as_often_as_the_others():
    pool = Pool([0, 5], CPU)
    wanted = torch.tensor([3, 8]).repeat(2600, 1)
    found = (pool.draw(wanted, generator())[:, :, None] == pool.inputs).all(3)
    assert (found.sum(2) == 1).all()
    for column, digit in enumerate((3, 8)):
        times = found[:, column].sum(0)
        assert (times[pool.digits != digit] == 0).all()
        assert times[pool.digits == digit].float().sub(100).abs().max() < 40


def test_inputs_are_centred_and_scaled_ink():
    pool = Pool(list(range(13)), CPU)
    assert pool.inputs.mean().abs() < 0.02
    assert pool.inputs.square().mean().item() == pytest.approx(1, abs=0.02)
    images, digits, hands = load()
    first = ((digits == 0) & (hands == 0)).nonzero()[0, 0]
    torch.testing.assert_close(ink(pool.inputs[0]), images[first].view(8, 8))


def views(monkeypatch, inputs, **strengths):
    """Views of pixels with these strengths, all others 0."""
    for name in ("SHIFT", "TURN", "ERASED", "NOISE"):
        monkeypatch.setattr(handwriting, name, strengths.get(name, 0))
    return augment(inputs, generator())


def test_views_of_pixels_do_what_they_say_and_nothing_else(monkeypatch):
    inputs = Pool([0], CPU).inputs.view(2, -1, 64)
    torch.testing.assert_close(views(monkeypatch, inputs), inputs)
    noisy = views(monkeypatch, inputs, NOISE=0.1) - inputs
    assert noisy.std().item() == pytest.approx(0.1 / 0.375, rel=0.05)
    changed = (views(monkeypatch, torch.zeros(500, 64), ERASED=3) != 0).view(500, 8, 8)
    assert (changed.any(1).sum(1) == 3).all()
    assert (changed.any(2).sum(1) == 3).all()
    assert (changed.sum((1, 2)) == 9).all()
    assert changed.any(0).all()


def test_shifts_and_turns_move_ink_by_no_more_than_they_may(monkeypatch):
    dot = torch.zeros(2000, 8, 8)
    dot[:, 3, 5] = 1
    place = torch.arange(8) - 3.5

    def moved(**strengths):
        seen = ink(views(monkeypatch, (dot.flatten(1) - 0.3) / 0.375, **strengths))
        centre = [(seen.sum(axis) * place).sum(1) / seen.sum((1, 2)) for axis in (2, 1)]
        return torch.stack(centre, 1)

    shifted = moved(SHIFT=1.0) - torch.tensor([-0.5, 1.5])
    assert shifted.abs().max() <= 1.001
    assert shifted.amin(0).max() < -0.9
    assert shifted.amax(0).min() > 0.9
    turned = torch.atan2(*moved(TURN=15.0).unbind(1)).rad2deg() + math.degrees(math.atan2(0.5, 1.5))
    assert turned.abs().max() < 17  # pixels blur a turn
    assert turned.std() > 5


def test_blank_paper_stays_blank(monkeypatch):
    paper = torch.full((20, 64), handwriting.PAPER)
    torch.testing.assert_close(views(monkeypatch, paper, SHIFT=1.0, TURN=15.0, ERASED=3), paper)
