"""CoMM, InfMasking and COrAL against the published values, and InfMasking against its covariance form."""

import pytest
import torch
import torch.nn.functional as F

from coral_viz.methods import losses


def test_comm_equals_the_published_values(case, agree):
    terms = losses.comm(case.z[:3], case.z[3:], temperature=case.tau)
    agree(sum(terms.values()), case.values["comm"], case.z)


@pytest.mark.parametrize(("form", "weight"), [("hinge", 1.0), ("squared", 10.0)])
def test_coral_equals_the_published_values(case, agree, form, weight):
    z, published = case.z, case.values[f"coral_{form}"]
    options = {"orthogonality": form, "orthogonality_weight": weight}
    terms = losses.coral(z[2], z[5], z[:2], z[3:5], temperature=case.tau, **options)
    names = {
        "shared": "loss_fusion",
        "unique_1": "loss_mod1",
        "unique_2": "loss_mod2",
        "orthogonal_unique": "loss_ortho_bmods",
        "orthogonal_1": "loss_ortho_mod1",
        "orthogonal_2": "loss_ortho_mod2",
    }
    assert {names[k]: v.item() for k, v in terms.items()} == pytest.approx(published["terms"], abs=1e-9)
    agree(sum(terms.values()), published, z)


def test_infmasking_equals_the_published_values(case, agree):
    weight = case.mask_lambda * (case.epoch + 1) / case.max_epochs
    masked = [torch.stack(each) for each in case.masked]
    terms = losses.infmasking(case.z[:3], case.z[3:], *masked, temperature=case.tau, mask_weight=weight)
    assert list(terms) == ["masked_1", "masked_2", "modality_1", "modality_2", "full"]
    agree(sum(terms.values()), case.values["infmasking"], [*case.z, *case.masked[0], *case.masked[1]])


def covariance_form(full, masked, tau, weight):
    """The masked term with a covariance matrix per sample, one sample at a time."""
    q, keys = F.normalize(full, dim=-1), F.normalize(masked, dim=-1)
    total = 0.0
    for i, query in enumerate(q):
        mean, covariance = keys[:, i].mean(0), torch.cov(keys[:, i].mT, correction=0)
        positive = query @ mean / tau
        entries = [positive + weight / 2 * query @ covariance @ query / tau**2]
        for j in range(len(q)):
            if j != i:
                entries += [query @ q[j] / tau, *(query @ key[j] / tau for key in keys)]
        total += torch.stack(entries).logsumexp(0) - positive
    return total / len(q)


def test_masked_terms_equal_the_covariance_form(draw):
    view1, view2, (m1, m2) = draw(4, 5, 3), draw(4, 5, 3, seed=1), draw(2, 4, 5, 3, seed=2)
    terms = losses.infmasking(view1, view2, m1, m2, temperature=0.3, mask_weight=0.7)
    for name, full, masked in (("masked_1", view1[-1], m1), ("masked_2", view2[-1], m2)):
        assert 6 * terms[name].item() == pytest.approx(covariance_form(full, masked, 0.3, 0.7).item(), abs=1e-12)
    contrast = losses.comm(view1, view2, temperature=0.3)
    assert [6 * terms[k].item() for k in contrast] == pytest.approx([4 * v.item() for v in contrast.values()])


def test_comm_sum_is_the_mean_times_the_number_of_subsets(draw):
    z = draw(6, 5, 4)
    mean = losses.comm(z[:3], z[3:], temperature=0.1)
    total = losses.comm(z[:3], z[3:], temperature=0.1, reduction="sum")
    assert {k: 3 * v.item() for k, v in mean.items()} == pytest.approx({k: v.item() for k, v in total.items()})


def test_overlap_of_known_angles():
    a = torch.tensor([[1.0, 0.0]] * 3)
    b = torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]])
    assert losses.overlap(a, b, form="hinge").item() == pytest.approx(1 / 3)
    assert losses.overlap(a, b, form="squared").item() == pytest.approx(2 / 3)


def test_bad_input_is_refused():
    z, masked = [torch.ones(4, 3)] * 3, torch.ones(2, 4, 3)
    with pytest.raises(ValueError, match="1 and 1 modalities"):
        losses.comm(z[:2], z[:2], temperature=0.1)
    with pytest.raises(ValueError, match="'median' is not allowed; it takes 'mean' or 'sum'"):
        losses.comm(z, z, temperature=0.1, reduction="median")
    with pytest.raises(ValueError, match="1 and 1 unique paths"):
        losses.coral(z[0], z[0], z[:1], z[:1], temperature=0.1, orthogonality_weight=1.0)
    with pytest.raises(ValueError, match="'cubed' is not allowed"):
        losses.overlap(z[0], z[0], form="cubed")
    for other in (masked[:1], masked[:, :3]):
        with pytest.raises(ValueError, match=r"both must be \(K, 4, 3\)"):
            losses.infmasking(z, z, masked, other, temperature=0.1, mask_weight=1.0)
    with pytest.raises(ValueError, match=r"\(0, 4, 3\)"):
        losses.infmasking(z, z, masked[:0], masked[:0], temperature=0.1, mask_weight=1.0)
