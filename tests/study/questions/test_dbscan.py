import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler

from inkcluster.cluster import NOISE, DBSCANGrid
from inkcluster.errors import TooLittleMemoryError
from inkcluster.evaluate import knee
from inkcluster.figures import render
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings import plan as plans
from inkcluster.study.settings.settings import Settings
from inkcluster.study.steps import samples
from inkcluster.study.steps.density import MEMBERS, MOST_NOISE, Counts, choose, count
from inkcluster.study.steps.samples import draw, whitened
from inkcluster.words import percent, several

EPS, LEAST = (0.8, 1.1, 1.4, 1.8), (2, 3, 5)
ASKED = {"eps": EPS, "min_samples": LEAST, "sweep_eps": (0.5, 1.0, 1.5, 9.0), "components": 6}


@pytest.fixture(scope="module")
def found(answer, few):
    return answer("dbscan", few, map_sample=250, sweep_sample=280, **ASKED)


def codes(found):
    return {finding.code: finding for finding in found.findings}


def table(found, name):
    return next(t.frame for t in found.tables if t.name == name)


def figure(found, name):
    return next(f for f in found.figures if f.name == name)


def test_it_holds_what_every_answer_holds(found, check_answer):
    check_answer(found)
    names = {f.name for f in found.figures}
    assert {"map", "k-distance", "members", "noise", "sweep", "sweep-sizes"} <= names
    assert set(codes(found)) == {"D1", "D2", "D3", "D4", "D5", "D6", "S3"}


def test_uses_are_exactly_the_values_read(read_values, few):
    assert read_values("dbscan", few) == set(QUESTIONS["dbscan"].uses)


def test_the_map_is_scikit_learns_on_minmax_scaled_pixels(found, few):
    rows = MinMaxScaler().fit_transform(few.flat()[found.arrays["map_index"]])
    frame = table(found, "map").set_index(["eps", "min_samples"])
    truth = few.labels[found.arrays["map_index"]]
    for i, eps in enumerate(EPS):
        for j, least in enumerate(LEAST):
            expected = DBSCAN(eps=eps, min_samples=least).fit_predict(rows)
            np.testing.assert_array_equal(found.arrays["map_labels"][i, j], expected)
            cell = frame.loc[(eps, least)]
            assert cell["clusters"] == len(set(expected) - {NOISE})
            assert cell["noise share"] == pytest.approx(np.mean(expected == NOISE))
            assert cell["percentage clustered"] == pytest.approx(100 * np.mean(expected >= 0))
            assert cell["ARI"] == pytest.approx(adjusted_rand_score(truth, expected))
            inside = expected >= 0
            apart = adjusted_rand_score(truth[inside], expected[inside]) if inside.any() else np.nan
            assert cell["ARI, clustered only"] == pytest.approx(apart, nan_ok=True)


def test_without_eps_the_knee_is_suggested_and_radii_are_added(answer, few, make_plan):
    settings = {"eps": None, "min_samples": (2, 5), "map_sample": 200, "refine": 3}
    plan, found = make_plan(few, **settings), answer("dbscan", few, **settings)
    assert plan.refine == 3
    eps = found.arrays["map_eps"].tolist()
    shown = figure(found, "map")
    assert len(plan.eps) < len(eps) <= len(plan.eps) + 4
    assert set(plan.eps) <= set(eps)
    assert shown.suggested in eps
    curve = figure(found, "k-distance")
    assert shown.suggested == pytest.approx(curve.curve[knee(curve.curve)], rel=0.05)
    assert tuple(curve.levels) == tuple(eps)
    rows = MinMaxScaler().fit_transform(few.flat()[found.arrays["map_index"]])
    for i, radius in enumerate(eps):
        expected = DBSCAN(eps=radius, min_samples=5).fit_predict(rows)
        np.testing.assert_array_equal(found.arrays["map_labels"][i, 1], expected)


