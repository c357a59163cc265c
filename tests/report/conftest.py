"""Run folders made by hand: hostile words everywhere, one figure, two tables, every kind of state."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from inkcluster.figures.drawing import theme
from inkcluster.images import ImageSet, load
from inkcluster.study.answer import Answer, Finding, Level, Partition, Table
from inkcluster.study.overview import overview
from inkcluster.study.run import rows
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.facts import DataFacts
from inkcluster.study.run.folder import ANSWERS, STEPS
from inkcluster.study.run.run import Run
from inkcluster.study.run.state import write_state
from inkcluster.study.run.written import write_answer
from inkcluster.study.settings.plan import Plan

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "{{7*191}}",
    "javascript:alert(4)",
    "--><!-- ]]>",
    "</style></title><b>",
    "'\"`&amp;",
)

ODD = ("\u202egnp.exe\u202c", "y" * 10_000)
SAYS = (  # as long as the opening answer may be: forty words
    "The 90 images form ten groups by shape, clearly: between any two of them lie far fewer images "
    "than within. Of all images 91 % carry the label of their group; look first at those twelve "
    "labels that look wrong."
)

VALUES: dict[str, Any] = {
    "seed": 69,
    "shape_k": 0,
    "study_sample": 100_000,
    "k": 10,
    "scaling": "minmax",
    "restarts": 15,
    "replace": False,
    "sample_sizes": (500, 1000),
    "resamples": 10,
    "linkage_sample": 5000,
    "map_sample": 5000,
    "eps": (8.0, 8.5),
    "min_samples": (2, 3),
    "refine": 0,
    "compare_sample": 10_000,
    "components": 100,
    "svd_solver": "randomized",
    "sweep_sample": 10000,
    "sweep_eps": (8.0,),
    "sweep_min_samples": 3,
    "many": 40,
    "thumbnails": 200_000,
}
WHY = dict.fromkeys(VALUES, "the default") | {"k": f"given on the command line {HOSTILE[0]}"}


@dataclass(frozen=True)
class Bars:
    """A figure whose every word is somebody else's."""

    name: str
    title: str
    says: str
    words: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"word": self.words, "height": np.arange(1.0, len(self.words) + 1)})

    @theme.styled
    def plot(self) -> Any:
        picture = theme.new(theme.WIDTH, 3.0)
        axes = theme.chart(picture, 0.6, 0.3, 6.5, 2.0)
        axes.bar(range(len(self.words)), range(1, len(self.words) + 1), color=theme.ACCENTS[0])
        axes.set_xticks(range(len(self.words)), self.words, rotation=20)
        return picture


@dataclass(frozen=True)
class Asked:
    """A question that yields the answer it was given."""

    key: str
    number: int
    title: str
    yields: Answer
    uses: tuple[str, ...] = ("k", "seed")
    revision: int = 1


