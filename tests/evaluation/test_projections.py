import importlib.util

import numpy as np
import pytest
from sklearn.decomposition import PCA

from coral_viz.evaluation import projections


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(size=(50, 4)) * [5.0, 3, 1, 0.1] + 7


def test_principal_components_are_scikit_learns_up_to_signs(z):
    points, axes = projections.project(z)
    pca = PCA(2).fit(z)
    np.testing.assert_allclose(np.abs(points), np.abs(pca.transform(z)), atol=1e-9)
    first, second = pca.explained_variance_ratio_
    assert axes == (f"first component ({first:.0%})", f"second component ({second:.0%})")


def test_signs_do_not_depend_on_the_order_of_samples(z):
    points, _ = projections.project(z)
    again, _ = projections.project(z[::-1])
    np.testing.assert_allclose(points, again[::-1], atol=1e-9)


def test_one_dimension_and_none_at_all_have_maps(z):
    points, axes = projections.project(z[:, :1])
    np.testing.assert_allclose(points[:, 1], 0)
    assert axes == ("first component (100%)", "second component (0%)")
    np.testing.assert_array_equal(projections.project(np.ones((5, 3)))[0], 0)


def test_umap_is_offered_where_it_is_installed():
    assert ("UMAP" in projections.names()) == (importlib.util.find_spec("umap") is not None)


def test_what_has_no_map_is_a_sentence(z):
    with pytest.raises(ValueError, match="projection 'tSNE' does not exist here; choose one of PCA"):
        projections.project(z, "tSNE")
    z[3, 1] = np.nan
    with pytest.raises(ValueError, match="only a finite embedding"):
        projections.project(z)