def test_hdbscan_is_scikit_learns_numbered_by_size(found, few):
    rows = MinMaxScaler().fit_transform(few.flat()[found.arrays["map_index"]])
    labels = found.arrays["hdbscan_labels"]
    expected = HDBSCAN(min_cluster_size=5, min_samples=3, copy=True).fit(rows).labels_
    assert adjusted_rand_score(expected, labels) == 1.0
    np.testing.assert_array_equal(labels == NOISE, expected == NOISE)
    sizes = np.bincount(labels[labels >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert figure(found, "condensed-tree").frame()["selected"].sum() == len(sizes)
    frame = table(found, "hdbscan").set_index("method")
    truth = few.labels[found.arrays["map_index"]]
    assert frame.loc["HDBSCAN", "clusters"] == len(sizes)
    assert frame.loc["HDBSCAN", "ARI"] == pytest.approx(adjusted_rand_score(truth, labels))
    assert percent(np.mean(labels == NOISE)) in codes(found)["D6"].sentence


def test_d2_counts_the_settings_with_one_cluster_and_noise(found):
    frame, alone = table(found, "map"), []
    for rows in found.arrays["map_labels"]:
        for labels in rows:
            sizes = np.sort(np.bincount(labels[labels >= 0], minlength=2))[::-1]
            alone.append(np.sum(sizes >= MEMBERS) < 2 or sizes[0] > 0.9 * sizes.sum())
            assert frame.loc[len(alone) - 1, "second share"] == pytest.approx(sizes[1] / 250)
    assert frame["one cluster or none"].tolist() == alone
    assert 0 < sum(alone) < 12
    chosen = frame[frame["chosen"]].iloc[0]
    assert codes(found)["D2"].level is Level.DETAIL
    assert codes(found)["D2"].sentence == (
        f"DBSCAN finds {several(chosen['clusters'], 'cluster')}; the largest holds "
        f"{percent(chosen['largest share'])} of the images, and {percent(chosen['noise share'])} are "
        "noise, outside every cluster."
    )


def test_d4_gives_the_nearest_and_the_spread_over_the_mean_distance(found, few):
    rows = MinMaxScaler().fit_transform(few.flat()[found.arrays["map_index"]])
    between = pdist(rows)
    near = np.median(NearestNeighbors(n_neighbors=1).fit(rows).kneighbors()[0])
    scaled = table(found, "distances").set_index("space").loc["scaled pixels"]
    assert scaled["nearest over mean"] == pytest.approx(near / between.mean())
    assert scaled["spread over mean"] == pytest.approx(between.std() / between.mean())
    assert f"is {scaled['farthest over nearest']:.2f} times as far" in codes(found)["D4"].sentence


def test_too_little_memory_gives_a_stated_sample(answer, few, check_answer, monkeypatch):
    fit = DBSCANGrid.fit

    def refuse(self, X, *rest, **named):
        if len(X) > 150:
            raise TooLittleMemoryError("too little", 7 * 10**9, 2 * 10**9)
        return fit(self, X, *rest, **named)

    monkeypatch.setattr(DBSCANGrid, "fit", refuse)
    monkeypatch.setattr(samples, "FALLBACK", 90)
    found = answer("dbscan", few, map_sample=300, sweep_sample=200)
    check_answer(found)
    said = [(f.level, f.sentence) for f in found.findings if f.code == "S3"]
    words = "rests on 90 images drawn at random: those asked for need 7.00 GB, and 2.00 GB is available."
    assert said == [
        (Level.NOTICE, f"The DBSCAN map {words}"),
        (Level.NOTICE, f"The sweep after PCA whitening {words}"),
    ]
    assert len(found.arrays["map_index"]) == len(found.arrays["sweep_index"]) == 90


def test_the_criterion_is_the_exercises(found):
    whole = table(found, "map")
    met = whole[whole["percentage clustered"] > 90]
    frame = table(found, "criterion")
    assert frame.columns.tolist() == [
        "percentage clustered",
        "eps",
        "min_samples",
        "number of clusters",
    ]
    assert 0 < len(frame) < len(whole)
    assert frame["number of clusters"].tolist() == met["clusters"].tolist()
    assert (
        frame[["eps", "min_samples"]].values.tolist() == met[["eps", "min_samples"]].values.tolist()
    )
    assert figure(found, "map").marked.sum() == len(met)
    assert codes(found)["D3"].level is Level.DETAIL
    assert codes(found)["D3"].sentence.startswith(f"At {len(met)} of {len(whole)} settings")


def test_the_chosen_setting_follows_the_stated_rule(found):
    frame = table(found, "map")
    quiet = frame[frame["noise share"] <= MOST_NOISE]
    most = quiet[
        quiet[f"clusters of {MEMBERS} or more"] == quiet[f"clusters of {MEMBERS} or more"].max()
    ]
    (chosen,) = frame.index[frame["chosen"]]
    assert chosen == most["noise share"].idxmin()
    eps, least = frame.loc[chosen, ["eps", "min_samples"]]
    assert f"the eps chosen, {eps:g}," in codes(found)["D1"].sentence
    assert figure(found, "map").says.endswith(f"show eps {eps:g} with min_samples {least:g}.")


def test_noise_is_shown_strangest_first(found, few):
    index = found.arrays["map_index"]
    rows = MinMaxScaler().fit_transform(few.flat()[index])
    neighbour = figure(found, "k-distance").k
    assert neighbour == int(np.median(LEAST)) - 1
    far = NearestNeighbors(n_neighbors=neighbour).fit(rows).kneighbors()[0][:, -1]
    np.testing.assert_allclose(found.arrays["map_distances"], far, atol=1e-6)
    np.testing.assert_allclose(figure(found, "k-distance").curve, np.sort(far), atol=1e-6)
    frame = table(found, "map")
    i, j = divmod(int(frame.index[frame["chosen"]][0]), len(LEAST))
    noise = np.flatnonzero(found.arrays["map_labels"][i, j] == NOISE)
    expected = noise[np.argsort(-far[noise], kind="stable")][:36]
    shown = table(found, "noise")
    assert shown["image"].tolist() == index[expected].tolist()
    assert shown["distance"].is_monotonic_decreasing
    assert [int(label) for label in shown["label"]] == few.labels[index[expected]].tolist()
    assert f"calls {len(noise)} images" in figure(found, "noise").says


def test_members_are_members_of_their_cluster(found, few):
    frame = table(found, "map")
    i, j = divmod(int(frame.index[frame["chosen"]][0]), len(LEAST))
    labels = found.arrays["map_labels"][i, j]
    pixels = few.pixels[found.arrays["map_index"]]
    gallery = figure(found, "members")
    for row in gallery.rows:
        cluster = int(row.label.split()[1])
        of_cluster = {image.tobytes() for image in pixels[labels == cluster]}
        assert {gallery.pixels[place].tobytes() for place in row.where} <= of_cluster
        assert row.label.endswith(f"· {np.sum(labels == cluster)}")


@pytest.mark.parametrize("solver", ["covariance_eigh", "randomized"])
def test_the_sweep_is_scikit_learns_after_whitening(found, few, solver):
    rows = few.flat()[found.arrays["sweep_index"]]
    pca = PCA(6, whiten=True, svd_solver=solver, random_state=69)
    vectors = pca.fit_transform(rows)
    frame = table(found, "sweep")
    frame = frame[frame["solver"] == solver].set_index("eps")
    for row, eps in zip(found.arrays[f"sweep_labels_{solver}"], ASKED["sweep_eps"], strict=True):
        expected = DBSCAN(eps=eps, min_samples=3).fit_predict(vectors)
        np.testing.assert_array_equal(row, expected)
        assert frame.loc[eps, "labels"] == len(np.unique(expected))
        assert frame.loc[eps, "clusters"] == len(set(expected) - {NOISE})


def test_sizes_of_the_sweep_add_up(found):
    frame = table(found, "sweep-sizes")
    for row in frame.itertuples(index=False):
        sizes = [int(size) for size in row.sizes.split()]
        assert row.noise + sum(sizes) == 280
        assert len(sizes) == row.clusters
        assert max(sizes, default=0) == row.largest


def test_the_solvers_are_held_against_each_other(found):
    frame = table(found, "sweep")
    counts = {s: part["labels"].tolist() for s, part in frame.groupby("solver", sort=False)}
    first, other = counts.values()
    finding = codes(found)["D5"]
    differ = sum(a != b for a, b in zip(first, other, strict=True))
    assert (finding.level is Level.DETAIL) == (differ > 0)


def test_small_clusters_come_from_the_eps_with_most_clusters(found, few):
    frame = table(found, "sweep").iloc[: len(ASKED["sweep_eps"])]
    best = frame.loc[frame["clusters"].idxmax(), "eps"]
    says = figure(found, "small-clusters").says
    assert says.startswith(f"Eps {best:g} gives most clusters")
    labels = found.arrays["sweep_labels_covariance_eigh"][frame["clusters"].idxmax()]
    sizes = np.bincount(labels[labels >= 0])
    shown = [int(row.label.split()[1]) for row in figure(found, "small-clusters").rows]
    small = sorted(np.flatnonzero(sizes <= 15), key=lambda c: (-sizes[c], c))
    assert shown == small[:16]
    assert f"{len(small)} of them have 15 members or fewer" in figure(found, "small-clusters").says


def test_without_labels_nothing_is_judged_and_nothing_else_changes(
    answer, few, found, check_answer
):
    bare = ImageSet(few.pixels, None, "few")
    other = answer("dbscan", bare, k=10, map_sample=250, sweep_sample=280, **ASKED)
    check_answer(other)
    assert "ARI" not in table(other, "map").columns
    assert "label" not in table(other, "noise").columns
    assert len(figure(other, "map").panels) == 3
    same_arrays(found, other)


def test_permuted_labels_give_the_same_arrays(answer, few, found, rng):
    mixed = ImageSet(few.pixels, rng.permutation(few.labels), "few")
    same_arrays(found, answer("dbscan", mixed, map_sample=250, sweep_sample=280, **ASKED))


def same_arrays(found, other):
    assert set(found.arrays) == set(other.arrays)
    for name, array in found.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name], err_msg=name)


