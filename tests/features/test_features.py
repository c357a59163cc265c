"""Features are scikit-learn's, and lead back to pictures."""

import numpy as np
import pytest
from sklearn import decomposition, preprocessing

from inkcluster.errors import BadInputError
from inkcluster.features import PCA, MinMax, Pixels, Standard, make

EVERY = [
    Pixels(),
    MinMax(),
    Standard(),
    PCA(64, svd_solver="full"),
]


@pytest.mark.parametrize("features", EVERY, ids=lambda f: f.name)
def test_pictures_undo_the_features(features, digits):
    images = digits.take(np.arange(500))
    pictures = features.pictures(features.fit_transform(images))
    assert pictures.shape == images.pixels.shape
    np.testing.assert_allclose(pictures, images.pixels, atol=1e-9)


def test_whitened_with_every_component_loses_nothing(digits):
    images = digits.take(np.arange(500))
    rank = np.linalg.matrix_rank(images.flat() - images.flat().mean(0))
    pca = PCA(int(rank), whiten=True, svd_solver="full")
    whitened = pca.fit_transform(images)
    np.testing.assert_allclose(np.cov(whitened.T), np.eye(rank), atol=1e-8)
    np.testing.assert_allclose(pca.pictures(whitened), images.pixels, atol=1e-8)


@pytest.mark.parametrize(
    ("ours", "peer"),
    [(MinMax(), preprocessing.MinMaxScaler()), (Standard(), preprocessing.StandardScaler())],
)
def test_scaling_is_the_peers(ours, peer, digits):
    np.testing.assert_array_equal(
        ours.fit_transform(digits), peer.fit_transform(digits.flat().astype(float))
    )


@pytest.mark.parametrize("solver", ["full", "covariance_eigh", "randomized"])
def test_pca_is_the_peers(solver, digits):
    ours = PCA(12, whiten=True, svd_solver=solver, random_state=69)
    peer = decomposition.PCA(12, whiten=True, svd_solver=solver, random_state=69)
    np.testing.assert_array_equal(ours.fit_transform(digits), peer.fit_transform(digits.flat()))


def test_a_share_of_the_variance_is_kept(digits):
    pca = PCA(0.9, svd_solver="full").fit(digits)
    kept = np.cumsum(pca.explained_variance_ratio_)
    assert kept[-1] >= 0.9 > kept[-2]
    assert pca.n_components_ == len(kept)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scaling", ["minmax", "standard", "none"])
def test_the_dtype_asked_for_is_given(scaling, dtype, digits):
    assert make(scaling, dtype).fit_transform(digits.take(np.arange(9))).dtype == dtype


def test_rectangular_images_come_back_rectangular(digits):
    from inkcluster import ImageSet

    wide = ImageSet(digits.pixels.reshape(-1, 4, 16))
    assert MinMax().fit(wide).pictures(np.zeros((2, 64))).shape == (2, 4, 16)


def test_misuse_is_refused_in_a_sentence(digits):
    with pytest.raises(BadInputError, match="no scaling 'log'; choose one of minmax"):
        make("log")
    with pytest.raises(BadInputError, match="no PCA solver 'magic'"):
        PCA(3, svd_solver="magic")
    with pytest.raises(BadInputError, match="1 to 64 principal components, not 65"):
        PCA(65).fit(digits)
    with pytest.raises(BadInputError, match="have not been fitted"):
        MinMax().transform(digits)
    from inkcluster import ImageSet

    with pytest.raises(BadInputError, match="were fitted on images of"):
        MinMax().fit(digits).transform(ImageSet(np.zeros((2, 3, 3), np.uint8)))
