"""Reconciling: two sets of records in, the corrections owed out."""

from .core import File

COUNTED = ("owner", "owing", "compared", "equal", "missing", "extra")


def files():
    yield reconciliations()


def side(types, *rows):
    """The records of a side: the type of each column, and the rows."""
    return {"types": list(types), "rows": [list(row) for row in rows]}


def update(key, field, found, owed):
    return [key, "update", field, found, owed]


def reconciliations():
    file = File(
        "reconciliations",
        "reconciles",
        "The corrections that an owing side is owed by an owner, and what was counted. A side has columns of the types `int`, "
        "`float`, `decimal` (a text; six digits behind the point), `bool` and `text`; the first is the key. A correction is "
        "`[key, kind, field, found, owed]`, all but kind and field as texts of JSON.",
    )

    def row(name, why, owner, owing, corrections, counts, fields=("a",), **policies):
        want = {"corrections": corrections, "counters": dict(zip(COUNTED, counts, strict=True))}
        file.add(name, why, owner=owner, owing=owing, fields=[[f"o_{field}", field] for field in fields], **policies, want=want)

    text = ("int", "text")
    row("nothing", "two empty sides owe each other nothing", side(text), side(text), [], (0, 0, 0, 0, 0, 0))
    row(
        "the propagation of a status",
        "the owing side takes over what the owner says, whatever the order of the records",
        side(text, (1, "ACTIF"), (2, "ARCHIVE")),
        side(text, (2, "ACTIF"), (1, "ACTIF")),
        [update("2", "a", '"ACTIF"', '"ARCHIVE"')],
        (2, 2, 2, 1, 0, 0),
    )
    row(
        "a record that is missing",
        "is owed whole",
        side(text, (1, "x")),
        side(text),
        [["1", "create", None, None, '{"a":"x"}']],
        (1, 0, 0, 0, 1, 0),
    )
    row("not owed", "or is counted alone", side(text, (1, "x")), side(text), [], (1, 0, 0, 0, 1, 0), missing="ignore")
    row("a record too many", "stays by default", side(text), side(text, (1, "x")), [], (0, 1, 0, 0, 0, 1))
    row(
        "to be removed",
        "unless its removal is owed",
        side(text),
        side(text, (1, "x")),
        [["1", "delete", None, '{"a":"x"}', None]],
        (0, 1, 0, 0, 0, 1),
        extra="owe",
    )
    row(
        "a key twice",
        "is a finding, and nothing of it is compared: found and owed are how many records there are",
        side(text, (4, "d"), (4, "d")),
        side(text, (4, "e")),
        [["4", "duplicate_key", None, "1", "2"]],
        (2, 1, 0, 0, 0, 0),
    )
    row(
        "no key",
        "is a finding, too: null is no key, and meets no other null",
        side(text, (None, "n")),
        side(text, (None, "n")),
        [["null", "no_key", None, "1", "1"]],
        (1, 1, 0, 0, 0, 0),
    )
    row(
        "a null",
        "is a value, equal to null alone",
        side(text, (1, None), (2, None)),
        side(text, (1, "x"), (2, None)),
        [update("1", "a", '"x"', "null")],
        (2, 2, 2, 1, 0, 0),
    )
    row(
        "numbers",
        "are equal as decimals of any size, whatever the columns are",
        side(("int", "decimal", "int"), (1, "0.1", 3), (2, "0.3", 3)),
        side(("int", "float", "float"), (1, 0.1, 3.0), (2, 0.2, 3.5)),
        [update("2", "a", "0.2", "0.3"), update("2", "b", "3.5", "3")],
        (2, 2, 2, 1, 0, 0),
        fields=("a", "b"),
    )
    row(
        "a number and a text",
        "are not the same, nor are 1 and true",
        side(("int", "int", "bool"), (1, 1, True)),
        side(("int", "text", "int"), (1, "1", 1)),
        [update("1", "a", '"1"', "1"), update("1", "b", "1", "true")],
        (1, 1, 1, 0, 0, 0),
        fields=("a", "b"),
    )
    row(
        "texts",
        "are equal byte for byte: nothing is trimmed, normalised or folded",
        side(("text", "text"), ("é", "é"), ("b", "X"), ("c", "y "), ("d", "e\u0301")),
        side(("text", "text"), ("é", "é"), ("b", "x"), ("c", "y"), ("d", "é")),
        [update('"b"', "a", '"x"', '"X"'), update('"c"', "a", '"y"', '"y "'), update('"d"', "a", '"é"', '"e\u0301"')],
        (4, 4, 4, 1, 0, 0),
    )
    return file