def test_a_map_of_noise_alone(answer, few, check_answer):
    found = answer("dbscan", few, eps=(0.01, 0.02), sweep_eps=(0.001,), min_samples=(2, 3))
    check_answer(found)
    assert codes(found)["D2"].level is Level.NOTICE
    assert "at each setting tried (4)" in codes(found)["D2"].sentence
    assert codes(found)["D3"].level is Level.DETAIL
    assert codes(found)["D3"].sentence.endswith("the most is 0 %.")
    assert codes(found)["D6"].level in (Level.DETAIL, Level.NOTICE)
    assert not {"members", "sweep-sizes", "small-clusters"} & {f.name for f in found.figures}
    assert "criterion" not in {t.name for t in found.tables}
    assert len(figure(found, "noise").rows) == 3


def test_a_map_of_one_cluster_alone(answer, few, check_answer):
    found = answer("dbscan", few, eps=(50.0, 60.0), sweep_eps=(90.0,), min_samples=(2, 3))
    check_answer(found)
    assert codes(found)["D1"].level is Level.WARNING
    assert "with the eps chosen, 50, every image is in one cluster" in codes(found)["D1"].sentence
    assert codes(found)["D2"].level is Level.NOTICE
    assert "never in more than one" in codes(found)["D3"].sentence
    assert "calls no image noise" in figure(found, "noise").says
    assert table(found, "criterion")["number of clusters"].tolist() == [1] * 4


