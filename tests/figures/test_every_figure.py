"""Every figure class of the room: its names, its data, its picture, its files."""

import importlib
import pkgutil

import numpy as np
import pytest
from matplotlib.figure import Figure as Picture

import inkcluster.figures
from inkcluster.figures import Figure, render


def figure_classes() -> list[str]:
    """The names of all classes in the room that have a frame and a picture."""
    found = set()
    for module in pkgutil.iter_modules(inkcluster.figures.__path__):
        inside = importlib.import_module(f"inkcluster.figures.{module.name}")
        found |= {
            name
            for name, value in vars(inside).items()
            if isinstance(value, type) and hasattr(value, "frame") and hasattr(value, "plot")
        }
    return sorted(found - {"Figure"})


def test_the_room_is_found_whole() -> None:
    assert len(figure_classes()) >= 14
    assert set(figure_classes()) <= set(inkcluster.figures.__all__)


@pytest.mark.parametrize("name", figure_classes())
def test_figure(name, examples, tmp_path) -> None:
    assert name in examples, f"{name} has no example in tests/figures/conftest.py"
    figure = examples[name]
    assert isinstance(figure, Figure)
    assert figure.name
    assert figure.title
    assert figure.says.endswith(".")
    with pytest.raises(AttributeError):
        figure.name = "another"
    frame = figure.frame()
    assert len(frame) > 0
    assert frame.columns.is_unique
    assert not frame.isna().all().any()
    assert isinstance(figure.plot(), Picture)
    svg, png = render(figure, tmp_path / figure.name)
    assert svg.name == f"{figure.name}.svg"
    assert png.read_bytes().startswith(b"\x89PNG")
    assert svg.stat().st_size < 300_000


@pytest.mark.parametrize("name", figure_classes())
def test_frame_is_written_and_read_as_parquet(name, examples, tmp_path) -> None:
    import pandas as pd

    frame = examples[name].frame()
    frame.to_parquet(tmp_path / "frame.parquet")
    assert len(pd.read_parquet(tmp_path / "frame.parquet")) == len(frame)


@pytest.mark.parametrize("name", figure_classes())
def test_plot_leaves_the_settings_of_matplotlib_alone(name, examples) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    examples[name].plot()
    assert dict(mpl.rcParams) == before


