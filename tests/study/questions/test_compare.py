import numpy as np
import pytest
from scipy.cluster import hierarchy as scipy_hierarchy
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from sklearn.preprocessing import MinMaxScaler

from inkcluster.cluster import NOISE, ShapeClustering, hierarchy, relabel_by_size
from inkcluster.errors import BadInputError
from inkcluster.figures import render
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.words import percent, sentence

ASKED = {"eps": (1.0, 1.4, 1.8), "sweep_eps": (1.0, 1.5, 2.5), "components": 8, "many": 25}
KINDS = ("k-means", *hierarchy.METHODS, "DBSCAN", "HDBSCAN")


@pytest.fixture(scope="module")
def found(answer, few):
    return answer("compare", few, compare_sample=260, **ASKED)


@pytest.fixture(scope="module")
def sample(found, few):
    return few.take(found.arrays["index"])


@pytest.fixture(scope="module")
def vectors(sample):
    return PCA(8, whiten=True, svd_solver="covariance_eigh").fit_transform(sample.flat())


def codes(found):
    return {finding.code: finding for finding in found.findings}


def table(found, name):
    return next(t.frame for t in found.tables if t.name == name)


def figure(found, name):
    return next(f for f in found.figures if f.name == name)


def labels_of(found, name):
    return found.arrays["labels_" + name.lower().replace(" ", "_").replace("-", "")]


def test_it_holds_what_every_answer_holds(found, check_answer):
    check_answer(found)
    names = {f.name for f in found.figures}
    assert names == {
        *("scores", "sizes", "agreement", "kmeans-centres", "kmeans-around"),
        *("ward-dendrogram", "ward-members", "ward-worth"),
    }
    assert set(codes(found)) == {"C1", "C2", "C3", "C4", "S3"}
    assert table(found, "scores")["method"].tolist() == [
        *(f"{kind} {space}" for space in ("on pixels", "after PCA") for kind in KINDS),
        "shape clustering",
    ]


def test_shape_clustering_is_that_of_question_7(answer, found, few):
    whole = answer("shape", few).arrays["labels"]
    kept = relabel_by_size(whole[found.arrays["index"]])
    np.testing.assert_array_equal(labels_of(found, "shape clustering"), kept)


def test_where_shape_clustering_cannot_be_had_the_others_are_compared(answer, few, monkeypatch):
    def refuse(self, X, y=None):
        raise BadInputError("No shapes in these.")

    monkeypatch.setattr(ShapeClustering, "fit", refuse)
    found = answer("compare", few, compare_sample=120, **ASKED)
    assert "shape clustering" not in table(found, "scores")["method"].tolist()
    assert len(table(found, "scores")) == 2 * len(KINDS)


def test_uses_are_exactly_the_values_read(read_values, few):
    assert read_values("compare", few) == set(QUESTIONS["compare"].uses)


@pytest.mark.parametrize("method", ["ward", "average", "complete", "weighted"])
@pytest.mark.parametrize("space", ["on pixels", "after PCA"])
def test_linkages_are_scipys_on_raw_pixels_and_after_whitening(
    found, sample, vectors, method, space
):
    rows = sample.flat().astype(float) if space == "on pixels" else vectors
    flat = scipy_hierarchy.fcluster(scipy_hierarchy.linkage(rows, method), 10, "maxclust")
    np.testing.assert_array_equal(labels_of(found, f"{method} {space}"), relabel_by_size(flat))


@pytest.mark.parametrize("space", ["on pixels", "after PCA"])
def test_dbscan_is_scikit_learns_at_the_eps_of_the_rule(found, sample, vectors, space):
    on_pixels = space == "on pixels"
    rows = MinMaxScaler().fit_transform(sample.flat()) if on_pixels else vectors
    tried = []
    for eps in ASKED["eps" if on_pixels else "sweep_eps"]:
        labels = DBSCAN(eps=eps, min_samples=3).fit_predict(rows)
        sizes = np.bincount(labels[labels >= 0])
        noise = np.mean(labels == NOISE)
        tried.append((noise > 0.5, -np.sum(sizes >= 5) if noise <= 0.5 else 0, noise, eps, labels))
    *_, eps, labels = min(tried, key=lambda one: one[:4])
    np.testing.assert_array_equal(labels_of(found, f"DBSCAN {space}"), relabel_by_size(labels))
    settings = table(found, "sizes").set_index("method").loc[f"DBSCAN {space}", "settings"]
    assert f"eps {eps:g}" in settings or f"eps {eps}" in settings


