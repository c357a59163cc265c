"""Question 7 on digits with labels and without, and on sets that are unlike digits."""

import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from inkcluster.cluster import ShapeClustering
from inkcluster.cluster.shape.preparation.decision import VALUES
from inkcluster.errors import TooLittleMemoryError
from inkcluster.evaluate import look_first, suspicious_labels
from inkcluster.figures import render
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.questions.shape import findings
from inkcluster.study.questions.shape.preparation import of_preparation
from inkcluster.study.run.desk import Desk
from inkcluster.words import percent, several


@pytest.fixture(scope="module")
def found(answer, few):
    return answer("shape", few)


@pytest.fixture(scope="module")
def unlabelled(answer, few):
    return answer("shape", ImageSet(few.pixels, None, "few"))


def codes(found):
    return {finding.code: finding for finding in found.findings}


def table(found, name):
    return next(t.frame for t in found.tables if t.name == name)


def figure(found, name):
    return next(f for f in found.figures if f.name == name)


def test_it_holds_what_every_answer_holds(found, check_answer):
    check_answer(found)
    names = {f.name for f in found.figures}
    assert {"spectrum", "centres", "map", "extremes", "confusion", "confused"} <= names
    assert set(codes(found)) == {"P1", "P2", "P3", "P4", "P6"}


def test_without_labels_it_says_what_to_look_at(unlabelled, check_answer):
    check_answer(unlabelled)
    assert {f.name for f in unlabelled.figures} == {
        *("spectrum", "centres", "map", "extremes", "look-first"),
    }
    assert set(codes(unlabelled)) == {"P1", "P3", "P5", "P6"}


def test_clusters_are_the_estimators_and_know_no_labels(found, unlabelled, few):
    model = ShapeClustering(random_state=69).fit(few)
    for answered in (found, unlabelled):
        np.testing.assert_array_equal(answered.arrays["labels"], model.labels_)
        np.testing.assert_array_equal(answered.arrays["neighbors"], model.neighbors_)
    np.testing.assert_array_equal(found.arrays["places"], unlabelled.arrays["places"])


def test_numbers_of_the_findings(found, few):
    labels, confidence = found.arrays["labels"], found.arrays["confidence"]
    scores = table(found, "scores").iloc[0]
    assert scores["NMI"] == pytest.approx(normalized_mutual_info_score(few.labels, labels))
    assert scores["ARI"] == pytest.approx(adjusted_rand_score(few.labels, labels))
    assert f": {percent(scores['ACC'])} of the images" in codes(found)["P2"].sentence
    sure, unsure = np.mean(confidence >= 0.9), np.mean(confidence < 0.5)
    assert codes(found)["P3"].sentence == (
        f"{percent(sure)} of the images clearly belong to their cluster by shape; {percent(unsure)} are "
        "doubtful."
    )
    frame = table(found, "clusters")
    assert (frame["share sure"] * frame["size"]).sum() == pytest.approx(sure * len(few))
    assert (frame["share unsure"] * frame["size"]).sum() == pytest.approx(unsure * len(few))
    assert several(labels.max() + 1, "cluster") in codes(found)["P1"].sentence


def test_the_table_of_numbers_holds_the_best_by_strength_and_by_the_spectrum(found):
    strengths = found.arrays["strengths"]
    numbers = table(found, "numbers")
    strongest = np.argsort(-strengths, kind="stable")[:8] + 2
    assert numbers["clusters"].tolist()[: len(strongest)] == strongest.tolist()
    places = numbers["place among the spectrum's breaks"]
    assert {1.0, 2.0, 3.0} <= set(places)


def test_its_scores_name_its_method(found):
    assert table(found, "scores")["method"].tolist() == ["shape clustering"]


def test_centres_are_the_means(found, few):
    labels = found.arrays["labels"]
    shown = figure(found, "centres").centres
    for cluster in range(labels.max() + 1):
        np.testing.assert_allclose(shown[cluster], few.pixels[labels == cluster].mean(axis=0))


