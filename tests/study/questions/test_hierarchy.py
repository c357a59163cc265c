import numpy as np
import pytest
from scipy.cluster.hierarchy import ward
from sklearn.utils import resample

from inkcluster.evaluate import suggestions
from inkcluster.figures import render
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.questions.hierarchy.suggesting import RULES
from inkcluster.study.run.desk import Desk
from inkcluster.study.steps import k_range
from inkcluster.words import several


@pytest.fixture(scope="module", autouse=True)
def few_k():
    """k-means up to 8 clusters, not 20: what it suggests has tests of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k_range, "MAX_K", 8)
        yield


@pytest.fixture(scope="module")
def found(answer, few):
    return answer("hierarchy", few)


def by_code(found):
    return {finding.code: finding for finding in found.findings}


def table(found, name):
    return next(t.frame for t in found.tables if t.name == name)


def figure(found, name):
    return next(f for f in found.figures if f.name == name)


def test_it_holds_what_every_answer_holds(found, check_answer):
    check_answer(found)
    assert [f.name for f in found.figures] == [
        "tree",
        "suggestions",
        "suggestions-gap",
        "suggestions-colour",
        "heights",
        "along",
        "dendrogram",
        "dendrograms",
        "small",
    ]


def test_uses_are_exactly_the_values_read(read_values, few):
    assert read_values("hierarchy", few) == set(QUESTIONS["hierarchy"].uses)


@pytest.mark.parametrize("replace", [False, True])
def test_samples_are_those_of_scikit_learns_resample(answer, few, replace):
    found = answer("hierarchy", few, replace=replace, seed=69)
    for size in (60, 120):
        assert found.arrays[f"index_{size}"].shape == (3, size)
        for i, drawn in enumerate(found.arrays[f"index_{size}"]):
            expected = resample(
                np.arange(300), n_samples=size, replace=replace, random_state=69 + i
            )
            np.testing.assert_array_equal(drawn, expected)


def test_hierarchies_are_scipys_on_the_raw_pixels(found, few):
    for size in (60, 120):
        index = found.arrays[f"index_{size}"][0]
        expected = ward(few.flat()[index].astype(float))
        np.testing.assert_allclose(found.arrays[f"linkage_{size}"], expected, rtol=1e-12)


def test_each_resample_suggests_what_its_own_hierarchy_does(found, few):
    frame = table(found, "suggestions")
    assert len(frame) == 2 * 3 * len(RULES)
    for row in frame.to_dict("records"):
        index = found.arrays[f"index_{row['sample_size']}"][row["resample"] - 1]
        own = suggestions(ward(few.flat()[index].astype(float)))[row["rule"]]
        assert (row["k"], row["runner_up"]) == (own.k, own.runner_up)
        assert row["strength"] == pytest.approx(own.strength)


def test_counts_and_sentences_are_those_of_the_table(found):
    frame = table(found, "suggestions")
    for rule, name in zip(RULES, ("", "-gap", "-colour"), strict=True):
        counts = figure(found, f"suggestions{name}").frame()
        assert counts["count"].sum() == 6
        rows = frame[frame["rule"] == rule]
        for row in counts.to_dict("records"):
            same = (rows["sample_size"] == row["sample_size"]) & (rows["k"] == row["k"])
            assert row["count"] == same.sum()
    ratios = frame.loc[frame["rule"] == "ratio", "k"]
    often = f"{(ratios == ratios.mode().min()).sum()} of six samples suggest"
    assert figure(found, "suggestions").says.startswith(often)


def test_the_number_comes_from_the_hierarchy_of_all(found, few):
    index = found.arrays["index"]
    np.testing.assert_array_equal(
        index, resample(np.arange(300), n_samples=150, replace=False, random_state=69)
    )
    Z = found.arrays["linkage"]
    np.testing.assert_allclose(Z[:, 2], ward(few.flat()[index].astype(float))[:, 2], rtol=1e-12)
    own = suggestions(Z)["ratio"]
    assert f"is {own.strength:.2f} times the next" in by_code(found)["H1"].sentence
    why = table(found, "numbers")["why"][0]
    assert f"{own.strength:.2f} times the next gap, at {own.runner_up};" in why
    for name in ("tree", "dendrogram"):
        assert figure(found, name).k == own.k
    assert figure(found, "heights").suggested["150 images"] == own.k


# older versions of scikit-learn take many classes for numbers
@pytest.mark.filterwarnings("ignore:The number of unique classes:UserWarning")
def test_agreement_along_the_hierarchy_is_scikit_learns(found, few):
    from sklearn.metrics import adjusted_rand_score

    from inkcluster.cluster import hierarchy

    truth, Z = few.labels[found.arrays["index"]], found.arrays["linkage"]
    ari = [adjusted_rand_score(truth, hierarchy.cut(Z, k)) for k in range(1, 151)]
    np.testing.assert_allclose(found.arrays["along_ari"], ari, atol=1e-12)
    best = int(np.argmax(found.arrays["along_ari"]))
    assert by_code(found)["H5"].sentence == (
        f"The hierarchy agrees best with the labels at {several(best + 1, 'cluster')}: its agreement "
        f"(ARI) is {ari[best]:.3f} of 1."
    )
    assert f"{ari[9]:.3f} at 10, the number of classes" in figure(found, "along").says
    drawn = figure(found, "along").frame()
    assert drawn.loc[drawn["mark"].str.contains("best"), "k"].tolist() == [best + 1]


def test_typical_table_sums_up_the_resamples(found):
    frame = table(found, "suggestions")
    typical = table(found, "typical")
    whole = typical[typical["sample_size"] == 150].set_index("rule")["k"]
    assert whole.to_dict() == {r: s.k for r, s in suggestions(found.arrays["linkage"]).items()}
    for row in typical[typical["sample_size"] < 150].to_dict("records"):
        same = (frame["sample_size"] == row["sample_size"]) & (frame["rule"] == row["rule"])
        numbers = frame.loc[same, "k"]
        assert row["k"] == numbers.mode().min()
        assert row["share"] == pytest.approx((numbers == row["k"]).mean())
        assert (row["least"], row["most"]) == (numbers.min(), numbers.max())


def test_three_clear_groups_are_suggested_and_hold(answer, check_answer):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 20, (150, 4, 4)).astype(np.uint8)
    pixels[50:100, :2] += 200
    pixels[100:, 2:] += 200
    images = ImageSet(pixels, np.repeat(list("abc"), 50), "three")
    found = answer("hierarchy", images)
    check_answer(found)
    codes = by_code(found)
    assert codes["H1"].sentence.startswith("Ward's hierarchy clearly suggests three clusters: ")
    assert {codes[code].level for code in ("H1", "H2", "H3", "H4")} == {Level.OK}
    assert codes["H4"].sentence == (
        "By distances between pixels, three clusters are natural: the hierarchy and k-means both "
        "clearly suggest them."
    )
    assert codes["H5"].level is Level.DETAIL
    assert "three" in figure(found, "suggestions").says
    assert codes["H3"].level is Level.OK
    other = answer("hierarchy", ImageSet(pixels, np.arange(150) % 2, "three"))
    assert by_code(other)["H3"].level is Level.DETAIL
    assert "two classes" in by_code(other)["H3"].sentence


def test_each_leaf_and_each_merge_shows_the_mean_of_its_members(found, few):
    tree = figure(found, "tree")
    index, Z = found.arrays["index"], found.arrays["linkage"]
    pixels, truth = few.pixels[index], few.labels[index].astype(str)
    nodes = tree.nodes()
    assert len(nodes) == len(tree.pictures) == 63
    below = [[i] for i in range(150)]
    for a, b in Z[:, :2].astype(int):
        below.append(below[a] + below[b])
    frame = tree.frame()
    for i, node in enumerate(nodes.tolist()):
        members = below[node]
        np.testing.assert_allclose(tree.pictures[i], pixels[members].mean(axis=0))
        assert frame["members"][i] == len(members)
        names, counts = np.unique(truth[members], return_counts=True)
        assert frame["class"][i] in names[counts == counts.max()]
        assert frame["share"][i] == counts.max() / len(members)


def test_labels_change_nothing_but_the_judgement(answer, few, found):
    shuffled = np.random.default_rng(0).permutation(few.labels)
    for labels in (shuffled, None):
        other = answer("hierarchy", ImageSet(few.pixels, labels, "few"), k=10)
        for name, array in found.arrays.items():
            if not name.startswith("along_"):
                np.testing.assert_array_equal(other.arrays[name], array)
        assert by_code(other)["H4"] == by_code(found)["H4"]
    assert not {"H3", "H5"} & set(by_code(other))
    assert "along" not in [f.name for f in other.figures]
    assert figure(other, "small").leaf_labels is None


def test_all_images_without_replacement_are_one_sample(answer, few, check_answer):
    found = answer("hierarchy", few, sample_sizes=(100, 300), resamples=4, linkage_sample=300)
    check_answer(found)
    assert found.arrays["index_300"].shape == (1, 300)
    assert found.arrays["index_100"].shape == (4, 100)
    assert "S3" not in by_code(found)
    sampled = answer("hierarchy", few, sample_sizes=(100,), resamples=4)
    said = [finding.sentence for finding in sampled.findings if finding.code == "S3"]
    assert said == [
        "Ward's hierarchy rests on 150 of the 300 images, drawn at random.",
        "Whether the suggestion holds is judged on samples of 100 of the 300 images.",
    ]
    again = answer("hierarchy", few, sample_sizes=(300,), resamples=2, replace=True)
    assert again.arrays["index_300"].shape == (2, 300)
    assert "with replacement" in next(f.sentence for f in again.findings if f.code == "S3")


def test_one_sample_says_that_it_cannot_hold(answer, few):
    found = answer("hierarchy", few, sample_sizes=(50,), resamples=1)
    said = by_code(found)["H2"]
    assert said.level is Level.NOTICE
    assert said.sentence.startswith("There is only one sample")


def test_odd_sets(answer, odd_set, check_answer, tmp_path):
    found = answer("hierarchy", odd_set, k=2)
    check_answer(found)
    if odd_set.name in ("rectangular", "tiny"):
        for one in found.figures:
            render(one, tmp_path / one.name)


def test_drawing_with_replacement_from_duplicates(answer, odd_sets, check_answer):
    found = answer("hierarchy", odd_sets["duplicates"], replace=True, k=2)
    check_answer(found)
    assert "came twice" in figure(found, "small").says


def test_hostile_labels_are_text(answer, hostile, check_answer, tmp_path):
    found = answer("hierarchy", hostile)
    check_answer(found)
    for path in render(figure(found, "small"), tmp_path / "small"):
        assert path.suffix != ".svg" or "<img" not in path.read_text()


def test_progress_reaches_its_total_computed_or_kept(answer, few, listener):
    desk = Desk(progress=listener)
    answer("hierarchy", few, desk=desk)
    answer("hierarchy", few, desk=desk)
    told = [task for task in listener.tasks if task[0] == "Ward hierarchies of samples"]
    assert len(told) == 2
    for _, total, done in told:
        assert done[0] == total == 3 * (60**2 + 120**2)


@pytest.mark.mnist
@pytest.mark.slow
def test_the_exercise_typically_sees_five(answer, mnist):
    found = answer(
        "hierarchy", mnist, replace=True, seed=69, sample_sizes=(500, 1000, 2000), resamples=6
    )
    typical = table(found, "suggestions").groupby("rule")["k"].agg(lambda k: k.mode().min())
    assert typical.to_dict() == {"gap": 5, "ratio": 5, "colour": 5}
