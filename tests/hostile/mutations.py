"""Seeded damage to the bytes of a file."""

import gzip
import struct
import zlib
from collections.abc import Callable

import numpy as np

Rng = np.random.Generator
EXTREMES = [0, 1, 2, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1,
            2**64 - 1]  # fmt: skip
WORDS = [b"nan", b"inf", b"-1", b"1e308", b"9" * 30, b"9" * 5000, b"{", b"[" * 3000, b'"', b"\x00", b"\xff",
         b"\xc3\x28", b"../../x", b"=1+1", b",", b"\n", b"\r", b"@data", b"a" * 60_000]  # fmt: skip


def _at(rng: Rng, content: bytes, length: int = 1) -> int:
    """A place, half of the time near the start or the end, where headers are."""
    n = max(1, len(content) - length)
    near = int(min(n, rng.integers(1, 400)))
    where = rng.integers(4)
    if where == 0:
        return int(rng.integers(near))
    return int(n - 1 - rng.integers(near)) if where == 1 else int(rng.integers(n))


def flip(rng: Rng, content: bytes, _: bytes) -> bytes:
    out = bytearray(content)
    for _i in range(int(rng.integers(1, 9))):
        out[_at(rng, content)] ^= 1 << int(rng.integers(8))
    return bytes(out)


def cut(rng: Rng, content: bytes, _: bytes) -> bytes:
    return content[: _at(rng, content)]


def remove(rng: Rng, content: bytes, _: bytes) -> bytes:
    at, length = _at(rng, content), int(rng.integers(1, 300))
    return content[:at] + content[at + length :]


def splice(rng: Rng, content: bytes, other: bytes) -> bytes:
    source = other if rng.integers(2) else content
    start, length = _at(rng, source), int(2 ** rng.uniform(0, 12))
    at = _at(rng, content)
    kept = content[at + length :] if rng.integers(2) else content[at:]
    return content[:at] + source[start : start + length] + kept


def number(rng: Rng, content: bytes, _: bytes) -> bytes:
    """Write an extreme length over bytes that may hold one."""
    size, order = [(2, "H"), (4, "I"), (8, "Q")][int(rng.integers(3))]
    value = EXTREMES[int(rng.integers(len(EXTREMES)))] & (256**size - 1)
    at = _at(rng, content, size)
    at -= at % (1 if rng.integers(2) else size)
    return (
        content[:at] + struct.pack("<>"[int(rng.integers(2))] + order, value) + content[at + size :]
    )


def word(rng: Rng, content: bytes, _: bytes) -> bytes:
    """Put text that means trouble in place of a number of a text, or anywhere."""
    at = _at(rng, content)
    text = WORDS[int(rng.integers(len(WORDS)))]
    return content[:at] + text + content[at + int(rng.integers(3)) :]


def nudge(rng: Rng, content: bytes, _: bytes) -> bytes:
    """Replace some digits by digits, so that a text remains one."""
    out = bytearray(content)
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    for _i in range(int(rng.integers(1, 6))):
        if digits:
            out[digits[int(rng.integers(len(digits)))]] = 48 + int(rng.integers(10))
    return bytes(out)


def repeat(rng: Rng, content: bytes, _: bytes) -> bytes:
    at, length = _at(rng, content), int(2 ** rng.uniform(0, 8))
    return content[:at] + content[at : at + length] * int(2 ** rng.uniform(1, 9)) + content[at:]


def inside(rng: Rng, content: bytes, other: bytes) -> bytes:
    """Damage what a gzip file holds, and pack it again, so that its sum is right."""
    if content[:2] != b"\x1f\x8b":
        return number(rng, content, other)
    try:
        held = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return flip(rng, content, other)
    return gzip.compress(one(rng, held, other), mtime=0)


KINDS: list[Callable[[Rng, bytes, bytes], bytes]] = [
    flip, flip, cut, remove, splice, number, number, word, nudge, nudge, repeat, inside,
]  # fmt: skip


def one(rng: Rng, content: bytes, other: bytes) -> bytes:
    """One mutation drawn by `rng`; `other` is another file, to splice from."""
    return KINDS[int(rng.integers(len(KINDS) - 1))](rng, content, other)


def hostile(rng: Rng, content: bytes, other: bytes) -> bytes:
    """One to three mutations."""
    for _ in range(int(rng.integers(1, 4))):
        content = KINDS[int(rng.integers(len(KINDS)))](rng, content, other) or b"\0"
    return content
