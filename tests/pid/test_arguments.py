"""What NumPy would misread: masks, sparse arrays and tensors, given to every function that takes arrays."""

import numpy as np
import pytest
import torch
from scipy.sparse import coo_array

from coral_viz import pid

Y = np.arange(40) % 2
Z = np.random.default_rng(0).normal(size=(40, 2)) + Y[:, None]
T = np.stack([0.8 - 0.6 * Y, 0.2 + 0.6 * Y], axis=1)
P = np.random.default_rng(1).dirichlet(np.ones(8)).reshape(2, 2, 2)
COUNTS = np.arange(1, 9).reshape(2, 2, 2)

TAKE_ARRAYS = {
    "a table": (P, [pid.total_correlation, pid.union_information, pid.to_dit]),
    "a table of the lattice": (P, [lambda p: pid.redundancy_lattice(2).decompose(p, pid.measures.i_min)]),
    "a table of a source": (P[0], [lambda p: pid.broja_binary(p, p), lambda p: pid.roc_hull(p, p)]),
    "counts": (COUNTS, [pid.infer, pid.bias_corrected]),
    "a covariance": (np.eye(3), [lambda s: pid.gaussian(s, 1, 1), pid.gaussian_o_information]),
    "samples": (
        Z,
        [
            lambda z: pid.decompose(z, Z, Y),
            lambda z: pid.decompose_parts({"a": Z, "b": z, "c": Z}, Y, sources="a"),
            lambda z: pid.decompose_many([Z, z], Y),
            lambda z: pid.decompose_continuous(Z, z, Z[:, 0]),
            lambda z: pid.gaussian_of_samples(Z, Z, z),
            pid.covariance_of,
        ],
    ),
    "posteriors": (
        T,
        [
            lambda t: pid.atoms_from_posteriors(T, t, T, Y),
            lambda t: pid.pointwise_information(t, Y),
            lambda t: pid.posterior_table(t.tocsr()[:, [1]] if isinstance(t, coo_array) else t[:, 1]),
        ],
    ),
    "labels": (
        Y,
        [
            lambda y: pid.decompose(Z, Z, y),
            lambda y: pid.atoms_from_posteriors(T, T, T, y),
            lambda y: pid.decompose(Y, y, Y),
            lambda y: pid.decompose(Z, Z, Y, groups=y),
            lambda y: pid.decompose(Z, Z, Y, weights=y),
        ],
    ),
}
CALLS = [
    pytest.param(values, call, id=f"{name} {i}")
    for name, (values, calls) in TAKE_ARRAYS.items()
    for i, call in enumerate(calls)
]


@pytest.mark.parametrize(("values", "call"), CALLS)
def test_masked_values_are_refused(values, call):
    largest = np.unravel_index(values.argmax(), values.shape)
    with pytest.raises(ValueError, match=r"must be known, but .* values are masked"):
        call(np.ma.masked_equal(values, values[largest]))


@pytest.mark.parametrize(("values", "call"), CALLS)
def test_sparse_arrays_are_refused(values, call):
    with pytest.raises(ValueError, match=r"is a sparse array of shape .*: make it dense by its toarray\(\)"):
        call(coo_array(values))


def test_a_distribution_of_dit_has_to_be_converted():
    p = pid.gates.gate("AND")
    with pytest.raises(ValueError, match="A table is a Distribution object: make it an array, as from_dit does"):
        pid.broja(pid.to_dit(p))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_tensors_with_gradients_are_arrays(dtype):
    posterior = torch.tensor(T[:, :1]).to(dtype)
    t = torch.cat([posterior, 1 - posterior], dim=1).requires_grad_()
    expected = pid.atoms_from_posteriors(*[t.detach().double().numpy()] * 3, Y).as_array()
    np.testing.assert_array_equal(pid.atoms_from_posteriors(t, t, t, torch.tensor(Y)).as_array(), expected)
    z = torch.tensor(Z).to(dtype)
    plain = pid.gaussian_of_samples(z.double().numpy(), Z, Z[:, 0] + Z[:, 1] ** 2).as_array()
    found = pid.gaussian_of_samples(z.requires_grad_(), Z, Z[:, 0] + Z[:, 1] ** 2).as_array()
    np.testing.assert_array_equal(found, plain)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"folds": 2.5}, "at least 2 folds, a whole number, not 2.5"),
        ({"folds": "5"}, "at least 2 folds, a whole number, not '5'"),
        ({"folds": None}, "at least 2 folds, a whole number, not None"),
        ({"replicates": 20.5}, "at least 20 replicates, a whole number, not 20.5"),
        ({"replicates": float("nan")}, "at least 20 replicates, a whole number, not nan"),
        ({"seed": None}, "a seed of at least 0, a whole number, not None"),
        ({"seed": -1}, "a seed of at least 0, not -1"),
        ({"method": "kmeans", "clusters": 2.5}, r"2..40 \(samples\), but is 2.5"),
        ({"groups": np.where(Y, np.nan, 1)}, "The list of groups must be known, but row 1 holds nan"),
        ({"groups": np.zeros((40, 2))}, r"The list of groups must have shape \(40,\), but has \(40, 2\)"),
        (
            {"weights": np.where(np.arange(40) < 2, 1e9, 1)},
            "leave a class as much as 1 equally weighted samples, fewer",
        ),
    ],
)
def test_options_of_decompose_that_are_none_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        pid.decompose(Z, Z, Y, **options)


def test_numpy_integers_are_whole_numbers_and_weights_may_be_huge():
    plain = pid.decompose(Z, Z, Y, folds=2, seed=3).as_array()
    options = {"folds": np.int32(2), "seed": np.int64(3), "weights": np.full(40, 1e308)}
    np.testing.assert_array_equal(pid.decompose(Z, Z, Y, **options).as_array(), plain)