def test_the_map_holds_every_image(found, few):
    assert figure(found, "map").frame()["images"].sum() == len(few)
    assert len(figure(found, "map").pictures) >= found.arrays["labels"].max() + 1


def test_a_wrong_label_is_the_most_suspicious(answer, few):
    clusters = answer("shape", few).arrays["labels"]
    confidence = answer("shape", few).arrays["confidence"]
    classes, counts = np.unique(few.labels[clusters == 1], return_counts=True)
    own = classes[counts.argmax()]
    surest = np.flatnonzero((clusters == 1) & (few.labels == own))
    wrong = surest[confidence[surest].argmax()]
    labels = few.labels.copy()
    labels[wrong] = next(d for d in range(10) if d != own and d in _classes(few, clusters))
    spoiled = answer("shape", ImageSet(few.pixels, labels, "spoiled"))
    first = table(spoiled, "suspects").iloc[0]
    assert first["image"] == wrong
    assert (first["label"], first["cluster's class"]) == (labels[wrong], own)
    assert codes(spoiled)["P4"].level is Level.NOTICE
    assert f"wrong, that of image {wrong}" in codes(spoiled)["P4"].sentence
    assert figure(spoiled, "suspects").rows[0].captions[0] == f"{labels[wrong]} → {own}"


def _classes(images, clusters):
    """Classes that are the largest of a cluster."""
    return {np.bincount(images.labels[clusters == c]).argmax() for c in np.unique(clusters)}


def test_suspects_are_those_of_evaluate(found, few):
    arrays = found.arrays
    odd = suspicious_labels(
        few.labels, arrays["labels"], arrays["memberships"], arrays["neighbors"]
    )
    homes = _classes(few, arrays["labels"])
    odd = odd[odd["label"].isin(list(homes))]
    assert table(found, "suspects")["image"].tolist() == odd["index"].tolist()[:200]


def test_look_first_is_that_of_evaluate(unlabelled):
    arrays = unlabelled.arrays
    first = look_first(arrays["memberships"], arrays["neighbors"], 45)
    assert table(unlabelled, "look-first")["image"].tolist() == first["index"].tolist()


@pytest.mark.parametrize(
    ("evidence", "numbers", "asked", "level", "words"),
    [
        (
            "information",
            [6],
            0,
            Level.OK,
            "six clusters, clearly: up to this number each cut says 3.00",
        ),
        ("information", [2, 6], 0, Level.OK, "strength 3.00); 2 larger groups stand out as well"),
        (
            "information",
            [6, 9],
            0,
            Level.NOTICE,
            "six clusters, but 9 smaller groups stand out clearly as well",
        ),
        ("merges", [6], 0, Level.NOTICE, "though cuts do not show it"),
        ("weak", [], 0, Level.NOTICE, "the evidence is weak (next best: 2 and 4)"),
        (
            "information",
            [2, 6],
            6,
            Level.OK,
            "six clusters, as asked; by themselves they show 2 and 6 cl",
        ),
        ("information", [9], 6, Level.NOTICE, "as asked; by themselves they show 9 clearly"),
        ("information", [1], 6, Level.NOTICE, "by themselves they show one cluster only"),
        ("information", [6], 7, Level.WARNING, "into seven clusters, as asked"),
        ("weak", [], 6, Level.NOTICE, "as asked; by themselves they show no number clearly"),
        (
            "information",
            [6],
            40,
            Level.WARNING,
            "into 40 clusters, as asked; they are cut into six",
        ),
    ],
)
def test_weak_evidence_is_called_weak(evidence, numbers, asked, level, words):
    shapes = SimpleNamespace(
        k=6,
        strengths=np.array([1.5, 1.2, 1.3, 2.0, 3.0, 2.5]),
        evidence=np.array(evidence),
        level_numbers=np.array(numbers),
        level_strengths=np.array([3.0] * len(numbers)),
        level_labels=np.zeros((len(numbers), 4), int),
        labels=np.zeros(4, int),
        nuisances=np.zeros(4, int),
    )
    finding = findings.of_number(shapes, asked)
    assert finding.level is level
    assert words in finding.sentence


