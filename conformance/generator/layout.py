"""Writes JSON the way a person would lay it out: whatever fits on a line stays on one."""

import json
import unicodedata

WIDTH = 110


def write(document):
    """The text of a file, with a line feed at its end."""
    return _value(document, 0, _nothing_before) + "\n"


def _nothing_before(_text):
    return 0


def _value(value, indent, before):
    line = _inline(value)
    if indent > 1 and len(line) + indent * 2 + before(line) <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inner = "  " * (indent + 1)
    if isinstance(value, dict):
        parts = []
        for key, item in value.items():
            head = _text(key) + ": "
            parts.append(inner + head + _value(item, indent + 1, lambda _line, head=head: len(head) + 1))
        return "{\n" + ",\n".join(parts) + "\n" + "  " * indent + "}"
    parts = [inner + _value(item, indent + 1, lambda _line: 1) for item in value]
    return "[\n" + ",\n".join(parts) + "\n" + "  " * indent + "]"


def _inline(value):
    if isinstance(value, dict):
        entries = ", ".join(f"{_text(key)}: {_inline(item)}" for key, item in value.items())
        return "{ " + entries + " }" if entries else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value, allow_nan=False)


def _text(text):
    """A text in quotes; what cannot be seen is an escape."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(sign if _is_plain(sign) else json.dumps(sign)[1:-1] for sign in plain)


def _is_plain(sign):
    return sign.isprintable() and sign != "\ufffd" and not unicodedata.category(sign).startswith("M")