def test_d1_says_which_edge_and_is_content_inside(answer, few):
    inside = answer("dbscan", few, eps=(0.01, 1.4, 50.0), min_samples=(2,), map_sample=300)
    assert codes(inside)["D1"].level is Level.DETAIL
    low = answer("dbscan", few, eps=(1.4, 50.0), min_samples=(2,), map_sample=300)
    assert codes(low)["D1"].level is Level.WARNING
    assert "the smallest tried" in codes(low)["D1"].sentence
    high = answer("dbscan", few, eps=(0.01, 1.4), min_samples=(2,), map_sample=300)
    assert codes(high)["D1"].level is Level.WARNING
    assert "the largest tried: try larger ones" in codes(high)["D1"].sentence


def test_odd_sets_get_an_answer(answer, odd_set, check_answer, tmp_path):
    found = answer("dbscan", odd_set, k=2)
    check_answer(found)
    for one in found.figures:
        render(one, tmp_path / one.name)


def test_hostile_labels_do_no_harm(answer, hostile, check_answer, tmp_path):
    found = answer("dbscan", hostile)
    check_answer(found)
    for one in found.figures:
        render(one, tmp_path / one.name)


def test_steps_are_kept(answer, few, monkeypatch):
    desk = Desk()
    first = answer("dbscan", few, desk=desk)
    monkeypatch.setattr(DBSCANGrid, "fit", lambda *_, **__: pytest.fail("computed again"))
    same_arrays(first, answer("dbscan", few, desk=desk))