@pytest.mark.parametrize(
    ("evidence", "k", "asked", "number", "labelled", "bare"),
    [
        ("information", 6, 0, "form six groups by shape, clearly.", "the two labels", "9 images"),
        ("merges", 6, 0, "seem to form six groups by shape, though not bey", "the two", "9 images"),
        ("weak", 6, 0, "six groups by shape, but the evidence is weak.", "the map", "the map"),
        ("weak", 6, 6, "are divided into six groups by shape, as asked.", "the map", "the map"),
        ("weak", 6, 9, "form only six groups by shape, not the 9 asked for.", "the map", "the map"),
        (
            "weak",
            1,
            0,
            "show no clear groups by shape.",
            "the map; --shape-k N",
            "the map; --shape-k N",
        ),
        (
            "information",
            1,
            0,
            "form one group by shape, clearly.",
            "the images least",
            "the images least",
        ),
    ],
)
def test_the_answer_says_how_many_how_clearly_and_where_to_look(
    evidence, k, asked, number, labelled, bare
):
    shapes = SimpleNamespace(
        k=k,
        labels=np.zeros(4),
        evidence=np.array(evidence),
        confidence=np.array([1, 1, 1, 0.5]),
        level_numbers=np.array([k]),
    )
    scored = SimpleNamespace(accuracy=0.957, ari=0.9)
    assert number in findings.answered(shapes, asked)
    shapes.level_numbers = np.array([1, 2, k, 22])
    both = "six groups by shape; 2 and 22 groups stand out as well."
    assert (both in findings.answered(shapes, asked)) == (
        number == "form six groups by shape, clearly."
    )
    assert f"ook first at {labelled}" in findings.answered_labels(shapes, scored, 2, k)
    assert f"ook first at {bare.replace('9', 'nine')}" in findings.answered_unlabelled(shapes, 9)
    if k > 1:
        uneven = findings.answered_labels(shapes, scored, 2, k + 1)
        assert uneven.startswith("Counting one group for each label, 95.7 % match")
        apart = SimpleNamespace(accuracy=0.2, ari=0.01)
        assert "only 20 % of the images match" in findings.answered_labels(shapes, apart, 2, k)
        assert findings.answered_unlabelled(shapes, 0).startswith("75 % clearly belong to their")


def test_one_cluster_is_not_called_a_number_of_cuts():
    shapes = SimpleNamespace(
        k=1,
        strengths=np.array([0.7, 0.8]),
        evidence=np.array("information"),
        level_numbers=np.array([1]),
        level_strengths=np.array([5.0]),
        nuisances=np.zeros(4, int),
    )
    finding = findings.of_number(shapes, 0)
    assert finding.level is Level.OK
    assert finding.sentence.endswith("no cut into more says much about them.")
    shapes.nuisances[1:] = 1
    assert "once those that a nuisance sets apart" in findings.of_number(shapes, 0).sentence


def test_groups_by_a_nuisance_are_no_clusters_that_the_images_show():
    labels = np.array([0, 0, 1, 1, 2, 2])
    shapes = SimpleNamespace(
        k=3,
        strengths=np.array([1.0, 3.0]),
        evidence=np.array("information"),
        level_numbers=np.array([3]),
        level_strengths=np.array([3.0]),
        level_labels=labels[None],
        labels=labels,
        nuisances=np.array([0, 0, 0, 0, 1, 1]),
        sample=np.arange(6),
    )
    finding = findings.of_number(shapes, 3)
    assert finding.level is Level.OK
    assert "three clusters, as asked, one of them by a nuisance only" in finding.sentence
    assert "by themselves they show 2 clearly" in finding.sentence


@pytest.mark.parametrize("labels", [True, False])
def test_a_single_cluster_is_not_praised(answer, check_answer, digits, labels):
    zeros = digits.take(np.flatnonzero(digits.labels == 0)[:90])
    found = answer("shape", zeros if labels else ImageSet(zeros.pixels, None, "zeros"))
    check_answer(found)
    assert found.arrays["labels"].max() == 0
    assert not {"P3", "P4", "P5"} & set(codes(found))


