import numpy as np
import pytest
from scipy.cluster import hierarchy as scipy_hierarchy
from scipy.spatial.distance import pdist
from sklearn.metrics import adjusted_rand_score
from sklearn.utils import resample

from inkcluster.cluster import hierarchy
from inkcluster.errors import TooLittleMemoryError
from inkcluster.figures import render
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.words import decimals, listed, several

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")


@pytest.fixture(scope="module")
def found(answer, few):
    return answer("linkages", few)


def by_code(found):
    return {finding.code: finding for finding in found.findings}


def table(found):
    return found.tables[0].frame.set_index("linkage")


def figure(found, name):
    return next(f for f in found.figures if f.name == name)


def test_it_holds_what_every_answer_holds(found, check_answer):
    check_answer(found)
    names = [f.name for f in found.figures]
    assert {
        "sizes",
        "centres",
        "scores",
        "along",
        "agreement",
        "dendrograms",
        "members-ward",
    } <= set(names)
    assert set(by_code(found)) == {"L1", "L2", "S3"}


def test_uses_are_exactly_the_values_read(read_values, few):
    assert read_values("linkages", few) == set(QUESTIONS["linkages"].uses)


def test_hierarchies_are_scipys_on_the_raw_pixels_of_the_sample(found, few):
    index = found.arrays["index"]
    expected = resample(np.arange(300), n_samples=150, replace=False, random_state=69)
    np.testing.assert_array_equal(index, expected)
    rows = few.flat()[index].astype(float)
    for method in METHODS:
        np.testing.assert_allclose(
            found.arrays[f"linkage_{method}"][:, 2],  # equal heights may come in another order
            scipy_hierarchy.linkage(pdist(rows), method)[:, 2],
            rtol=1e-12,
        )


@pytest.mark.parametrize("method", ["ward", "average", "complete", "weighted"])  # no ties there
def test_clusters_are_fclusters(found, method):
    Z = found.arrays[f"linkage_{method}"]
    flat = scipy_hierarchy.fcluster(Z, 10, "maxclust")
    assert flat.max() == 10
    assert adjusted_rand_score(flat, found.arrays[f"labels_{method}"]) == 1


def test_table_and_sizes_count_the_clusters(found):
    frame = table(found)
    assert tuple(frame.index) == METHODS
    for method in METHODS:
        sizes = np.bincount(found.arrays[f"labels_{method}"])
        assert (frame.loc[method, "largest"], frame.loc[method, "smallest"]) == (
            sizes.max(),
            sizes.min(),
        )
        assert frame.loc[method, "single_images"] == (sizes == 1).sum()
        assert frame.loc[method, "chains"] == (sizes.max() > 0.9 * 150)
        assert figure(found, "sizes").sizes[method].tolist() == sizes.tolist()


def test_centres_are_mean_images(found, few):
    sample = few.pixels[found.arrays["index"]]
    gallery = figure(found, "centres")
    for method, row in zip(METHODS, gallery.rows, strict=True):
        labels = found.arrays[f"labels_{method}"]
        means = np.stack([sample[labels == c].mean(axis=0) for c in range(10)])
        np.testing.assert_allclose(found.arrays[f"centres_{method}"], means)
        np.testing.assert_allclose(gallery.pixels[list(row.where)], means)


def test_scores_and_agreement_are_scikit_learns(found, few):
    truth = few.labels[found.arrays["index"]]
    labels = [found.arrays[f"labels_{method}"] for method in METHODS]
    expected = [adjusted_rand_score(truth, row) for row in labels]
    np.testing.assert_allclose(table(found)["ARI"], expected, atol=1e-12)
    np.testing.assert_allclose(figure(found, "scores").frame_["ARI"], expected, atol=1e-12)
    pairs = [[adjusted_rand_score(a, b) for b in labels] for a in labels]
    np.testing.assert_allclose(found.arrays["ari"], pairs, atol=1e-12)
    others = np.array(pairs)[np.triu_indices(7, 1)]
    said = by_code(found)["L2"]
    assert said.level is (Level.OK if others.min() >= 0.5 else Level.DETAIL)
    assert f"of two is {decimals(others.min())} (" in said.sentence
    assert f") to {decimals(others.max())} (" in said.sentence


