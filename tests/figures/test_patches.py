import pytest
import torch
from matplotlib.collections import EllipseCollection

from coral_viz import methods, style, tasks
from coral_viz.figures.data.image_masks import patches
from coral_viz.figures.data.image_samples import pixels


def explained(name):
    torch.manual_seed(0)
    task = tasks.load("trifeature-4", seed=1, size=16, renders=4, pairs=64)
    views = task.views(task.sample(3, "train", 1), torch.Generator().manual_seed(0))
    method = methods.build(name, task, dim=8, width=None)
    with torch.no_grad():
        return method.explain(*views), views, method.tokens_of


def crossed(ax):
    """By image, from left to right and from the top: the cells that are crossed out, counted row by row."""
    corners = [tuple(corner) for patch in ax.patches for corner in patch.get_path().vertices[::5]]
    cells = []
    for image in sorted(ax.images, key=lambda image: (-image.get_extent()[3], image.get_extent()[0])):
        left, _, _, top = image.get_extent()
        inside = {(round(4 * (x - left)), round(4 * (top - y)) - 1) for x, y in corners}
        cells.append({4 * row + column for column, row in inside if 0 <= row < 4 and 0 <= column < 4})
    return cells


@pytest.mark.parametrize("name", ["comm", "infmasking", "coral"])
@pytest.mark.parametrize("look", [style.paper(columns=2), style.screen(), style.talk()])
def test_every_fusion_is_drawn(assert_legible, face, name, look):
    explanation, views, tokens_of = explained(name)
    figure = patches(explanation, views, tokens_of, look=look | face)
    assert_legible(figure)
    assert len(figure.axes[0].images) == 2 * len(explanation.attention)
    assert all(name.replace("_", " ") in figure.alt for name in explanation.attention)


def test_crossed_cells_are_the_masks_and_discs_the_attention():
    explanation, views, tokens_of = explained("coral")
    ax = patches(explanation, views, tokens_of, sample=2).axes[0]
    discs = iter([disc for disc in ax.collections if isinstance(disc, EllipseCollection)])
    limit = max(weights[2, 1:].max() for weights in explanation.attention.values())
    shown = iter(crossed(ax))
    for name, weights in explanation.attention.items():
        hidden = explanation.masks.get(name, torch.zeros(3, 32, dtype=bool))[2]
        for m in (slice(0, 16), slice(16, 32)):
            assert next(shown) == set(hidden[m].nonzero().flatten().tolist())
            areas = torch.as_tensor(next(discs).get_widths()) ** 2 * 16
            torch.testing.assert_close(areas, weights[2, 1:][m][~hidden[m]] / limit)


def test_a_variant_shows_the_view_that_it_sees():
    explanation, views, tokens_of = explained("coral")
    images = patches(explanation, views, tokens_of, sample=1).axes[0].images
    seen = [image.get_array() for image in images]  # unmasked, view 1, view 2: two modalities each
    for position, (view, m) in enumerate([(0, 0), (0, 1), (0, 0), (0, 1), (1, 0), (1, 1)]):
        assert (seen[position] == pixels(views[view][m][1])).all()


def test_tokens_that_are_no_square_are_a_sentence():
    explanation, views, _ = explained("coral")
    with pytest.raises(ValueError, match="17 tokens form no square grid"):
        patches(explanation, views, [17, 15])