@pytest.mark.parametrize("space", ["on pixels", "after PCA"])
def test_hdbscan_is_scikit_learns_with_the_settings_of_question_5(found, sample, vectors, space):
    rows = MinMaxScaler().fit_transform(sample.flat()) if space == "on pixels" else vectors
    labels = HDBSCAN(min_cluster_size=5, min_samples=2, copy=True).fit(rows).labels_
    ours = labels_of(found, f"HDBSCAN {space}")
    assert adjusted_rand_score(ours, labels) == 1
    np.testing.assert_array_equal(ours == NOISE, labels == NOISE)
    assert (np.diff(np.bincount(ours[ours >= 0])) <= 0).all()
    settings = table(found, "sizes").set_index("method").loc[f"HDBSCAN {space}", "settings"]
    assert settings == "min_cluster_size 5, min_samples 2"


def test_scores_are_scikit_learns_with_noise_and_without(found, sample):
    frame = table(found, "scores").set_index("method")
    for name in frame.index:
        labels = labels_of(found, name)
        assert frame.loc[name, "ARI"] == pytest.approx(adjusted_rand_score(sample.labels, labels))
        assert frame.loc[name, "AMI"] == pytest.approx(
            adjusted_mutual_info_score(sample.labels, labels), abs=1e-9
        )
        kept = labels >= 0
        assert frame.loc[name, "ARI, noise left out"] == pytest.approx(
            adjusted_rand_score(sample.labels[kept], labels[kept])
        )
        assert frame.loc[name, "noise share"] == pytest.approx(1 - kept.mean())


def test_the_best_method_is_the_tables_best(found):
    frame = table(found, "scores").set_index("method")
    best = frame["ARI"].idxmax()
    share, second = percent(frame.loc[best, "ACC"]), frame["ARI"].nlargest(2).index[1]
    assert codes(found)["C1"].sentence == (
        f"{sentence(best)} agrees best with the labels ({share} of the images in the matching cluster, "
        f"ARI {frame.loc[best, 'ARI']:.3f}); {second} is second."
    )
    assert figure(found, "scores").says.lower().startswith(f"{best} leads".lower())
    board = figure(found, "scores").frame_
    np.testing.assert_allclose(board["ACC"], frame["ACC"])


def test_whitening_is_judged_by_the_tables_numbers(found):
    scores = table(found, "scores").set_index("method")["ARI"]
    frame = table(found, "whitening").set_index("method")
    assert frame.index.tolist() == list(KINDS)
    agreement = table(found, "agreement").set_index("method")
    for kind, row in frame.iterrows():
        before, after = f"{kind} on pixels", f"{kind} after PCA"
        assert row["ARI on pixels"] == scores[before]
        assert row["ARI after PCA"] == scores[after]
        assert row["change"] == pytest.approx(scores[after] - scores[before])
        assert row["ARI between the two"] == agreement.loc[before, after]
    helped, hurt = (frame["change"] >= 0.01).sum(), (frame["change"] <= -0.01).sum()
    most = frame["change"].abs().idxmax()
    assert codes(found)["C3"].level is Level.DETAIL
    assert codes(found)["C3"].sentence == (
        f"PCA whitening brings {helped} of {len(KINDS)} methods closer to the labels and takes {hurt} "
        f"further away; {most} changes most."
    )


def test_agreement_is_the_ari_of_every_two(found):
    frame = table(found, "agreement").set_index("method")
    for first in frame.index:
        for second in frame.columns:
            expected = adjusted_rand_score(labels_of(found, first), labels_of(found, second))
            assert frame.loc[first, second] == pytest.approx(expected, abs=1e-9)
    np.testing.assert_array_equal(figure(found, "agreement").matrix, found.arrays["agreement"])


def test_agreement_leaves_out_methods_that_say_nothing(found):
    frame, shares = table(found, "agreement").set_index("method"), table(found, "sizes")
    noise = shares["noise"] / 260
    telling = shares["method"][(shares["largest share"] <= 0.9) & (noise <= 0.9)].tolist()
    assert 2 < len(telling) < len(shares)
    pairs = [frame.loc[a, b] for i, a in enumerate(telling) for b in telling[:i]]
    alike = sum(value >= 0.5 for value in pairs)
    words = codes(found)["C2"].sentence
    assert words.startswith(f"Of {len(pairs)} pairs of methods, {alike} agree well; ")
    assert words.endswith(f"(ARI {max(pairs):.3f}).")
    assert "Finding C2 does not count" in figure(found, "agreement").says