def test_chaining_names_the_linkages_of_the_table(answer, digits):
    found = answer("linkages", digits, linkage_sample=1000)
    frame = table(found)
    assert 0 < frame["chains"].sum() < 7
    said = by_code(found)["L1"]
    assert said.level is (Level.NOTICE if frame["chains"].sum() > 3 else Level.DETAIL)
    chained = listed(frame.index[frame["chains"]])
    assert said.sentence == (
        f"With the linkages {chained}, almost all images are in one cluster; disregard their clusters."
    )
    number = several(int(frame["chains"].sum()), "way").split()[0]
    assert f"{number} of seven ways to merge images put almost all into one" in found.says
    assert found.says.endswith(f"{frame['ARI'].idxmax()} comes closest to the labels.")
    outside = figure(found, "outsiders").frame()
    for method in frame.index[frame["chains"]]:
        beyond = 1000 - frame.loc[method, "largest"]
        rows = outside[outside["row"] == f"{method}\n{beyond}"]
        assert len(rows) == min(beyond, 20)


def test_no_chain_is_fine(answer, check_answer):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 20, (90, 4, 4)).astype(np.uint8)
    pixels[30:60, :2] += 200
    pixels[60:, 2:] += 200
    found = answer("linkages", ImageSet(pixels, np.repeat([0, 1, 2], 30), "three"))
    check_answer(found)
    assert [f.level for f in found.findings] == [Level.OK, Level.OK]
    assert "outsiders" not in [f.name for f in found.figures]
    assert (table(found)["ARI"] == 1).all()


def test_labels_change_nothing_but_the_judgement(answer, few, found, check_answer):
    shuffled = np.random.default_rng(0).permutation(few.labels)
    for labels in (shuffled, None):
        other = answer("linkages", ImageSet(few.pixels, labels, "few"), k=10)
        assert other.arrays.keys() == found.arrays.keys()
        for name, array in found.arrays.items():
            np.testing.assert_array_equal(other.arrays[name], array)
    check_answer(other)
    assert "scores" not in [f.name for f in other.figures]
    assert "ARI" not in table(other).columns
    assert by_code(other)["L2"] == by_code(found)["L2"]


def test_the_whole_set_needs_no_notice_and_no_drawing(answer, few):
    found = answer("linkages", few, linkage_sample=300)
    assert found.arrays["index"].tolist() == list(range(300))
    assert "S3" not in by_code(found)


def test_the_notice_says_how_many(found):
    said = by_code(found)["S3"]
    assert said.level is Level.DETAIL
    assert "rests on 150 of the 300 images" in said.sentence


def test_a_sample_with_replacement(answer, few, check_answer):
    found = answer("linkages", few, linkage_sample=200, replace=True)
    check_answer(found)
    expected = resample(np.arange(300), n_samples=200, replace=True, random_state=69)
    np.testing.assert_array_equal(found.arrays["index"], expected)
    assert "with replacement" in by_code(found)["S3"].sentence


def test_all_images_are_no_sample_even_with_replacement(answer, few):
    found = answer("linkages", few, linkage_sample=300, replace=True)
    assert found.arrays["index"].tolist() == list(range(300))


def test_the_best_agreement_along_each_hierarchy_is_in_the_table(found, few):
    from inkcluster.evaluate import along_hierarchy

    truth = few.labels[found.arrays["index"]]
    for method, row in table(found).iterrows():
        ari = along_hierarchy(found.arrays[f"linkage_{method}"], truth)["ari"].to_numpy()
        assert row["best_ARI"] == ari.max() == ari[row["best_clusters"] - 1]
        assert row["ARI"] == pytest.approx(ari[9])