def test_progress_ends_where_it_said(make_plan, few, listener):
    QUESTIONS["dbscan"].answer(few, make_plan(few), Desk(progress=listener))
    assert any(what == "DBSCAN" for what, _, _ in listener.tasks)
    for what, total, done in listener.tasks:
        assert done[0] == total, what


def test_count_against_a_plain_reading(rng):
    for _ in range(50):
        labels = rng.integers(-1, 6, 40).astype(np.int32)
        sizes = [int(np.sum(labels == c)) for c in set(labels.tolist()) - {-1}]
        counted = count(labels)
        assert counted.clusters == len(sizes)
        assert counted.considerable == sum(size >= MEMBERS for size in sizes)
        assert counted.noise_share == pytest.approx(np.mean(labels == -1))
        assert counted.largest_share == pytest.approx(max(sizes) / 40)


def test_choose_prefers_clusters_then_quiet_then_the_first():
    def cell(considerable, noise):
        return Counts(considerable, considerable, noise, 0.1)

    assert choose([cell(3, 0.2), cell(4, 0.5), cell(9, 0.51)]) == 1
    assert choose([cell(3, 0.4), cell(3, 0.2), cell(3, 0.2)]) == 1
    assert choose([cell(9, 0.9), cell(1, 0.6), cell(8, 0.6)]) == 1


def test_d4_warns_where_distances_concentrate(answer, found, rng):
    assert codes(found)["D4"].level is Level.OK
    noise = ImageSet(rng.integers(0, 256, (150, 28, 28)).astype(np.uint8), None, "static")
    other = answer("dbscan", noise, k=3, eps=(10.0, 11.5), sweep_eps=(8.0, 10.0), components=90)
    assert codes(other)["D4"].level is Level.NOTICE
    assert "hardly tell images apart" in codes(other)["D4"].sentence


def test_the_plans_whitened_images_are_taken_up(few, monkeypatch):
    desk = Desk()
    plan = plans.make(few, Settings(), desk)
    sample = draw(few, plan.sweep_sample, plan)
    alone = whitened(sample.images, plan)[1]
    monkeypatch.setattr(samples, "whitened", lambda *_: pytest.fail("whitened again"))
    taken = samples.whitened_vectors(sample, plan, desk)
    np.testing.assert_array_equal(taken, alone)