def test_k_means_centres_go_back_through_the_pca(found, sample, vectors):
    labels = labels_of(found, "k-means after PCA")
    pca = PCA(8, whiten=True, svd_solver="covariance_eigh").fit(sample.flat())
    middle = np.stack([vectors[labels == c].mean(axis=0) for c in range(10)])
    drawn = figure(found, "kmeans-centres")
    np.testing.assert_allclose(
        drawn.centres, pca.inverse_transform(middle).reshape(-1, 8, 8), atol=1e-6
    )
    assert list(drawn.sizes) == np.bincount(labels).tolist()
    frame = table(found, "kmeans-whitened")
    assert frame["size"].tolist() == np.bincount(labels).tolist()


def test_nearest_and_farthest_members_stand_beside_their_centre(found, sample, vectors):
    labels = labels_of(found, "k-means after PCA")
    gallery = figure(found, "kmeans-around")
    for cluster, row in enumerate(gallery.rows):
        members = np.flatnonzero(labels == cluster)
        apart = np.linalg.norm(vectors[members] - vectors[members].mean(axis=0), axis=1)
        order = members[np.argsort(apart, kind="stable")]
        shown = gallery.pixels[np.array(row.where)]
        np.testing.assert_allclose(shown[0], found.arrays["kmeans_pictures"][cluster])
        np.testing.assert_array_equal(shown[1:6], sample.pixels[order[:5]])
        np.testing.assert_array_equal(shown[6:], sample.pixels[order[::-1][:5]])
        assert row.captions[0] == "centre"
        assert row.captions[1] == f"near · {sample.labels[order[0]]}"


@pytest.mark.parametrize(("name", "k"), [("ward-k", 10), ("ward-many", 25)])
def test_ward_is_numbered_as_scikit_learn_numbers_it(found, vectors, name, k):
    expected = AgglomerativeClustering(k).fit_predict(vectors)
    np.testing.assert_array_equal(found.arrays[name.replace("-", "_")], expected)
    frame = table(found, name)
    assert frame["cluster"].tolist() == list(range(k))
    assert frame["size"].tolist() == np.bincount(expected).tolist()


def test_wards_dendrogram_is_the_whitened_hierarchy(found, sample, vectors):
    drawn = figure(found, "ward-dendrogram")
    np.testing.assert_allclose(drawn.Z, scipy_hierarchy.ward(vectors))
    assert drawn.k == 10
    members = drawn.leaf_members()
    assert len(members) == len(drawn.leaf_pictures) == 30
    np.testing.assert_allclose(drawn.leaf_pictures[3], sample.pixels[members[3]].mean(axis=0))


def test_members_of_wards_clusters_are_shown_ten_each(found, sample):
    labels, gallery = found.arrays["ward_k"], figure(found, "ward-members")
    assert len(gallery.rows) == 10
    for cluster, row in enumerate(gallery.rows):
        members = np.flatnonzero(labels == cluster)[:10]
        np.testing.assert_array_equal(gallery.pixels[np.array(row.where)], sample.pixels[members])
        assert list(row.captions) == [str(label) for label in sample.labels[members]]


def test_clusters_worth_looking_at_are_named_in_the_finding_with_their_reasons(found):
    frame, words = table(found, "ward-worth"), codes(found)["C4"].sentence
    assert len(frame) == 5
    assert codes(found)["C4"].level is Level.DETAIL
    first, second = (
        f"cluster {row.cluster} ({row.reason.split(':')[0]})" for row in frame.iloc[:2].itertuples()
    )
    assert (
        words == f"Of Ward's 25 clusters after PCA whitening, look first at {first} and {second}."
    )
    shown = [int(row.label.split()[1]) for row in figure(found, "ward-worth").rows]
    assert shown == frame["cluster"].tolist()


