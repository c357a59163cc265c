"""Every promise names a test that exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
PROMISES = [
    line for line in PAGE.splitlines() if line.startswith("| ") and "| promise |" not in line
]


def test_every_promise_names_its_test():
    assert len(PROMISES) > 15
    for line in PROMISES:
        tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", line.split("|")[2])
        assert tests, line
        for path, name in tests:
            nodes = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
            assert name in {n.name for n in nodes if isinstance(n, ast.FunctionDef)}, (path, name)
