"""Two sets of records in, the corrections owed out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cutover._cutover import Reconciliation
from cutover._cutover import reconcile as _reconcile

if TYPE_CHECKING:
    from cutover._cutover import _Table

_Pair: TypeAlias = str | tuple[str, str]
_Path: TypeAlias = str | os.PathLike[str]

PARTITIONS = 256
MEMORY = 128 << 20


def reconcile(
    owner: _Table | Iterable[_Table] | _Path,
    owing: _Table | Iterable[_Table] | _Path,
    *,
    key: _Pair,
    fields: Iterable[_Pair] | Mapping[str, str],
    missing: Literal["owe", "ignore"] = "owe",
    extra: Literal["owe", "ignore"] = "ignore",
    times: Literal["exact", "ms"] = "exact",
    spill: _Path | bool = True,
    memory: int = MEMORY,
    partitions: int | None = None,
) -> Reconciliation:
    """Compares two sets of records, of which the `owner` is right, and streams the corrections that the other is owed.

    Each side is a pyarrow `Table`, a `RecordBatchReader`, a `pyarrow.dataset`, the path of a Parquet file or a folder
    of them, an iterable of batches, or whatever else has the Arrow PyCapsule interface. It is read once, batch by
    batch, and without a copy of its batches; of datasets and files only the columns are loaded that are compared.

    `key` is the column by which records meet, and `fields` the columns that the owing side takes over: a name, or a
    pair of the owner's name and the owing side's. `a.b` is the field `b` of a struct `a`, where no column has that name.
    `missing` says whether records are owed that the owing side has not, and `extra` whether the removal of those is
    that the owner has not.

    The answer has the columns

    - `key`: an integer or a text where both keys are, else the key as JSON; null for records without a key.
    - `kind`: `update` sets a field, `create` makes a record, `delete` removes it. `duplicate_key` and `no_key` are
      findings: records that were not compared, because their key is not one, and is not there.
    - `field`: the owing side's column that an `update` sets.
    - `found`, `owed`: what the owing side has and what it should have, as JSON; null where there is no record. For
      `create` and `delete` they are objects of all fields, for findings the number of records.

    They come in the order of the hashes of the keys, which is the same on every machine and for any `partitions`.

    Equal is what is the same value: `1` is `1.0`, and `0.1` a decimal, a float of 64 bits or one of 32; no number is a
    text or a boolean, no timestamp with a time zone is one without. With `times="ms"` timestamps are cut to
    milliseconds, for a store that keeps no more. Null is a value, equal to null.

    Records beyond `memory` bytes go to a file without a name in the folder `spill`, by default that of temporary files;
    `False` keeps all in memory. They are divided into `partitions`, by default 256, of which one at a time is in memory
    while the answer is read. Keys of which one side has many more than its share of a partition, such as null, take
    that memory, too. The interpreter is free while Rust works, and Ctrl-C is heard.

    Raises `TypeError` where a side is no table, `ValueError` where a column is not there or cannot be compared, or
    where no two keys can be equal, and `OSError` where the disk fails.

    >>> import pyarrow as pa
    >>> import cutover
    >>> recruiters = pa.table({"job_id": [1, 2, 3], "status": ["ACTIF", "ARCHIVE", "ACTIF"]})
    >>> jobs_partners = pa.table({"_id": [2, 1], "recruiter_status": ["ACTIF", "ACTIF"]})
    >>> owed = cutover.reconcile(
    ...     recruiters,
    ...     jobs_partners,
    ...     key=("job_id", "_id"),
    ...     fields=[("status", "recruiter_status")],
    ...     missing="ignore",
    ... )
    >>> pa.table(owed).to_pylist()
    [{'key': 2, 'kind': 'update', 'field': 'recruiter_status', 'found': '"ACTIF"', 'owed': '"ARCHIVE"'}]
    >>> owed.counters["compared"], owed.counters["equal"], owed.counters["missing"]
    (2, 1, 1)
    """
    pairs = [_pair(field) for field in _listed(fields)]
    keys = _pair(key)
    folder = None if spill is False else tempfile.gettempdir() if spill is True else os.fspath(spill)
    return _reconcile(
        _source(owner, [keys[0], *(pair[0] for pair in pairs)]),
        _source(owing, [keys[1], *(pair[1] for pair in pairs)]),
        keys,
        pairs,
        missing,
        extra,
        times,
        folder,
        memory,
        PARTITIONS if partitions is None else partitions,
    )


def _listed(fields: Any) -> Iterable[_Pair]:
    if isinstance(fields, str):
        raise TypeError("fields is a list of names, not one: write [name]")
    return fields.items() if isinstance(fields, Mapping) else fields


def _pair(names: _Pair) -> tuple[str, str]:
    if isinstance(names, str):
        return names, names
    owner, owing = names
    return owner, owing


def _source(side: Any, paths: list[str]) -> Any:
    """What the binary reads: a stream, a table or an iterable of them."""
    if isinstance(side, (str, os.PathLike)):
        path = os.fspath(side)
        if os.path.isfile(path):
            return _file(path, paths)
        # What comes as a table needs no pyarrow.
        side = import_module("pyarrow.dataset").dataset(path)
    if not hasattr(side, "scanner"):
        return side
    columns = _columns(side.schema.names, paths)
    datasets = import_module("pyarrow.dataset")
    # What is read ahead takes memory, and a reader of Parquet keeps it unless it is told not to.
    options: dict[str, Any] = {"batch_size": 1 << 15, "batch_readahead": 2, "fragment_readahead": 1}
    if isinstance(getattr(side, "format", None), datasets.ParquetFileFormat):
        options["fragment_scan_options"] = datasets.ParquetFragmentScanOptions(pre_buffer=False)
    return side.scanner(columns=columns, **options).to_reader()


def _columns(names: Iterable[str], paths: list[str]) -> list[str]:
    """The columns that hold what is at these paths."""
    wanted = {name for path in paths for name in (path, path.split(".")[0])}
    return [name for name in names if name in wanted]


def _file(path: str, paths: list[str]) -> Iterator[Any]:
    """A Parquet file read piece by piece, which takes a fraction of the memory that a dataset takes."""
    with import_module("pyarrow.parquet").ParquetFile(path, pre_buffer=False) as file:
        yield from file.iter_batches(batch_size=1 << 15, columns=_columns(file.schema_arrow.names, paths))
