"""ConFu, Gated Symile, DisentangledSSL and the masked autoencoder: what each does of its own."""

import pytest
import torch
import torch.nn.functional as F
from fresh import built, task_and_views

from coral_viz import methods
from coral_viz.methods import losses
from coral_viz.methods.nets.patches import counted, patched, unpatched


def test_confu_fuses_every_pair_of_single_embeddings():
    task, views = task_and_views(3)
    method = built("confu", task)
    parts = method.embed(views[0])
    assert list(parts) == ["modality_1", "modality_2", "modality_3", "fused_12", "fused_13", "fused_23"]
    z = [F.pad(parts[name], (0, 22 - parts[name].shape[1])) for name in method.whole]
    fused = [parts[name] for name in ("fused_12", "fused_13", "fused_23")]
    expected = losses.confu(z, fused, temperature=0.07, fused_weight=0.5)
    torch.testing.assert_close(method.loss(*views, 0.0), expected)
    assert set(method.embed([views[0][0], None, views[0][2]])) == {"modality_1", "modality_3", "fused_13"}


def test_confu_scores_by_the_fusion_of_the_two_others():
    task, views = task_and_views(3)
    method = built("confu", task).eval()
    parts, keys = method.embed(views[0]), method.keys(views[0])
    expected = F.normalize(F.pad(parts["modality_2"], (0, 1)), dim=1) @ F.normalize(parts["fused_13"], dim=1).mT
    torch.testing.assert_close(method.score(keys[1], [keys[0], keys[2]], 1), expected)


@pytest.mark.parametrize("count", [2, 3])
def test_a_gate_that_never_shuts_leaves_symile(count):
    task, views = task_and_views(count)
    method = built("gated_symile", task, gate_strength=-20.0).eval()
    keys = method.keys(views[0])
    found = method.score(keys[0], keys[1:], 0)
    torch.testing.assert_close(found, losses.symile_score(keys[0], keys[1:]), atol=1e-6, rtol=1e-5)


def test_a_gate_learns_not_to_count_a_modality_of_noise():
    torch.manual_seed(0)
    gate = methods.gated_symile.Gate(3, 16, 0.7, 0.0)
    optimizer, one = torch.optim.Adam(gate.parameters(), 0.05), torch.randn(64, 16)
    for _ in range(120):
        rest = [one + 0.1 * torch.randn(64, 16), torch.randn(64, 16)]
        options = {"neutral": gate.neutral[1:], "weights": gate(one, rest, 0), "strength": gate.strength}
        scores = losses.gated_score(one, rest, **options)
        optimizer.zero_grad()
        F.cross_entropy(20 * scores.mT, torch.arange(64)).backward()
        optimizer.step()
    of_copy, of_noise = gate(one, [one, torch.randn(64, 16)], 0).diagonal().mean(1)
    assert of_copy > of_noise + 0.2


def test_disentangled_ssl_is_its_two_steps_and_the_second_leaves_the_first_alone():
    task, views = task_and_views()
    method = built("disentangled_ssl", task, concentration=1e12)  # draws are their means
    one, two = (method.embed(view) for view in views)
    c = [[part["shared"][:, :16], part["shared"][:, 16:]] for part in (one, two)]
    expected = losses.shared_information(*c[0], *c[0], temperature=0.07, beta=0.1)
    for m in (0, 1):
        s = [part[f"unique_{m + 1}"] for part in (one, two)]
        joint = [torch.cat([s[v], c[v][1 - m]], 1) for v in (0, 1)]
        own = c[0][m], c[1][m]
        found = losses.specific_information(*joint, tuple(s), own, temperature=0.07, orthogonality_weight=1.0)
        expected |= {f"{name}_{m + 1}": term for name, term in found.items()}
    terms = method.loss(*views, 0.0)
    torch.testing.assert_close(terms, expected)
    second = sum(term for name, term in terms.items() if name[-1] in "12")
    first = [*method.encode_shared.parameters(), *method.narrow.parameters()]
    assert all(g is None for g in torch.autograd.grad(second, first, allow_unused=True))


@pytest.mark.parametrize("dim", [2, 16])
def test_a_specific_part_reads_its_own_modality_alone(dim):
    task, views = task_and_views()
    method = built("disentangled_ssl", task, width=4 * dim).eval()
    one, other = method.embed(views[0]), method.embed([views[0][0], views[1][1]])
    torch.testing.assert_close(one["unique_1"], other["unique_1"])
    assert not torch.allclose(one["unique_2"], other["unique_2"])


SHAPES = [(5,), (7, 3), (3, 32, 32), (3, 28, 28), (1, 13, 13)]


@pytest.mark.parametrize("shape", SHAPES)
def test_patches_are_the_input_in_pieces(shape):
    x = torch.randn(2, *shape)
    patches = patched(x)
    assert patches.shape == (2, *counted(shape))
    assert torch.equal(unpatched(patches, shape), x)


def test_a_patch_of_an_image_is_a_square():
    x = torch.zeros(1, 3, 32, 32)
    x[:, :, 4:8, 8:12] = 1
    patches = patched(x)
    assert patches.shape == (1, 64, 48)
    assert torch.equal(patches[0].mean(1).nonzero().flatten(), torch.tensor([10]))  # row 1, column 2


@pytest.mark.parametrize(
    ("name", "dials"), [("factors", {}), ("trifeature-4", {"size": 16, "pairs": 64, "renders": 1})]
)
def test_a_masked_autoencoder_sees_nothing_of_what_it_fills_in(name, dials, monkeypatch):
    task, views = task_and_views(name=name, **dials)
    method = built("mae", task)
    masks = []

    def hide(patches):
        torch.manual_seed(len(masks) % 2)
        masks.append(torch.rand(len(patches), patches.shape[1], 1) < 0.5)
        return masks[-1]

    monkeypatch.setattr(method, "hide", hide)
    inputs = [x.clone().requires_grad_() for x in views[0]]
    fused = []
    monkeypatch.setattr(
        method.decode[0], "forward", lambda z: fused.append(z) or z.new_zeros(32, *counted(inputs[0].shape[1:]))
    )
    method.loss(inputs, views[1], 0.0)
    for x, mask in zip(inputs, masks):
        (gradient,) = torch.autograd.grad(fused[0].square().sum(), x, retain_graph=True)
        seen = patched(gradient).abs().sum(-1) > 0
        assert seen.any()
        assert not (seen & mask[:16].squeeze(-1)).any()


def test_masks_hide_their_share_and_no_padding():
    method = built("mae", task_and_views()[0], mask_ratio=0.3)
    patches = torch.randn(4000, 9, 2)
    patches[:, 7:] = torch.nan
    hidden = method.hide(patches).float().mean(0).squeeze(-1)
    assert hidden[:7].sub(0.3).abs().max() < 0.04
    assert hidden[7:].max() == 0
