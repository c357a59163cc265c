"""What may be asked for, where it came from, and the sentence for what may not."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcluster.errors import BadInputError
from inkcluster.study.settings import NAMES, Settings, fromdata
from inkcluster.study.settings.table import SETTINGS

WHOLE = ("restarts", "resamples", "linkage_sample", "map_sample", "compare_sample", "many", "k")
GOOD = {
    "seed": st.integers(0, 2**32 - 1),
    "k": st.integers(2, 10**6),
    "scaling": st.sampled_from(["minmax", "standard", "none"]),
    "restarts": st.integers(2, 1000),
    "replace": st.booleans(),
    "sample_sizes": st.lists(st.integers(10, 10**6), min_size=1, max_size=20),
    "resamples": st.integers(1, 1000),
    "linkage_sample": st.integers(10, 10**6),
    "map_sample": st.integers(10, 10**6),
    "sweep_sample": st.integers(10, 10**6),
    "refine": st.integers(0, 100),
    "eps": st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20),
    "min_samples": st.lists(st.integers(1, 100), min_size=1, max_size=20),
    "compare_sample": st.integers(10, 10**6),
    "shape_k": st.integers(0, 1000),
    "components": st.integers(1, 1000) | st.floats(0.01, 0.99),
    "svd_solver": st.sampled_from(["auto", "full", "covariance_eigh", "arpack", "randomized"]),
    "study_sample": st.integers(10, 10**6),
    "sweep_eps": st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20),
    "sweep_min_samples": st.integers(1, 100),
    "many": st.integers(2, 10**6),
    "thumbnails": st.integers(0, 10**6),
}
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.integers() | st.floats() | st.text(max_size=3) | st.none(), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return repr(value)


def test_every_setting_has_a_strategy_here():
    assert set(NAMES) == set(GOOD)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_has_help_and_a_default_of_its_kind_or_a_rule_and_a_function(name):
    row = SETTINGS[name]
    assert row.name == name
    assert row.help[0].isupper()
    assert row.help.endswith(".")
    if row.default is None:
        assert row.rule
        assert callable(getattr(fromdata, name))
    else:
        assert not row.rule
        assert row.kind.check(name, row.default, "the default") == row.default


def test_python_shows_the_names_and_refuses_others():
    import inspect

    assert [*inspect.signature(Settings).parameters] == [*NAMES, "given"]
    with pytest.raises(TypeError, match=r"no setting 'restart'; did you mean restarts\?"):
        Settings(restart=3)


@given(st.fixed_dictionaries({}, optional=GOOD))
def test_good_values_are_kept_and_survive_toml(tmp_path_factory, values):
    settings = Settings.of(values, "command line")
    assert dict(settings.given) == dict.fromkeys(values, "command line")
    for name, value in values.items():
        kept = getattr(settings, name)
        assert kept == (tuple(sorted(set(value))) if isinstance(value, list) else value)
        assert getattr(Settings(**settings.values()), name) == kept
    path = tmp_path_factory.mktemp("settings") / "study.toml"
    path.write_text("".join(f"{name} = {toml(value)}\n" for name, value in values.items()))
    read = Settings.read(path)
    assert read.values() == settings.values()
    assert dict(read.given) == dict.fromkeys(values, "study.toml")


@given(st.sampled_from(NAMES), ANYTHING)
def test_any_value_is_kept_or_refused_in_one_sentence(name, value):
    try:
        settings = Settings.of({name: value}, "command line")
    except BadInputError as error:
        sentence = str(error)
        assert sentence.startswith(f"The setting {name} is ")
        assert "(command line); it must be " in sentence
        assert len(sentence) < 260
    else:
        kept = getattr(settings, name)
        again = Settings.of({name: kept}, "Python")
        assert getattr(again, name) == kept
        assert (kept is None) == (value is None)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("k", 1, "a whole number from 2 up"),
        ("k", True, "a whole number from 2 up"),
        ("k", 10.0, "a whole number from 2 up"),
        ("k", "ten", "a whole number from 2 up"),
        ("seed", -1, "a whole number from 0 to 4294967295"),
        ("scaling", "log", "one of minmax, standard, none"),
        ("replace", "false", "true or false"),  # the exercise's own slip
        ("sample_sizes", [], "a list of at most 100 values, each a whole number from 10 up"),
        ("sample_sizes", [500, 3], "a list of at most 100 values, each a whole number from 10 up"),
        ("eps", [float("nan")], "a list of at most 100 values, each a number above 0"),
        ("eps", [float("inf")], "a list of at most 100 values, each a number above 0"),
        ("eps", [10**400], "a list of at most 100 values, each a number above 0"),
        ("min_samples", "9-2", "a list of at most 100 values, each a whole number from 1 up"),
        ("min_samples", "1-101", "a list of at most 100 values, each a whole number from 1 up"),
        ("components", 1.0, "a whole number from 1 up, or a share of the variance"),
        ("components", 0, "a whole number from 1 up, or a share of the variance"),
    ],
)
def test_what_is_refused(name, value, allowed):
    with pytest.raises(BadInputError, match=f"The setting {name} is ") as refused:
        Settings.of({name: value}, "study.toml")
    assert f"(study.toml); it must be {allowed}" in str(refused.value)


def test_numbers_of_numpy_and_text_of_the_command_line_are_understood():
    assert Settings(k=np.int64(3)).k == 3
    assert type(Settings(k=np.int64(3)).k) is int
    assert Settings(components="0.95").components == 0.95
    assert Settings(components="100").components == 100
    assert Settings(eps="9, 8,8.5").eps == (8.0, 8.5, 9.0)
    assert Settings(min_samples="2-4, 9").min_samples == (2, 3, 4, 9)


def test_the_command_line_wins_over_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("k = 10\nsample-sizes = [1000, 500]\n")
    both = Settings.combine({"k": 8, "seed": None}, path)
    assert (both.k, both.sample_sizes, both.seed) == (8, (500, 1000), None)
    assert dict(both.given) == {"k": "command line", "sample_sizes": "mine.toml"}
    assert Settings.combine(None, None) == Settings()
    assert Settings.combine(Settings(k=3), Settings(k=4, seed=5)).values() == {"k": 3, "seed": 5}


@pytest.mark.parametrize(
    ("key", "hint"),
    [("restart", "did you mean restarts?"), ("colour", "there are seed, k, shape_k")],
)
def test_an_unknown_key_is_named_with_a_hint(key, hint):
    with pytest.raises(BadInputError, match=f"no setting '{key}'") as refused:
        Settings.of({key: 1}, "study.toml")
    assert hint in str(refused.value)


@pytest.mark.parametrize("content", [b"k = ", b"\xff\xfe", b"k = 1\nk = 2\n", b"[k]\nvalue = 1"])
def test_a_file_that_is_no_toml_of_settings_is_named(tmp_path, content):
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"study\.toml"):
        Settings.read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInputError, match=r"nowhere\.toml cannot be read \(No such file"):
        Settings.read(tmp_path / "nowhere.toml")
    with pytest.raises(BadInputError, match="cannot be read"):
        Settings.read(tmp_path)


def test_settings_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().k = 3
    with pytest.raises(TypeError):
        Settings(k=3).given["k"] = "elsewhere"
