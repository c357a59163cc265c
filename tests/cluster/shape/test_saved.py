"""Saved models: the same after a round trip, and folders that somebody has damaged or made up."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkcluster import ShapeClustering
from inkcluster.cluster.shape.saved import folder as saved
from inkcluster.errors import BadInputError

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(),
    st.tuples(st.integers(1, 9), st.integers(1, 9)), st.sampled_from([np.int64(3), np.float32(0.1)]),
)  # fmt: skip


@pytest.fixture(scope="module")
def images(digits):
    return digits.pixels[:120]


@pytest.fixture(scope="module")
def model(images):
    return ShapeClustering(4, sample=90, random_state=0).fit(images[:100])


@pytest.fixture(scope="module")
def whole(model, tmp_path_factory):
    """A folder with the saved model."""
    return model.save(tmp_path_factory.mktemp("saved") / "model")


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "model"))


def same(one, other, images):
    """Whether two models have the same attributes, to the bit, and predict the same."""
    assert vars(one).keys() == vars(other).keys()
    for name, value in vars(one).items():
        if name == "levels_":
            for level, again in zip(value, other.levels_, strict=True):
                assert repr(level) == repr(again)
                np.testing.assert_array_equal(level.labels, again.labels)
        elif name.endswith("_"):
            assert np.asarray(getattr(other, name)).dtype == np.asarray(value).dtype
            np.testing.assert_array_equal(getattr(other, name), value)
    np.testing.assert_array_equal(
        one.predict_memberships(images), other.predict_memberships(images)
    )
    return True


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_round_trip_keeps_any_parameters(model, images, tmp_path, data):
    changed = {
        name: data.draw(VALUES) for name in ("random_state", "memory_limit", "image_shape", "warp")
    }
    given_ = {**model.get_params(), **changed}
    other = ShapeClustering(**given_)
    vars(other).update({k: v for k, v in vars(model).items() if k not in given_})
    again = ShapeClustering.load(other.save(tmp_path / "model"))
    assert repr(again.get_params()) == repr(
        {k: getattr(v, "item", lambda v=v: v)() for k, v in given_.items()}
    )
    for name in ("labels_", "memberships_"):
        np.testing.assert_array_equal(getattr(again, name), getattr(model, name))


@pytest.mark.parametrize(
    ("parameters", "side"),
    [({}, 8), ({"deskew": False, "warp": 0}, 8), ({"n_clusters": 1}, 8), ({"n_neighbors": 40}, 4)],
)
def test_a_round_trip_keeps_all_that_was_found(images, tmp_path, parameters, side):
    pixels = images[:60, :side, :side].astype(np.float32)
    state = np.random.RandomState(3)
    one = ShapeClustering(**{"n_clusters": 3, **parameters}, random_state=state).fit(pixels)
    again = ShapeClustering.load(one.save(tmp_path / "model"))
    assert same(one, again, images[50:, :side, :side].astype(np.float32))
    assert again.random_state.uniform() == one.random_state.uniform()


def test_named_columns_and_images_that_are_all_the_same(images, tmp_path):
    import pandas as pd

    rows = pd.DataFrame(np.repeat(images[:1].reshape(1, -1), 20, axis=0)).add_prefix("p")
    one = ShapeClustering().fit(rows)
    assert same(one, ShapeClustering.load(one.save(tmp_path / "model")), rows)


def test_a_model_is_replaced_and_nothing_else(model, folder, tmp_path):
    (folder / "stale.npy").write_bytes(b"")
    model.save(str(folder))
    assert not (folder / "stale.npy").exists()
    (tmp_path / "empty").mkdir()
    model.save(tmp_path / "empty")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("mine")
    (tmp_path / "link").symlink_to(folder)
    for name in ("mine", "mine/thesis.tex", "link", "no/such/folder"):
        with pytest.raises(BadInputError, match=name):
            model.save(tmp_path / name)
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "mine"
    assert not list(tmp_path.glob(".part-*"))


def test_a_model_that_format_1_wrote_is_read(digits, tmp_path):
    """Once a version is released, the file stays as it is, and newer formats get files of their own.

    Written by ``ShapeClustering(3, n_neighbors=3, size="kept", random_state=0)``, fitted to 24 digits; until
    then it is written anew where `fit` gets another attribute that loading checks.
    """
    shutil.unpack_archive(Path(__file__).with_name("model-format-1.zip"), tmp_path / "model")
    old = ShapeClustering.load(tmp_path / "model")
    assert (old.n_clusters, old.n_neighbors, old.size, old.warp) == (3, 3, "kept", 2)
    assert "".join(map(str, old.labels_)) == "100210000010001010000000"
    found = old.predict(digits.pixels[24:60])
    assert "".join(map(str, found)) == "100000100000100001000000110000010000"


def test_a_newer_format_says_which_version_wrote_it(folder):
    content = json.loads((folder / saved.MODEL).read_text())
    content.update(format=saved.FORMAT + 1, inkcluster="9.7.1")
    (folder / saved.MODEL).write_text(json.dumps(content))
    with pytest.raises(BadInputError, match=r"by Inkcluster 9\.7\.1 in format 3.*install a newer"):
        ShapeClustering.load(folder)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_bytes_are_one_sentence(whole, tmp_path, data):
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    path = folder / data.draw(st.sampled_from([path.name for path in sorted(whole.iterdir())]))
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "more", "gone", "link", "pipe", "folder"])):
        case "flip":
            content[at] ^= data.draw(st.integers(1, 255))
            path.write_bytes(content)
        case "cut":
            path.write_bytes(content[:at])
        case "more":
            path.write_bytes(content + b"\0")
        case other:
            path.unlink()
            {
                "gone": lambda: None,
                "link": lambda: path.symlink_to(whole / path.name),
                "pipe": lambda: os.mkfifo(path),
                "folder": path.mkdir,
            }[other]()
    with pytest.raises(BadInputError) as told:
        ShapeClustering.load(folder)
    assert str(told.value).count("\n") == 0


def resealed(folder, change):
    """Change what the JSON says, and the arrays by name, and make the folder look whole."""
    content = json.loads((folder / saved.MODEL).read_text())
    arrays = {name: np.load(folder / f"{name}.npy") for name in content["arrays"]}
    change(content, arrays)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=True)
        content["arrays"][name] = saved._digest((folder / f"{name}.npy").read_bytes())
    content.pop("seal")
    (folder / saved.MODEL).write_text(json.dumps({**content, "seal": saved._seal(content)}))


def test_a_folder_that_only_looks_changed_is_loaded(folder, model, images):
    resealed(folder, lambda content, arrays: content.update(inkcluster="0.0.1"))
    assert same(model, ShapeClustering.load(folder), images)


def put(name, value):
    """A change of one entry, or of a whole array."""

    def change(content, arrays):
        if isinstance(value, np.ndarray):
            arrays[name] = value
        else:
            arrays[name].flat[-1] = value

    return change


def said(*path, value):
    def change(content, arrays):
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value

    return change


SHAPES = ("fitted", "_shapes", "parts")


@pytest.mark.parametrize(
    "change",
    [
        put("neighbors_", 100), put("neighbors_", -2), put("neighbors_", np.zeros((100, 7))),
        put("labels_", 4), put("labels_", np.array(3)), put("labels_", np.array([{}] * 100)),
        put("memberships_", np.nan), put("memberships_", 0.7), put("memberships_", np.zeros((99, 4))),
        put("_order", 100), put("_order", 0), put("sample_", 3), put("confidence_", np.inf),
        put("_shapes-fields-0", 31), put("_shapes-fields-0", np.zeros((90, 2, 3, 3), np.int8)),
        put("_shapes-places-0", np.inf), put("_shapes-places-0", np.zeros((90, 0), np.float32)),
        put("_shapes-views-0-1", np.nan), put("_shapes-views-1-2", 7.0),
        put("_preparation-rows", np.nan), put("_preparation-rows", np.ones((20, 8), np.float32)),
        said("fitted", "n_clusters_", value=10**9), said("fitted", "n_clusters_", value=True),
        said("fitted", "_shape", value={"list": [8, 8, 8]}), said("fitted", "_shape", value=64),
        said("fitted", "predict", value=1), said("fitted", "_read", value=1),
        said("fitted", "labels_", value={"array": "../labels_"}), said("fitted", "labels_", value=None),
        said("fitted", "labels_", value={"object": "Popen", "parts": {}}),
        said("fitted", "_preparation", "parts", "warp", value=3),
        said("fitted", "_preparation", "parts", "unit", value=0),
        said("fitted", "_preparation", "parts", "low", value="0"),
        said(*SHAPES, "fields", "fields", "tuple", value=[1, 2]),
        said(*SHAPES, "views", "tuple", value=[]), said(*SHAPES, "views", value={"list": [{"view": 1}] * 2}),
        said("parameters", "n_neighbors", value=-1),
        said("parameters", "n_neighbors", value={"array": "labels_"}), said("parameters", "eps", value=1),
        said("parameters", "random_state", value={"random": {"tuple": ["MT19937", 1, 2]}}),
        said("fitted", value=[]), said("arrays", "../x", value=""), said("format", value="1"),
        said("format", value=0), said("kind", value="Pipeline"), said("parameters", value=None),
    ],
)  # fmt: skip
def test_values_that_no_model_has_are_refused(folder, change):
    resealed(folder, change)
    with pytest.raises(BadInputError, match=r"damaged|no saved model"):
        ShapeClustering.load(folder)


@pytest.mark.parametrize("text", ["", "[" * 10**5, "9" * 5000, "NaN", "[]", "\xff", '{"kind": 1}'])
def test_other_json_is_refused(folder, text):
    (folder / saved.MODEL).write_text(text, encoding="latin-1")
    with pytest.raises(BadInputError, match="no saved model"):
        ShapeClustering.load(folder)


def test_no_array_is_larger_than_its_file(folder):
    path = folder / "labels_.npy"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"(100,), }".ljust(20), b"(10000000000,), }".ljust(20)))
    assert path.read_bytes() != content
    content = json.loads((folder / saved.MODEL).read_text())
    content["arrays"]["labels_"] = saved._digest(path.read_bytes())
    content.pop("seal")
    (folder / saved.MODEL).write_text(json.dumps({**content, "seal": saved._seal(content)}))
    with pytest.raises(BadInputError, match=r"labels_\.npy is missing or damaged"):
        ShapeClustering.load(folder)


def test_what_is_not_fitted_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        ShapeClustering().save(tmp_path / "model")