@dataclass
class Maker:
    """Writes run folders."""

    folder: Path
    words: tuple[str, ...] = HOSTILE
    plan: Plan = field(default_factory=lambda: Plan(**VALUES, why=WHY))

    def run(self, name: str = "run", *, state: str = "done", n_rows: int = 40) -> Run:
        out = self.folder / name
        out.mkdir()
        entries: dict[str, Any] = {}
        for question in self.questions(n_rows):
            folder = out / ANSWERS / f"{question.key}-0123456789ab"
            folder.parent.mkdir(exist_ok=True)
            write_answer(folder, question, self.plan, question.yields, 1.25)
            entries[question.key] = {
                "folder": folder.name,
                "number": question.number,
                "seconds": 1.25,
            }
        failure = Finding("S2", Level.WARNING, f"This could not be answered: {self.words[0]}")
        entries["dbscan"] = {
            "number": 5,
            "title": "Which eps?",
            "seconds": 0.5,
            "findings": [{"code": "S2", "level": "warning", "sentence": failure.sentence}],
        }
        facts = DataFacts(
            name=self.words[0],
            source=f"/tmp/{self.words[2]}/{self.words[4]}",
            n=70_000,
            height=4,
            width=4,
            classes=self.words,
            hash="ab" * 32,
            line=f"70,000 images, 4 × 4, labels {self.words[0]}–9, light on dark",
            notices=(self.words[1],),
        )
        write_state(out, self._state(facts, entries, state))
        rng = np.random.default_rng(0)
        kept = {
            "pixels": rng.integers(0, 256, (6, 4, 4)).astype(np.uint8),
            "names": np.array([*self.words[:6]]),
            "look": np.array(["light on dark"]),
        }
        Desk(facts, out / STEPS).keep("samples", {"most": 20}, lambda: kept)
        return Run.open(out)

    def grouped(self, name: str = "grouped") -> Run:
        """A run of 90 digits in ten groups with a map, its labels and names hostile."""
        out = self.folder / name
        out.mkdir()
        digits = load("digits").sample(90, random_state=69)
        classes = np.array([*self.words, *ODD])
        images = replace(
            digits,
            name=self.words[0] + ODD[1],
            labels=classes[digits.labels],
            names=np.array([f"{classes[i % 10]} {i}" for i in range(90)]),
        )
        rng = np.random.default_rng(0)
        arrays = {
            "labels": digits.labels.astype(np.int32),
            "confidence": rng.random(90),
            "outlier_scores": rng.random(90),
            "places": rng.normal(size=(90, 2)) + 9 * digits.labels[:, None],
        }
        centres, _ = self.questions(40)
        opening = replace(
            centres.yields,
            arrays=arrays,
            says=SAYS,
            face="bars",
            front="short",
            partitions=(Partition("by hand", **{name: name for name in arrays}),),
        )
        return self.written(out, images, (centres, Asked("shape", 7, "How well?", opening)))

    def written(self, out: Path, images: ImageSet, questions: Iterable[Asked]) -> Run:
        """A finished run of `images` in the folder `out`, with these answers and an overview."""
        entries: dict[str, Any] = {}
        for question in questions:
            folder = out / ANSWERS / f"{question.key}-0123456789ab"
            folder.parent.mkdir(exist_ok=True)
            write_answer(folder, question, self.plan, question.yields, 1.25)
            entries[question.key] = {"folder": folder.name, "number": question.number, "seconds": 1}
        facts = DataFacts.of(images)
        rows.keep(images, out)
        write_state(out, self._state(facts, entries, "done"))
        overview.keep(images, Desk(facts, out / STEPS), Run.open(out))
        return Run.open(out)

    def questions(self, n_rows: int) -> list[Asked]:
        figure = Bars("bars", f"Bars of {self.words[0]}", f"See {self.words[1]}.", self.words)
        short = pd.DataFrame({self.words[2]: self.words, "share": np.linspace(0, 1, 8)})
        long = pd.DataFrame({"image": np.arange(n_rows), "distance": np.arange(n_rows) * 0.37})
        tables = (
            Table("short", f"Short {self.words[0]}", f"Says {self.words[3]}.", short),
            Table("long", "Long", "Many rows.", long),
        )
        findings = (
            Finding("K1", Level.OK, f"Fine, says {self.words[3]}."),
            Finding("K2", Level.WARNING, f"Two clusters are {self.words[0]}."),
            Finding("K4", Level.DETAIL, f"Only a detail, {self.words[7]}."),
            Finding("K3", Level.NOTICE, f"See {self.words[4]} and {self.words[5]}."),
        )
        return [
            Asked(
                "centres", 1, "What do the clusters look like?", Answer((figure,), tables, findings)
            ),
            Asked("shape", 7, "How well?", Answer(findings=(findings[0],))),
        ]

    def _state(self, facts: DataFacts, entries: dict[str, Any], state: str) -> dict[str, Any]:
        data_finding = {"code": "I2", "level": "notice", "sentence": self.words[1]}
        return {
            "inkcluster": "0.1.0",
            "state": state,
            "started": "2026-03-01T12:30:00+00:00",
            "finished": None,
            "versions": {"inkcluster": "0.1.0", "python": "3.11.9"},
            "data": {**asdict(facts), "findings": [data_finding]},
            "settings": {"k": {"value": 10, "given": "command line"}},
            "plan": self.plan.to_json(),
            "asked": [*entries, "restarts"],
            "seconds": {"plan": 0.5, **{key: entry["seconds"] for key, entry in entries.items()}},
            "answers": entries,
        }


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """A run with all that a report may show, its images and their groups."""
    from tests.report.whole import make

    return make(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    """Makes run folders under the test's own folder."""
    return Maker(tmp_path)


@pytest.fixture
def hostile() -> tuple[str, ...]:
    """Words that would run, close or escape something if they were not shown as text."""
    return HOSTILE


@pytest.fixture
def make_report(maker: Maker) -> Callable[..., str]:
    """The text of the report of a run made by hand."""

    def make(name: str = "run", **how: Any) -> str:
        from inkcluster import report

        return report.write(maker.run(name, **how)).read_text(encoding="utf-8")

    return make
