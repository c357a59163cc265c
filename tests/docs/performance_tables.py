"""Writes the tables of docs/performance.md from what the benchmarks measured:

python -m benchmarks.cold --study --json cold.json
python -m benchmarks.stranger --json stranger.json
python tests/docs/performance_tables.py cold.json stranger.json
"""

import json
import re
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def blocks(text):
    """What stands between the marks, by the benchmark's name."""
    found = re.findall(r"<!-- (\w+): begin -->\n(.*?)<!-- \1: end -->", text, re.DOTALL)
    return dict(found)


def with_blocks(text, tables):
    for name, table in tables.items():
        marks = rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)"
        text = re.sub(marks, lambda m, table=table: f"{m[1]}{table}{m[2]}", text, flags=re.DOTALL)
    return text


def cold_table(found):
    from benchmarks import cold

    return f"\n{machine(found)}\n\n{cold.markdown([cold.row(one) for one in found['calls']])}\n\n"


def stranger_table(found):
    from benchmarks import stranger

    cells = [stranger.Cell(**one) for one in found["cells"]]
    cells.sort(key=lambda cell: (cell.failed is None, cell.ratio))
    return f"\n{machine(found)}\n\n{stranger.markdown(cells)}\n\n"


def machine(found):
    where = found["machine"]
    return f"{where['processors']} processors, Python {where['python']}, {where['platform']}."


if __name__ == "__main__":
    sys.path.insert(0, str(PAGE.parents[1]))
    cold, stranger = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    tables = {"cold": cold_table(cold), "stranger": stranger_table(stranger)}
    PAGE.write_text(with_blocks(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
