import pytest
import torch

from coral_viz import methods, style, tasks
from coral_viz.figures import masks
from coral_viz.figures.data.token_masks import SCALE
from coral_viz.methods.method import Explanation


def explained(name, count):
    torch.manual_seed(0)
    task = tasks.load("factors", count=count, seed=1)
    views = task.views(task.sample(4, "train", 1), torch.Generator().manual_seed(0))
    method = methods.build(name, task)
    return method.explain(*views), method.tokens_of


def crossed(ax):
    """Tokens (line, position from the left) that are crossed out."""
    tiles = sorted({round(path.vertices[0, 0], 6) for path in ax.collections[0].get_paths()})
    corners = [corner for patch in ax.patches if patch.get_hatch() for corner in patch.get_path().vertices[::5]]
    return {(round(y + 0.42), tiles.index(round(x, 6)) - 1) for x, y in corners}


def lines(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


@pytest.mark.parametrize(
    ("name", "count", "shown"),
    [
        ("comm", 2, ["modality 1", "modality 2", "fused"]),
        ("infmasking", 3, ["modality 1", "modality 2", "modality 3", "fused", *(f"mask {k}" for k in range(1, 7))]),
        ("coral", 2, ["unmasked", "view 1", "view 2"]),
    ],
)
@pytest.mark.parametrize("look", [style.paper(columns=2), style.screen()])
def test_every_fusion_is_drawn(assert_legible, face, name, count, shown, look):
    explanation, tokens_of = explained(name, count)
    figure = masks(explanation, tokens_of, look=look | face)
    assert_legible(figure)
    assert lines(figure.axes[0]) == shown


@pytest.mark.parametrize("name", ["infmasking", "coral"])
def test_crossed_tokens_are_the_masks(name):
    explanation, tokens_of = explained(name, 2)
    ax = masks(explanation, tokens_of, sample=2).axes[0]
    found = crossed(ax)
    assert explanation.masks
    assert set(explanation.masks) <= set(explanation.attention)
    for y, variant in enumerate(explanation.attention):
        if variant in explanation.masks:
            hidden = explanation.masks[variant][2].nonzero().flatten().tolist()
            assert {token for line, token in found if line == y} == set(hidden)


def test_tokens_left_out_are_hidden_even_without_a_mask():
    explanation, tokens_of = explained("infmasking", 2)
    assert "modality_1" not in explanation.masks
    ax = masks(explanation, tokens_of).axes[0]
    assert {token for line, token in crossed(ax) if line == 0} == set(range(8, 16))


def test_the_deepest_tile_has_the_most_attention():
    attention = torch.tensor([[0.1, 0.5, 0.25, 0.15]])
    ax = masks(Explanation({}, {}, {"fused": attention}), [2, 1]).axes[0]
    shades = ax.collections[0].get_facecolor()
    assert [tuple(shade) for shade in shades] == [pytest.approx(SCALE(float(share / 0.5))) for share in attention[0]]


def test_alt_text_counts_what_is_hidden():
    mask = torch.tensor([[True, False, True]])
    attention = torch.tensor([[0.4, 0.0, 0.5, 0.1]])
    alt = masks(Explanation({}, {"view_1": mask}, {"view_1": attention}), [2, 1]).alt
    assert "view 1: modality 1 1 of 2 hidden, attention 50%, modality 2 1 of 1 hidden, attention 10%" in alt


def test_what_cannot_be_drawn_is_a_sentence():
    explanation, tokens_of = explained("comm", 2)
    with pytest.raises(ValueError, match="sample = 4 is not in the batch, whose samples are 0 to 3"):
        masks(explanation, tokens_of, sample=4)
    with pytest.raises(ValueError, match="tokens_of sums to 8, but the fusion attends to 16 tokens"):
        masks(explanation, tokens_of[:1])
    with pytest.raises(ValueError, match="no fusion whose masks and attention could be shown"):
        masks(*explained("cross", 2))