def test_groups_by_a_nuisance_are_named():
    kinds = np.array([0, 1, 0, 2, 1])
    shapes = SimpleNamespace(nuisances=kinds)
    joined, offered = (findings.of_nuisances(shapes, asked) for asked in (0, 3))
    assert joined.sentence.startswith(
        "Three images form a group only because of ruled lines and contrast"
    )
    assert offered.sentence.endswith("join them.")
    assert findings.of_nuisances(SimpleNamespace(nuisances=kinds[:1]), 0) is None


def test_a_strength_without_bound_is_said_so():
    shapes = SimpleNamespace(
        k=3,
        strengths=np.array([0.0, 500.0]),
        evidence=np.array("information"),
        level_numbers=np.array([3]),
        level_strengths=np.array([500.0]),
    )
    assert "says over 100 times" in findings.of_number(shapes, 0).sentence


def test_where_memory_is_too_little_a_sample_is_stated_and_places_the_others(
    monkeypatch, make_plan, digits
):
    plain = ShapeClustering.fit

    def fit(self, X, y=None):
        if self.sample is None:
            error = TooLittleMemoryError("It takes too much.", 3_000_000_000, 2_000_000_000)
            error.fit = room
            raise error
        return plain(self, X, y)

    monkeypatch.setattr(ShapeClustering, "fit", fit)
    room, many = 500, ImageSet(digits.pixels[:700], digits.labels[:700], "many")
    answered = QUESTIONS["shape"].answer(many, make_plan(many), Desk())
    assert len(answered.arrays["sample"]) == 400
    assert len(answered.arrays["labels"]) == len(answered.arrays["places"]) == 700
    warning = codes(answered)["S3"]
    assert warning.level is Level.NOTICE
    assert "rests on 400 images, by which the others are placed" in warning.sentence
    assert "all need 3.00 GB, and 2.00 GB" in warning.sentence
    room, plan = 0, make_plan(many)
    with pytest.raises(TooLittleMemoryError):
        QUESTIONS["shape"].answer(many, plan, Desk())


def test_odd_sets_are_answered(answer, check_answer, odd_set):
    check_answer(answer("shape", odd_set))


def test_hostile_labels(answer, check_answer, hostile, tmp_path):
    found = answer("shape", hostile)
    check_answer(found)
    for shown in found.figures:
        render(shown, tmp_path / shown.name)


def test_it_depends_on_what_it_says_and_no_more(read_values, few):
    assert read_values("shape", few) <= set(QUESTIONS["shape"].uses)


def test_the_work_is_kept_on_the_desk(few, make_plan, monkeypatch):
    desk, plan = Desk(), make_plan(few)
    first = QUESTIONS["shape"].answer(few, plan, desk)
    monkeypatch.setattr(ShapeClustering, "fit", None)
    second = QUESTIONS["shape"].answer(few, plan, desk)
    np.testing.assert_array_equal(first.arrays["labels"], second.arrays["labels"])


@pytest.mark.parametrize("lead", [0.5, 0.001])
def test_the_preparation_is_said_in_few_words(lead):
    for values in itertools.product(*VALUES.values()):
        way = dict(zip(VALUES, values, strict=True))
        rival = {**way, "shear": not way["shear"], "information": 2.0 - lead}
        tried = [
            rival,
            {**way, "information": 2.0},
            {**way, "contrast": "none", "information": 1.0},
        ]
        text = json.dumps({**way, "tried": tried})
        answer = of_preparation(SimpleNamespace(preparation=np.array(text)))
        (finding,), (table,) = answer.findings, answer.tables
        assert len(finding.sentence.split()) <= 25
        assert finding.level is Level.DETAIL
        words = "none tells clusters apart clearly better" if lead > 0.01 else "about as well"
        assert words in finding.sentence
        assert table.frame["taken"].tolist() == [True, False, False]
