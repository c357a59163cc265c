"""Changes bytes and JSON values at random, as a seed says."""

import json
import random
import struct

EXTREMES = (0, 1, -1, 0x7F, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)
TEXTS = (
    "",
    "../../../../x",
    "/etc/passwd",
    "a/b",
    "..",
    ".",
    "\x00",
    "\x1b[31m\x9b\u202e",
    "caf\udce9",
    "\ud83d\ude00",
    "\U000e0001",
    "=1+1",
    "<script>alert(1)</script>",
    "]]></svg><meta http-equiv=refresh content=0;url=https://example.org>",
    "x" * 100_000,
)
RAW = ("NaN", "Infinity", "-Infinity", "1e999", "9" * 25, "9" * 5000, "-" + "9" * 400, "1e308")


def mutated(content: bytes, rng: random.Random) -> bytes:
    """`content` with one to four changes: flips, splices, cuts, extreme numbers, repeats."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(7):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << rng.randrange(8)
            case 1:
                changed[at : at + rng.randrange(1, 40)] = rng.randbytes(rng.randrange(40))
            case 2:
                del changed[at:]
            case 3:
                width, kind = rng.choice(((1, "B"), (4, "I"), (8, "Q")))
                value = rng.choice(EXTREMES) % (1 << 8 * width)
                changed[at : at + width] = struct.pack(rng.choice("<>") + kind, value)
            case 4:
                changed[at:at] = changed[at : at + rng.randrange(1, 2000)]
            case 5:
                changed[at : at + rng.randrange(1, 200)] = bytes(rng.randrange(200))
            case _:
                del changed[at : at + rng.randrange(1, 200)]
    return bytes(changed)


def mutated_json(text: str, rng: random.Random) -> str:
    """The JSON `text` with one value or key changed to something that nobody would write there."""
    document = json.loads(text)
    holders = list(_holders(document))
    mark = "\ufffdHERE\ufffd"
    holder = rng.choice(holders)
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    key = rng.choice(keys) if keys else None
    if key is None or rng.random() < 0.1:
        if isinstance(holder, dict):
            holder[rng.choice(TEXTS)] = mark
        else:
            holder.append(mark)
    elif rng.random() < 0.15 and isinstance(holder, dict):
        holder[rng.choice(TEXTS)] = holder.pop(key)
    elif rng.random() < 0.15:
        del holder[key]
    else:
        holder[key] = mark
    return json.dumps(document).replace(json.dumps(mark), _value(rng))


def _value(rng: random.Random) -> str:
    deep = rng.choice((40, 900, 200_000))
    values = (
        json.dumps(rng.choice(TEXTS)),
        json.dumps(rng.choice(EXTREMES) * rng.choice((1, -1))),
        rng.choice(RAW),
        rng.choice(("null", "true", "[]", "{}", "[[]]", '{"a": 1}', "0.5", "-0.0")),
        "[" * deep + "]" * deep,
        '{"a":' * deep + "1" + "}" * deep,
    )
    return rng.choice(values)


def _holders(value):
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)