def test_without_labels_nothing_is_judged_and_nothing_else_changes(
    answer, few, found, check_answer
):
    bare = ImageSet(few.pixels, None, "few")
    other = answer("compare", bare, k=10, shape_k=0, compare_sample=260, **ASKED)
    check_answer(other)
    assert "scores" not in {t.name for t in other.tables} | {f.name for f in other.figures}
    assert "C1" not in codes(other)
    alike = table(other, "whitening").set_index("method")["ARI between the two"]
    assert codes(other)["C3"].sentence == (
        "Without labels, PCA whitening cannot be judged; it changes the clusters of "
        f"{alike.idxmin()} most and those of {alike.idxmax()} least."
    )
    same_arrays(found, other)


def test_permuted_labels_give_the_same_arrays(answer, few, found, rng):
    mixed = ImageSet(few.pixels, rng.permutation(few.labels), "few")
    same_arrays(found, answer("compare", mixed, compare_sample=260, **ASKED))


def same_arrays(found, other):
    assert set(found.arrays) == set(other.arrays)
    for name, array in found.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name], err_msg=name)


def test_noise_and_one_cluster_alone_are_compared_too(answer, few, check_answer):
    found = answer("compare", few, eps=(0.01,), sweep_eps=(90.0,))
    check_answer(found)
    frame = table(found, "sizes").set_index("method")
    assert frame.loc["DBSCAN on pixels", "noise"] == 120
    assert frame.loc["DBSCAN after PCA", "clusters"] == 1


def test_linkages_that_do_not_fit_into_memory_are_left_out(answer, few, check_answer, monkeypatch):
    from inkcluster.errors import TooLittleMemoryError

    def refuse(rows, method):
        raise TooLittleMemoryError("too little", 7 * 10**7, 10**6)

    monkeypatch.setattr(hierarchy, "linkages", refuse)
    found = answer("compare", few)
    check_answer(found)
    assert len(table(found, "scores")) == 7  # k-means, DBSCAN and HDBSCAN twice, and the shapes
    assert "ward_k" not in found.arrays
    warning = [f for f in found.findings if f.code == "S3" and f.level is Level.WARNING]
    assert warning[0].sentence.startswith("14 linkages are left out of the comparison")
    assert "up to 0.07 GB needed, 0.00 GB available" in warning[0].sentence
    says = next(t.says for t in found.tables if t.name == "sizes")
    assert "Left out for lack of memory: ward on pixels, single on pixels" in says


def test_the_whole_set_takes_the_linkages_of_question_four(few, make_plan, monkeypatch):
    made = make_plan(few, compare_sample=300, linkage_sample=300)
    desk = Desk()
    apart = QUESTIONS["linkages"].answer(few, made, desk)
    own, built = hierarchy.linkages, []
    monkeypatch.setattr(
        hierarchy, "linkages", lambda rows, how: built.append(rows.shape[1]) or own(rows, how)
    )
    found = QUESTIONS["compare"].answer(few, made, desk)
    assert set(built) == {made.components}  # none on pixels
    for method in hierarchy.METHODS:
        np.testing.assert_array_equal(
            found.arrays[f"labels_{method}_on_pixels"],
            apart.arrays[f"labels_{method}"][found.arrays["index"]],
        )


def test_odd_sets_get_an_answer(answer, odd_set, check_answer, tmp_path):
    found = answer("compare", odd_set, k=2, many=5)
    check_answer(found)
    for one in found.figures:
        render(one, tmp_path / one.name)


def test_hostile_labels_do_no_harm(answer, hostile, check_answer, tmp_path):
    found = answer("compare", hostile)
    check_answer(found)
    for one in found.figures:
        render(one, tmp_path / one.name)


def test_steps_are_kept(answer, few, monkeypatch):
    from inkcluster.cluster import AgglomerativeClustering as Ours
    from inkcluster.cluster import KMeans

    desk = Desk()
    first = answer("compare", few, desk=desk)
    for slow in (KMeans, Ours):
        monkeypatch.setattr(slow, "fit", lambda *_: pytest.fail("computed again"))
    monkeypatch.setattr(hierarchy, "linkages", lambda *_: pytest.fail("computed again"))
    same_arrays(first, answer("compare", few, desk=desk))


def test_progress_ends_where_it_said(make_plan, few, listener):
    QUESTIONS["compare"].answer(few, make_plan(few), Desk(progress=listener))
    assert {"comparison", "methods"} <= {what for what, _, _ in listener.tasks}
    for what, total, done in listener.tasks:
        assert done[0] == total, what
