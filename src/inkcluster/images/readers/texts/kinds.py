"""Tells from the first bytes of a text which kind of text it is."""

from __future__ import annotations

import codecs
import re

SNIFFED_BYTES = 1 << 16
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_JSON = re.compile(r'\{\s*["}]|\[\s*(?:[\[{"]|-?\d[\d.eE+-]*\s*[,\]])')
_ARFF = re.compile(r"@(relation|attribute|data)\b", re.IGNORECASE)
_PAIRS = re.compile(
    r"[+-]?\d[\d.eE+-]*(?:,[\d.]+)*(?:\s+qid:\d+)?(?P<pairs>(?:\s+\d+:[^\s:]+)*)\s*(?:#.*)?"
)


def encoding_of(start: bytes) -> str:
    """The encoding that a byte order mark names, else UTF-8.

    Examples
    --------
    >>> from inkcluster.images.readers.texts.kinds import encoding_of
    >>> encoding_of("7,0".encode("utf-16")), encoding_of(b"7,0")
    ('utf-16', 'utf-8-sig')
    """
    found = (code for mark, code in _BYTE_ORDER_MARKS.items() if start.startswith(mark))
    return next(found, "utf-8-sig")


def text_kind(start: bytes) -> str | None:
    """``"arff"``, ``"json"``, ``"libsvm"`` or else ``"csv"``; None for bytes that are no text.

    Examples
    --------
    >>> from inkcluster.images.readers.texts.kinds import text_kind
    >>> text_kind(b"7 1:0.5 3:1\\n"), text_kind(b"7,0,0\\n"), text_kind(b"\\0\\1")
    ('libsvm', 'csv', None)
    """
    encoding = encoding_of(start)
    if encoding == "utf-16":
        start = start[: len(start) // 2 * 2]
    elif any(byte < 32 and byte not in b"\t\n\r\f" for byte in start[:520]):
        return None
    text = start.decode(encoding, "replace")
    if _JSON.match(text.lstrip()):
        return "json"
    lines = [line.strip() for line in text.splitlines()]
    if len(start) >= SNIFFED_BYTES and len(lines) > 1:
        del lines[-1]  # it may be cut
    telling = [line for line in lines if line and line[0] not in "#%"]
    if telling and _ARFF.match(telling[0]):
        return "arff"
    return "libsvm" if telling and _holds_pairs(telling) else "csv"


def _holds_pairs(lines: list[str]) -> bool:
    """Whether each line is a label and pairs of an index and a value; the last may be cut."""
    found = [_PAIRS.fullmatch(line) for line in lines[:50]]
    return all(found[:-1] or found) and any(match and match["pairs"] for match in found)
