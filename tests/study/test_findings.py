"""Every code that the questions use is registered, and every code registered is used."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import inkcluster.study
from inkcluster.images import ImageSet
from inkcluster.study.answer import Level
from inkcluster.study.findings import CODES, of_images

ROOM = Path(inkcluster.study.__file__).parent
REGISTRY = ROOM / "findings.py"


def codes_in(path):
    """Codes that string constants are or begin with (``"K1 part"``), outside the registry itself."""
    tree = ast.parse(path.read_text())
    registry = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "CODES"
    ]
    skipped = {id(inner) for node in registry for inner in ast.walk(node)}
    return {
        node.value[:2]
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and id(node) not in skipped
        and isinstance(node.value, str)
        and re.match(r"[AKRHLDCIPS]\d( |$)", node.value)
    }


def test_codes_used_are_the_codes_registered():
    used = set().union(*(codes_in(path) for path in ROOM.rglob("*.py")))
    assert used == set(CODES)


@pytest.mark.parametrize(
    "path", sorted(ROOM.glob("questions/*/findings.py")), ids=lambda path: path.parent.name
)
def test_every_template_is_used_in_its_file(path):
    tree = ast.parse(path.read_text())
    made = [
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentences"
    ]
    keys = {id(key): key.value for templates in made for key in templates.keys}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    said = {node.value for node in texts if id(node) not in keys and isinstance(node.value, str)}
    assert set(keys.values()) <= said


def test_every_code_has_its_line():
    assert all(meaning and "\n" not in meaning for meaning in CODES.values())


def test_findings_of_images_are_warnings_and_notices():
    pixels = np.random.default_rng(0).integers(0, 256, (30, 5, 5)).astype(np.uint8)
    pixels[:3] = 0
    found = of_images(ImageSet(pixels, name="odd", notices=("Skipped one.",)))
    assert {"I1", "I2"} == {f.code for f in found}
    assert {f.level for f in found if f.code == "I1"} == {Level.WARNING}
    assert [(f.level, f.sentence) for f in found if f.code == "I2"] == [
        (Level.NOTICE, "Skipped one.")
    ]