def test_what_does_not_fit_into_memory_rests_on_a_sample(answer, few, monkeypatch, check_answer):
    from inkcluster.study.steps import hierarchies

    linkages = hierarchy.linkages

    def short(vectors, methods):
        if len(vectors) == 300 and set(methods) & {"average", "complete", "weighted"}:
            raise TooLittleMemoryError("They do not fit.", 2_500_000_000, 1_000_000_000)
        return linkages(vectors, methods)

    monkeypatch.setattr(hierarchies, "FALLBACK", 100)
    monkeypatch.setattr(hierarchy, "linkages", short)
    found = answer("linkages", few, linkage_sample=300)
    check_answer(found)
    stored = ("average", "complete", "weighted")
    said = [f.sentence for f in found.findings if f.code == "S3"]
    assert len(said) == 3
    for method, words in zip(stored, said, strict=True):
        assert words.startswith(f"The {method} linkage rests on 100 images drawn at random")
        assert words.endswith("need 2.50 GB, and 1.00 GB is available.")
        index = found.arrays[f"index_{method}"]
        assert len(index) == len(found.arrays[f"labels_{method}"]) == 100
        rows = few.flat()[index].astype(float)
        np.testing.assert_allclose(
            found.arrays[f"linkage_{method}"][:, 2],
            scipy_hierarchy.linkage(pdist(rows), method)[:, 2],
            rtol=1e-12,
        )
    labels = {m: found.arrays[f"labels_{m}"] for m in METHODS}
    on_both = adjusted_rand_score(labels["ward"][index], labels["average"])
    assert found.arrays["ari"][0, 2] == pytest.approx(on_both)
    assert table(found)["images"].tolist() == [300, 300, 100, 100, 100, 300, 300]


def test_small_dendrograms_are_those_of_the_exercises_draw(found, few):
    figure_ = figure(found, "dendrograms")
    drawn = resample(np.arange(300), n_samples=30, replace=False, random_state=69)
    rows = few.flat()[drawn].astype(float)
    for method, (title, Z, k) in zip(METHODS, figure_.panels, strict=True):
        assert (title, k) == (method, 10)
        np.testing.assert_allclose(Z, hierarchy.linkage(rows, method), rtol=1e-12)


def test_odd_sets(answer, odd_set, check_answer, tmp_path):
    found = answer("linkages", odd_set, k=3)
    check_answer(found)
    if odd_set.name in ("rectangular", "tiny"):
        for one in found.figures:
            render(one, tmp_path / one.name)


def test_k_from_two_to_more_than_can_be_shown(answer, few, check_answer):
    for k in (2, 40):
        found = answer("linkages", few, k=k)
        check_answer(found)
        assert (table(found)["clusters"] == k).all()
    assert "24 largest of 40" in figure(found, "centres").says


def test_hostile_labels_are_text(answer, hostile, check_answer, tmp_path):
    found = answer("linkages", hostile)
    check_answer(found)
    for path in render(figure(found, "members-ward"), tmp_path / "members"):
        assert path.suffix != ".svg" or "<img" not in path.read_text()


def test_progress_reaches_its_total(answer, few, listener):
    answer("linkages", few, desk=Desk(progress=listener))
    told = {what: (total, done[0]) for what, total, done in listener.tasks}
    assert told["linkages"] == (7, 7)


def test_outsiders_are_one_of_each_cluster_in_turn(answer, digits):
    found = answer("linkages", digits, linkage_sample=1000)
    shown = figure(found, "outsiders")
    for row in shown.rows:
        method = row.label.split("\n")[0]
        labels = found.arrays[f"labels_{method}"]
        beyond = labels[labels > 0]
        assert row.label.endswith(f"{len(beyond)}")
        kept = min(len(beyond), 20)
        assert len(row.where) == kept
        pixels = digits.pixels[found.arrays["index"]]
        each = [
            labels[np.flatnonzero((pixels == shown.pixels[i]).all(axis=(1, 2)))[0]]
            for i in row.where
        ]
        assert len(set(each)) == min(kept, len(set(beyond.tolist())))


def test_centroid_and_median_are_built_at_once_and_kept_apart(answer, found, few, monkeypatch):
    asked = []
    linkages = hierarchy.linkages
    monkeypatch.setattr(
        hierarchy,
        "linkages",
        lambda y, methods: asked.append(tuple(methods)) or linkages(y, methods),
    )
    again = answer("linkages", few)
    assert sorted(asked) == sorted(
        [(m,) for m in METHODS if m not in ("centroid", "median")] + [("centroid", "median")]
    )
    for method in METHODS:
        name = f"linkage_{method}"
        np.testing.assert_array_equal(again.arrays[name], found.arrays[name])
