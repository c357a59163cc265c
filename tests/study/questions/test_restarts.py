import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from inkcluster.evaluate import Stability
from inkcluster.figures import render
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.questions.restarts import findings
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan


@pytest.fixture(scope="module")
def found(answer, few):
    return answer("restarts", few, restarts=6)


def by_code(found):
    return {finding.code: finding for finding in found.findings}


def table(found):
    return found.tables[0].frame


def figure(found, name):
    return next(f for f in found.figures if f.name == name)


def test_it_holds_what_every_answer_holds(found, check_answer):
    check_answer(found)
    assert [f.name for f in found.figures][:2] == ["inertias", "agreement"]
    assert set(by_code(found)) == {"R1", "R2"}


def test_uses_are_exactly_the_values_read(read_values, few):
    assert read_values("restarts", few) == set(QUESTIONS["restarts"].uses)


def test_restarts_come_best_first_with_their_own_inertia(found, few):
    span = np.maximum(np.ptp(few.flat(), axis=0), 1)
    scaled = (few.flat() - few.flat().min(axis=0)) / span
    inertias = found.arrays["inertias"]
    assert (np.diff(inertias) >= 0).all()
    for labels, inertia in zip(found.arrays["labels"], inertias, strict=True):
        own = sum(
            ((scaled[labels == c] - scaled[labels == c].mean(axis=0)) ** 2).sum()
            for c in range(labels.max() + 1)
        )
        assert inertia == pytest.approx(own, rel=1e-6)
    assert table(found)["inertia"].tolist() == inertias.tolist()


def test_agreement_is_scikit_learns_adjusted_rand_index(found, few):
    labels = found.arrays["labels"]
    expected = [[adjusted_rand_score(a, b) for b in labels] for a in labels]
    np.testing.assert_allclose(found.arrays["ari"], expected, atol=1e-12)
    with_labels = [adjusted_rand_score(few.labels, row) for row in labels]
    np.testing.assert_allclose(table(found)["ari_with_labels"], with_labels, atol=1e-12)


def test_the_findings_say_the_numbers_of_the_arrays(found):
    pairs = found.arrays["ari"][np.triu_indices(6, 1)]
    assert f"is {pairs.mean():.3f} of 1." in by_code(found)["R1"].sentence
    assert f"{pairs.min():.3f}" in figure(found, "agreement").says
    inertias = found.arrays["inertias"]
    assert (inertias <= inertias[0] * 1.001).sum() == 1
    assert by_code(found)["R2"].sentence.startswith(
        "Only 1 of 6 restarts of k-means reaches the best result"
    )


def test_restarts_close_to_the_best_are_counted():
    ari = np.where(np.eye(3, dtype=bool), 1.0, 0.8)
    inertias = np.array([1.0, 1.001, 1.1])
    stable = Stability(ari, 0.8, 0.8, np.arange(3), 3, 1 / 3, None, inertias)
    said = findings.optima(stable)
    assert said.level is Level.DETAIL
    assert said.sentence == (
        "2 of 3 restarts come within 0.1 % of the best result, so more restarts would gain little."
    )


@pytest.mark.parametrize(
    ("mean", "level"), [(0.9, Level.OK), (0.7, Level.DETAIL), (0.69, Level.NOTICE)]
)
def test_the_level_of_agreement_follows_from_the_mean(mean, level):
    ari = np.array([[1, mean], [mean, 1]])
    stable = Stability(ari, mean, mean, np.array([0, 1]), 2, 0.5, None, np.array([1.0, 1.1]))
    assert findings.agreement(stable).level is level
    assert findings.optima(stable).level is Level.NOTICE
    assert findings.optima(stable).sentence.startswith(
        "Only 1 of 2 restarts of k-means reaches the best"
    )


def test_every_restart_is_of_one_kind_in_the_picture_of_the_ends(found):
    gallery = figure(found, "optima")
    counted = [int(row.label.split("\n")[1].split(" of ")[0]) for row in gallery.rows]
    assert sum(counted) == 6
    assert all(len(row.where) == 10 for row in gallery.rows)
    for row in gallery.rows:
        assert sum(int(caption.replace(",", "")) for caption in row.captions) == 300


def test_labels_change_nothing_but_the_judgement(answer, few, found):
    shuffled = np.random.default_rng(0).permutation(few.labels)
    for labels in (shuffled, None):
        other = answer("restarts", ImageSet(few.pixels, labels, "few"), restarts=6, k=10)
        for name in found.arrays.keys() - {"ari_with_labels"}:
            np.testing.assert_array_equal(other.arrays[name], found.arrays[name])
    assert "ari_with_labels" not in other.arrays
    assert "labels" not in by_code(other)["R1"].sentence


def test_one_clear_optimum_is_found_by_all(answer):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 12, (60, 4, 4)).astype(np.uint8)
    pixels[30:] += 200
    found = answer("restarts", ImageSet(pixels, None, "two blobs"), k=2, restarts=5)
    assert [f.level for f in found.findings] == [Level.OK, Level.OK]
    assert by_code(found)["R2"].sentence.startswith("All 5 restarts reach the same best result")
    assert [f.name for f in found.figures] == ["inertias", "agreement"]


def test_one_restart_has_nothing_to_be_compared_with(make_plan, few, check_answer):
    made = make_plan(few)
    plan = Plan(**{**made.values(), "restarts": 1}, why=made.why)  # settings ask for two at least
    found = QUESTIONS["restarts"].answer(few, plan, Desk())
    check_answer(found)
    assert "once" in by_code(found)["R1"].sentence
    assert by_code(found)["R1"].level is Level.NOTICE


def test_both_k_means_questions_share_one_run(answer, few):
    class Counting(Desk):
        computed = 0

        def keep(self, step, parameters, compute):
            def counted():
                self.computed += step == "kmeans"
                return compute()

            return super().keep(step, parameters, counted)

    desk = Counting()
    first = answer("centres", few, desk=desk)
    second = answer("restarts", few, desk=desk)
    assert desk.computed == 1
    np.testing.assert_array_equal(first.arrays["labels"], second.arrays["labels"][0])


def test_odd_sets(answer, odd_set, check_answer, tmp_path):
    found = answer("restarts", odd_set, k=3)
    check_answer(found)
    for one in found.figures:
        render(one, tmp_path / one.name)


def test_hostile_labels_do_no_harm(answer, hostile, few):
    plain = answer("restarts", few)
    found = answer("restarts", hostile)
    assert found.findings == plain.findings


def test_progress_reaches_its_totals(answer, few, listener):
    answer("restarts", few, desk=Desk(progress=listener))
    assert len(listener.tasks) == 2
    for what, total, done in listener.tasks:
        assert done[0] == total, what