def test_pictures_need_no_pyplot() -> None:
    import subprocess
    import sys

    script = (
        "import sys, numpy as np; from inkcluster.figures import Centres;"
        "Centres('a', 'b', 'c', np.ones((2, 4, 4)), [1, 2]).plot();"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_room_is_imported_without_matplotlib() -> None:
    import subprocess
    import sys

    script = (
        "import sys, inkcluster.figures;"
        "sys.exit(any(m in sys.modules for m in ('matplotlib', 'pandas', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def smallest() -> list[Figure]:
    """Figures with as little in them as a study may hand over."""
    import pandas as pd

    from inkcluster import evaluate
    from inkcluster import figures as f

    head = ("a", "A.", "A.")
    one = np.zeros((1, 1))
    no_scores = pd.DataFrame({"ARI": [np.nan]}, index=["m"])
    no_counts = pd.DataFrame({"sample_size": [], "k": [], "count": []})
    line = pd.DataFrame(
        {"eps": [1.0], "clusters": [0], "noise_share": [1.0], "largest_share": [0.0]}
    )
    no_flows = evaluate.clustergram(np.zeros((2, 1)), {2: [0, 1]})
    pair = np.array([[0.0, 1.0, 3.0, 2.0]])

    def condensed(rows: list[tuple[int, int, float, int]]) -> np.ndarray:
        names = ("parent", "child", "lambda_val", "child_size")
        return np.array(rows, list(zip(names, (int, int, float, int), strict=True)))

    return [
        f.Gallery(*head, np.zeros((0, 8, 8), np.uint8), []),
        f.Gallery(*head, np.zeros((1, 3, 40), np.uint8), [f.GalleryRow("", [0]), f.GalleryRow("none", [])]),
        f.Centres(*head, np.full((1, 40, 3), np.nan), [0], [""]),
        f.Centres(*head, np.zeros((0, 4, 4)), []),
        f.Confusion(*head, one.astype(int), ["#0"], ["a"]),
        f.Scoreboard(*head, no_scores),
        f.Restarts(*head, [5.0], [np.nan]),
        f.Restarts(*head, [0.0, 0.0]),
        f.AgreementMap(*head, one, ["only"]),
        f.AgreementMap(*head, np.full((2, 2), np.nan), ["a", "b"]),
        f.Dendrogram(*head, pair, 2, np.zeros((2, 4, 4)), truncate=None),
        f.Dendrogram(*head, np.array([[0.0, 1.0, 0.0, 2.0], [2.0, 3.0, 0.0, 3.0]]), 2),
        f.Dendrogram(*head, pair, None),
        f.PictureTree(*head, pair, 2, np.zeros((3, 4, 4)), None, ["a", "b", "a"], [1.0, 1.0, 0.5]),
        f.PictureTree(*head, np.array([[0.0, 1.0, 0.0, 2.0], [2.0, 3.0, 0.0, 3.0]]), 2, np.zeros((5, 9, 2))),
        f.PictureTree(*head, pair, None, np.zeros((3, 1, 1)), 1),
        f.AlongHierarchy(*head, {"one": [0.0]}, {"k": 5}),
        f.AlongHierarchy(*head, {"none": [np.nan, np.nan]}),
        f.AlongHierarchy(*head, {}),
        f.Dendrograms(*head, []),
        f.Dendrograms(*head, [("one", pair, 1)]),
        f.SuggestionCounts(*head, no_counts),
        f.MergeHeights(*head, {"one": np.array([0.0])}, {"one": 2}),
        f.MergeHeights(*head, {}),
        f.ClusterSizes(*head, {"all noise": []}, {"all noise": 5}),
        f.ClusterSizes(*head, {}),
        f.EpsMap(*head, [1.0], [2], {"clusters": one, "ARI": np.full((1, 1), np.nan)}),
        f.EpsMap(*head, [1.0], [2], {}),
        f.KCurves(*head, [1], {"a": [np.nan]}),
        f.KCurves(*head, [1, 2], {"a": [0.0, 0.0]}, {"a": 2}, {"a": [0.0, np.nan]}, used=9),
        f.KCurves(*head, [], {}),
        f.Clustergram(*head, no_flows),
        f.Clustergram(*head, evaluate.clustergram(np.zeros((2, 1)), {1: [0, 0], 2: [0, 1]})),
        f.KDistance(*head, np.array([0.0]), None, 1),
        f.CondensedTree(*head, condensed([(2, 0, 1.0, 1), (2, 1, 1.0, 1)]), np.array([], int)),
        f.CondensedTree(*head, condensed([(2, 0, np.inf, 1), (2, 1, np.inf, 1)]), [2], one[None]),
        f.Reachability(*head, [np.inf, 0.0], [1, 0], [-1, -3]),
        f.Reachability(*head, [np.inf], [0], [0]),
        f.Spectrum(*head, [1.0], [], 1),
        f.Spectrum(*head, [1.0, 1.0, 0.5], [5e8], 2, (2,)),
        f.ImageMap(*head, np.zeros((1, 2)), [-1], np.zeros((0, 4, 4)), np.zeros((0, 2))),
        f.ImageMap(*head, np.array([[0, 5.0], [0, 5.0]]), [0, 0], np.ones((2, 3, 9)), np.zeros((2, 2)), ["a", ""]),
        f.Sweep(*head, [1.0], {"a": line}),
        f.Sweep(*head, [], {}),
    ]  # fmt: skip


@pytest.mark.parametrize("figure", smallest(), ids=lambda figure: type(figure).__name__)
def test_smallest(figure, tmp_path) -> None:
    figure.frame()
    svg, _ = render(figure, tmp_path / "small")
    assert "nan" not in svg.read_text().lower().split("<image")[0]
