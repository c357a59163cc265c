"""Writes the tables of docs/settings.md: ``python tests/docs/settings_block.py``."""

import re
from pathlib import Path

from inkcluster.study.questions import QUESTIONS
from inkcluster.study.settings.table import SETTINGS

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
BLOCK = re.compile(r"<!-- settings: made by .*? -->\n.*<!-- settings: end -->\n", re.DOTALL)
HEAD = "<!-- settings: made by tests/docs/settings_block.py from the table of settings -->\n"


def block():
    """A table for each topic, a row for each setting."""
    parts = [HEAD]
    for topic in dict.fromkeys(row.topic for row in SETTINGS.values()):
        parts += [
            f"\n## {topic}\n\n",
            "| name | option | meaning | allowed | default or rule | questions |\n",
            "|---|---|---|---|---|---|\n",
            *(line(row) for row in SETTINGS.values() if row.topic == topic),
        ]
    return "".join([*parts, "\n<!-- settings: end -->\n"])


def line(row):
    option = row.option.replace("/", "`, `")
    asked = [str(q.number) for q in QUESTIONS.values() if row.name in q.uses]
    cells = [f"`{row.name}`", f"`{option}`", row.help, row.kind.allowed, default(row)]
    return f"| {' | '.join([*cells, ', '.join(asked)])} |\n"


def default(row):
    value = row.default
    if value is None:
        return row.rule
    if isinstance(value, tuple):
        return f"{value[0]} to {value[-1]}"
    return f"`{value}`" if isinstance(value, str) else str(value).lower()


if __name__ == "__main__":
    text = BLOCK.sub(lambda _: block(), PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")
