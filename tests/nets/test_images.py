"""Image encoders: their positions in closed form, their layout, and that what moves in an image moves in its tokens."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz.methods.nets import AlexNetTrunk, CompactCNN, TokenEncoder, encoder, grid_positions
from coral_viz.tasks import Modality


def image(size):
    return Modality("photo", "image", (3, size, size))


def images(count, size, seed=0):
    return torch.randn(count, 3, size, size, generator=torch.Generator().manual_seed(seed))


@given(side=st.integers(1, 6), frequencies=st.integers(1, 8))
@settings(max_examples=10, deadline=None)
def test_positions_are_sines_and_cosines_of_column_and_row(side, frequencies):
    code = grid_positions(side, 4 * frequencies)
    assert code.shape == (side**2, 4 * frequencies)
    for token in range(side**2):
        row, column = divmod(token, side)
        expected = [
            wave(place * 10000 ** (-k / frequencies))
            for place in (column, row)
            for wave in (math.sin, math.cos)
            for k in range(frequencies)
        ]
        torch.testing.assert_close(code[token], torch.tensor(expected))


@pytest.mark.parametrize("dim", [4, 32, 512])
def test_positions_tell_all_cells_apart(dim):
    code = grid_positions(6, dim)
    assert torch.pdist(code).min() > 0.5


@pytest.mark.parametrize("dim", [0, 2, 30])
def test_positions_refuse_a_width_that_is_no_multiple_of_four(dim):
    with pytest.raises(ValueError, match=rf"dim = {dim}.*multiple of 4"):
        grid_positions(4, dim)
    with pytest.raises(ValueError, match="multiple of 4"):
        encoder(image(32), dim=dim, hidden=16)


@pytest.mark.parametrize(
    ("size", "kind", "tokens"),
    [
        (16, CompactCNN, 16),
        (32, CompactCNN, 16),
        (50, CompactCNN, 16),
        (64, CompactCNN, 16),
        (127, CompactCNN, 16),
        (128, AlexNetTrunk, 36),
        (224, AlexNetTrunk, 36),
    ],
)
def test_the_encoder_follows_the_size_and_says_how_many_tokens_it_gives(size, kind, tokens):
    encode = encoder(image(size), dim=8, hidden=16)
    assert type(encode) is kind
    assert encode.tokens == tokens
    assert encode(images(2, size)).shape == (2, tokens, 8)


def test_token_encoders_say_how_many_tokens_they_give():
    encode = encoder(Modality("m", "tokens", (5, 3)), dim=8, hidden=16)
    assert type(encode) is TokenEncoder
    assert (encode.tokens, encode.dim) == (5, 8)


def test_the_alexnet_trunk_has_the_published_layers():
    encode = AlexNetTrunk(dim=16)
    # 2 469 696 is what torchvision's published alexnet has in its feature layers.
    assert sum(p.numel() for p in encode.trunk.parameters()) == 2_469_696
    assert encode.trunk(images(1, 224)).shape == (1, 256, 6, 6)


@pytest.mark.parametrize(("size", "widths"), [(16, [32, 64]), (32, [16, 32, 64]), (64, [8, 16, 32, 64])])
def test_the_compact_trunk_halves_the_image_down_to_four_cells(size, widths):
    trunk = CompactCNN(size, dim=8, hidden=64).trunk
    assert [p.shape[0] for p in trunk.parameters() if p.ndim == 4] == widths
    assert trunk(images(1, size)).shape == (1, 64, 4, 4)


@pytest.mark.parametrize("size", [32, 64])
def test_he_initialisation_keeps_the_scale_of_the_signal(size):
    torch.manual_seed(0)
    signal, scales = images(16, size), []
    for layer in CompactCNN(size, dim=8, hidden=128).trunk:
        signal = layer(signal)
        if isinstance(layer, torch.nn.ReLU):
            scales.append(signal.square().mean().item())
    assert min(scales) > 0.4
    assert max(scales) < 1.5


@pytest.mark.parametrize(("size", "width", "start"), [(32, 8, 8), (64, 16, 16), (224, 8, 96)])
@pytest.mark.parametrize("axis", [2, 3])
def test_what_moves_by_a_cell_moves_by_a_token(size, width, start, axis):
    """Exact on a blank ground at initialisation, when biases are zero, for content that stays clear of the border."""
    torch.manual_seed(0)
    encode = encoder(image(size), dim=8, hidden=16)
    side = math.isqrt(encode.tokens)
    x = torch.zeros(1, 3, size, size)
    x[:, :, start : start + width, start : start + width] = images(1, width)
    y = x.roll(32 if size == 224 else size // side, axis)
    blank = encode(torch.zeros_like(x))
    before, after = ((encode(z) - blank).view(side, side, 8) for z in (x, y))
    assert before.abs().max() > 0.01
    cells = axis - 2
    torch.testing.assert_close(
        after.narrow(cells, 1, side - 1), before.narrow(cells, 0, side - 1), atol=1e-5, rtol=1e-4
    )


@pytest.mark.parametrize("size", [32, 128])
def test_a_blank_image_gives_the_positions(size):
    encode = encoder(image(size), dim=8, hidden=16)
    tokens = encode(torch.zeros(1, 3, size, size))[0]
    side = math.isqrt(encode.tokens)
    torch.testing.assert_close(tokens - encode.project.bias, grid_positions(side, 8))


@pytest.mark.parametrize("size", [32, 128])
def test_samples_do_not_see_each_other(size):
    encode = encoder(image(size), dim=8, hidden=16).train()
    x = images(4, size)
    torch.testing.assert_close(encode(x)[1:2], encode(x[1:2]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("size", [32, 128])
def test_the_seed_decides_the_weights(size):
    def fresh(seed):
        torch.manual_seed(seed)
        return encoder(image(size), dim=8, hidden=16)

    one, same, other = fresh(0), fresh(0), fresh(1)
    x = images(2, size)
    assert torch.equal(one(x), same(x))
    assert not torch.allclose(one(x), other(x))
    other.load_state_dict(one.state_dict())
    assert torch.equal(one(x), other(x))


@pytest.mark.parametrize("size", [32, 64, 128])
def test_every_weight_learns(size):
    torch.manual_seed(0)
    encode = encoder(image(size), dim=8, hidden=16)
    encode(images(4, size)).square().sum().backward()
    for name, p in encode.named_parameters():
        assert p.grad.isfinite().all(), name
        assert p.grad.abs().max() > 0, name


def test_mixed_precision_is_close_to_float32():
    torch.manual_seed(0)
    encode, x = encoder(image(32), dim=8, hidden=16), images(2, 32)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = encode(x)
    torch.testing.assert_close(mixed.float(), encode(x), atol=0.05, rtol=0.05)


@pytest.mark.parametrize(
    ("modality", "sentence"),
    [
        (Modality("word", "text", (5, 3)), r"'word' has kind 'text'; encoders exist for: tokens, .*, sequence\."),
        (image(15), r"'photo' has images of shape \(3, 15, 15\).*S >= 16"),
        (Modality("grey", "image", (1, 32, 32)), r"'grey' has images of shape \(1, 32, 32\).*\(3, S, S\)"),
        (Modality("wide", "image", (3, 32, 64)), r"'wide' has images of shape \(3, 32, 64\).*\(3, S, S\)"),
        (Modality("flat", "image", (3, 32)), r"'flat' has images of shape \(3, 32\).*\(3, S, S\)"),
    ],
)
def test_a_modality_without_encoder_is_a_sentence(modality, sentence):
    with pytest.raises(ValueError, match=sentence):
        encoder(modality, dim=8, hidden=16)


@pytest.mark.parametrize("hidden", [4, 30])
def test_the_compact_trunk_refuses_widths_it_cannot_halve(hidden):
    with pytest.raises(ValueError, match=rf"hidden = {hidden}.*multiple of 8"):
        encoder(image(32), dim=8, hidden=hidden)
