import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from sklearn import metrics

from inkcluster.figures import render
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan
from inkcluster.words import percent

RANGE = ["k-curves", "clustergram"]


@pytest.fixture(scope="module")
def found(answer, few):
    return answer("centres", few)


def by_code(found):
    return {finding.code: finding for finding in found.findings}


def table(found, name):
    return next(t.frame for t in found.tables if t.name == name)


def figure(found, name):
    return next(f for f in found.figures if f.name == name)


def shapes(kinds, labels, copies=30, seed=0):
    """Images of clearly different kinds (bright quarters) with small noise."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 12, (len(kinds) * copies, 6, 6)).astype(np.uint8)
    for i, kind in enumerate(kinds):
        rows, columns = divmod(kind, 3)
        block = slice(i * copies, (i + 1) * copies)
        pixels[block, 2 * rows : 2 * rows + 2, 2 * columns : 2 * columns + 2] += 200
    return ImageSet(pixels, np.repeat(np.array(labels), copies), "shapes")


def test_it_holds_what_every_answer_holds(found, check_answer):
    check_answer(found)
    names = ["centres", "confusion", "members", "extremes", "odd", "border", *RANGE]
    assert [f.name for f in found.figures] == names


def test_uses_are_exactly_the_values_read(read_values, few):
    assert read_values("centres", few) == set(QUESTIONS["centres"].uses)


def test_clusters_are_numbered_by_decreasing_size(found):
    sizes = np.bincount(found.arrays["labels"])
    assert len(sizes) == 10
    assert (np.diff(sizes) <= 0).all()
    assert table(found, "clusters")["size"].tolist() == sizes.tolist()


def test_centres_are_the_mean_images_of_their_members(found, few):
    labels = found.arrays["labels"]
    means = np.stack([few.pixels[labels == c].mean(axis=0) for c in range(10)])
    np.testing.assert_allclose(found.arrays["centres"], means, atol=1e-4)


def test_every_image_is_in_the_cluster_of_its_nearest_centre(found, few):
    span = np.maximum(few.flat().max(axis=0) - few.flat().min(axis=0), 1)
    scaled = (few.flat() - few.flat().min(axis=0)) / span
    gap = np.linalg.norm(scaled[:, None] - found.arrays["centres_scaled"][None], axis=2)
    own = gap[np.arange(len(few)), found.arrays["labels"]]
    assert (own <= gap.min(axis=1) * 1.05).mean() > 0.97  # it stops within a tolerance
    np.testing.assert_allclose(found.arrays["inertia"][0], (own**2).sum(), rtol=1e-6)


def test_labels_change_nothing_but_the_judgement(answer, few, found):
    shuffled = np.random.default_rng(0).permutation(few.labels)
    for labels in (shuffled, None):
        other = answer("centres", ImageSet(few.pixels, labels, "few"), k=10)
        assert other.arrays.keys() == found.arrays.keys()
        for name, array in found.arrays.items():
            np.testing.assert_array_equal(other.arrays[name], array)


def test_without_labels_there_is_all_that_needs_none(answer, few, check_answer):
    bare = answer("centres", ImageSet(few.pixels, None, "few"), k=10)
    check_answer(bare)
    names = ["centres", "members", "extremes", "odd", "border", *RANGE]
    assert [f.name for f in bare.figures] == names
    assert [t.name for t in bare.tables] == ["clusters", "k-range"]
    assert "no labels" in by_code(bare)["K1"].sentence
    assert set(figure(bare, "members").frame()["caption"]) == {""}


def test_scores_are_those_of_scikit_learn(found, few):
    row = table(found, "scores").iloc[0]
    truth, labels = few.labels, found.arrays["labels"]
    assert row["method"] == "k-means"
    assert row["ARI"] == pytest.approx(metrics.adjusted_rand_score(truth, labels))
    assert row["AMI"] == pytest.approx(metrics.adjusted_mutual_info_score(truth, labels))
    assert row["NMI"] == pytest.approx(metrics.normalized_mutual_info_score(truth, labels))
    assert row["V-measure"] == pytest.approx(metrics.v_measure_score(truth, labels))
    assert row["Fowlkes–Mallows"] == pytest.approx(metrics.fowlkes_mallows_score(truth, labels))
    counts = metrics.cluster.contingency_matrix(truth, labels)
    assert row["purity"] == pytest.approx(counts.max(axis=0).sum() / len(truth))
    rows, columns = linear_sum_assignment(counts, maximize=True)
    assert row["ACC"] == pytest.approx(counts[rows, columns].sum() / len(truth))


def test_the_sentence_says_the_numbers_of_the_table(found):
    share = percent(table(found, "scores")["ACC"][0])
    assert by_code(found)["K1"].sentence == (
        f"The k-means clusters match the classes in part: {share} of the images are in the cluster "
        "that matches their class."
    )


def test_classes_table_counts_every_image_with_the_matched_ones_on_the_diagonal(found, few):
    counts = table(found, "classes")
    assert sorted(counts["cluster"]) == list(range(10))
    numbers = counts.drop(columns="cluster").to_numpy()
    for (_, row), cluster in zip(counts.iterrows(), counts["cluster"], strict=True):
        mine = few.labels[found.arrays["labels"] == cluster]
        assert row.drop("cluster").tolist() == np.bincount(mine, minlength=10).tolist()
    rows, columns = linear_sum_assignment(numbers, maximize=True)
    assert np.trace(numbers) == numbers[rows, columns].sum()  # ten clusters, ten classes


def test_clusters_that_are_classes_give_one_finding(answer):
    found = answer("centres", shapes([0, 1, 2, 3], ["a", "b", "c", "d"]))
    assert [(f.code, f.level) for f in found.findings] == [("K1", Level.OK), ("K5", Level.OK)]
    assert (
        by_code(found)["K5"].sentence == "K-means clearly suggests four clusters, the number used."
    )
    assert "100 %" in found.findings[0].sentence
    assert "odd" not in [f.name for f in found.figures]


def test_doubled_merged_and_missing_classes_are_named(answer):
    # "a" comes in two shapes; "b" and "c" look the same
    images = shapes([0, 1, 2, 2], ["a", "a", "c", "b"])
    found = answer("centres", images, k=3)
    codes = by_code(found)
    labels = found.arrays["labels"]
    both = labels[60]
    assert set(codes) == {"K1", "K2", "K3", "K4", "K5"}
    assert codes["K2"].sentence == (
        "Class a is the largest class of two clusters: it has more than one shape."
    )
    assert codes["K3"].sentence == (
        f"Cluster {both} of k-means mixes the classes b and c; do not take it for one class."
    )
    assert (
        codes["K4"].sentence
        == f"No cluster of k-means stands for class c: 100 % of it lies in cluster {both}."
    )
    clusters = table(found, "clusters").set_index("cluster")
    assert (clusters.loc[[labels[0], labels[30]], "class"] == "a").all()
    assert clusters.loc[both, ["purity", "second", "second_share"]].tolist() == [0.5, "c", 0.5]


def test_many_doubled_merged_and_missing_classes_are_counted(answer):
    # four classes in two shapes each, of which each cluster holds two classes
    images = shapes([0, 0, 1, 1, 2, 2, 3, 3], list("abcdefgh"))
    codes = by_code(answer("centres", images, k=4))
    assert codes["K3"].sentence == (
        "Clusters 0, 1 and 2 more of k-means each mix several classes; do not take them for one class."
    )
    assert codes["K4"].sentence.startswith("No cluster of k-means stands for the classes ")
    assert codes["K4"].sentence.endswith(" and 2 more; a larger k may separate them.")
    codes = by_code(answer("centres", shapes([0, 1, 2, 3, 4, 5], list("aabbcc")), k=6))
    assert codes["K2"].sentence == (
        "Classes a, b and c are each the largest class of several clusters: they have more than one "
        "shape."
    )


def test_members_are_members_and_captions_their_labels(found, few):
    gallery = figure(found, "members")
    labels = found.arrays["labels"]
    assert len(gallery.rows) == 10
    for cluster, row in enumerate(gallery.rows):
        members = few.take(labels == cluster)
        shown = set()
        for where, caption in zip(row.where, row.captions, strict=True):
            same = (members.pixels == gallery.pixels[where]).all(axis=(1, 2))
            assert caption in {str(label) for label in members.labels[same]}
            shown.add(gallery.pixels[where].tobytes())
        assert len(shown) == min(12, len(members))


def test_nearest_stand_left_of_the_centre_and_farthest_right(found, few):
    gallery = figure(found, "extremes")
    span = np.maximum(few.flat().max(axis=0) - few.flat().min(axis=0), 1)
    scaled = (few.flat() - few.flat().min(axis=0)) / span
    for cluster, row in enumerate(gallery.rows):
        index = np.flatnonzero(found.arrays["labels"] == cluster)
        gap = np.linalg.norm(scaled[index] - found.arrays["centres_scaled"][cluster], axis=1)
        middle = list(row.captions).index("centre")
        np.testing.assert_allclose(
            gallery.pixels[row.where[middle]], found.arrays["centres"][cluster], atol=1e-5
        )
        nearest, farthest = index[gap.argmin()], index[gap.argmax()]
        np.testing.assert_array_equal(gallery.pixels[row.where[0]], few.pixels[nearest])
        np.testing.assert_array_equal(gallery.pixels[row.where[middle + 1]], few.pixels[farthest])


def test_odd_members_are_of_another_class_than_their_cluster(found, few):
    gallery = figure(found, "odd")
    clusters = table(found, "clusters")
    for cluster, row in enumerate(gallery.rows):
        assert clusters["class"][cluster] not in row.captions
    strangers = sum(
        int((few.labels[found.arrays["labels"] == c] != int(clusters["class"][c])).sum())
        for c in range(10)
    )
    assert f"({100 * strangers / 300:.1f} %)".replace(".0 %", " %") in gallery.says


def test_fewer_different_images_than_clusters_is_said(make_plan, few, check_answer):
    images = ImageSet(np.repeat(few.pixels[:3], 8, axis=0), np.arange(24) % 4, "three")
    made = make_plan(images, k=3)
    plan = Plan(**{**made.values(), "k": 4}, why=made.why)  # settings refuse it
    found = QUESTIONS["centres"].answer(images, plan, Desk())
    check_answer(found)
    assert found.arrays["centres"].shape == (3, 8, 8)
    assert found.findings[0].level is Level.WARNING
    assert found.findings[0].sentence == (
        "K-means found only 3 of 4 clusters, since no more images differ; choose a smaller k."
    )


def test_odd_sets(answer, odd_set, check_answer, tmp_path):
    found = answer("centres", odd_set, k=3)
    check_answer(found)
    assert found.arrays["centres"].shape == (3, *odd_set.shape)
    render(found.figures[0], tmp_path / "centres")


def test_two_clusters(answer, odd_sets, check_answer):
    found = answer("centres", odd_sets["two classes"], k=2)
    check_answer(found)
    assert len(figure(found, "centres").frame()) == 2


def test_more_clusters_than_rows_that_can_be_shown(answer, few, check_answer):
    found = answer("centres", few, k=60)
    check_answer(found)
    assert len(figure(found, "members").rows) == 40
    assert "40 largest of 60" in figure(found, "members").says
    assert len(figure(found, "centres").frame()) == 60


def test_hostile_labels_are_text(answer, hostile, check_answer, tmp_path):
    found = answer("centres", hostile)
    check_answer(found)
    for one in found.figures:
        svg = next(p for p in render(one, tmp_path / one.name) if p.suffix == ".svg")
        assert "<img" not in svg.read_text()
    for table_ in found.tables:
        table_.frame.to_parquet(tmp_path / f"{table_.name}.parquet")


def test_scaling_and_seed_are_taken_from_the_plan(answer, few, found):
    standard = answer("centres", few, scaling="standard")
    assert not np.array_equal(standard.arrays["centres_scaled"], found.arrays["centres_scaled"])
    labels = standard.arrays["labels"]
    means = np.stack([few.pixels[labels == c].mean(axis=0) for c in range(10)])
    np.testing.assert_allclose(standard.arrays["centres"], means, atol=1e-3)
    assert not np.array_equal(
        figure(answer("centres", few, seed=1), "members").pixels, figure(found, "members").pixels
    )


def test_progress_reaches_its_totals(answer, few, listener):
    answer("centres", few, desk=Desk(progress=listener))
    whats = [what for what, _, _ in listener.tasks]
    assert "k-means restarts" in whats
    for what, total, done in listener.tasks:
        assert done[0] == total, what


def test_the_range_of_k_holds_every_criterion_and_the_finding_says_them(found):
    frame = table(found, "k-range")
    assert frame["k"].tolist() == list(range(1, 21))
    assert frame["calinski_harabasz"][1:].notna().all()
    marked = figure(found, "k-curves").frame().query("suggested")
    assert len(marked) == 5
    said = by_code(found)["K5"]
    assert said.level is Level.DETAIL
    assert f"suggest {marked['k'].min()} to {marked['k'].max()}" in said.sentence
    assert all(frame["suggested_by"][k - 1] for k in marked["k"])
    assert "120 of the 300 images" in by_code(found)["S3"].sentence


def test_border_names_two_clusters_a_row(found):
    rows = figure(found, "border").rows
    assert 0 < len(rows) <= 12
    assert all(row.label.count("#") == 2 and len(row.where) <= 10 for row in rows)


def test_suspects_are_ranked_and_known_by_their_place_in_the_set(found, few):
    frame = table(found, "suspects")
    labels = found.arrays["labels"]
    centres = found.arrays["centres_scaled"]
    largest = {c: np.bincount(few.labels[labels == c]).argmax() for c in range(10)}
    disagree = [i for i in range(len(few)) if largest[labels[i]] != few.labels[i]]
    assert set(frame["image"]) == set(disagree)
    span = np.maximum(few.flat().max(axis=0) - few.flat().min(axis=0), 1)
    scaled = (few.flat() - few.flat().min(axis=0)) / span
    gap = np.linalg.norm(scaled[:, None] - centres[None], axis=2)
    ratio = []
    for row in frame.itertuples(index=False):
        assert row.label == few.labels[row.image]
        assert row.cluster == labels[row.image]
        theirs = [c for c in range(10) if largest[c] == row.label]
        own = gap[row.image, row.cluster]
        ratio.append(own / gap[row.image, theirs].min() if theirs else 10 + own)
    np.testing.assert_array_less(np.array(ratio[:-1]), np.array(ratio[1:]) + 1e-6)
