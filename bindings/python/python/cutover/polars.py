"""Decisions as an expression of Polars, for eager and lazy frames: `pip install cutover[polars]`.

>>> import polars as pl
>>> from cutover import Engine
>>> from cutover.polars import decide
>>> engine = Engine.from_str('''
... cutover: 1
... flags:
...   orders_mongodb:
...     rules:
...       - { if: { attribute: tenant.tier, in: [enterprise, premium] }, serve: on }
...       - { serve: { rollout: 50%, by: userId } }
... ''')
>>> users = pl.LazyFrame({"userId": ["user_1", "user_2"], "tenant.tier": ["premium", None], "note": ["", ""]})
>>> decided = users.with_columns(orders=decide(engine, "orders_mongodb"))
>>> decided.select(pl.col("orders").struct.unnest()).select("value", "reason").collect().rows()
[(True, 'TARGETING_MATCH'), (True, 'SPLIT')]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import polars as pl

from cutover import Engine

__all__ = ["decide"]


def decide(
    engine: Engine,
    key: str,
    columns: Sequence[str | pl.Expr] | None = None,
    *,
    now: int | datetime | None = None,
    threads: int | None = None,
) -> pl.Expr:
    """An expression that decides a flag for every row: a struct of the columns that `Engine.decide_arrow` gives.

    The attributes are those columns of the frame that the flag reads, and no others, so that a lazy scan loads no
    others: for an attribute `tenant.tier` the column `tenant.tier`, or the struct `tenant`. Polars raises
    `ColumnNotFoundError` or `InvalidOperationError` where the frame has none of them; a flag that reads nothing takes
    the frame's first column, to know how many rows there are. `columns` gives the attributes by hand: names, or
    expressions whose output has the name of an attribute, as `pl.col("id").alias("userId")`.

    `now` and `threads` are those of `Engine.decide_arrow`. Without `now` the clock is read when Polars evaluates the
    expression, once for each piece that it evaluates: give it where all rows are to be decided at one moment.

    >>> import polars as pl
    >>> from cutover import Engine
    >>> from cutover.polars import decide
    >>> engine = Engine.from_str("cutover: 1\\nflags: {beta: {rules: [{if: {attribute: tier, is: premium}, serve: on}]}}")
    >>> users = pl.DataFrame({"id": ["user_1", "user_2"], "plan": ["premium", "free"]})
    >>> beta = decide(engine, "beta", [pl.col("plan").alias("tier")]).struct.field("value")
    >>> users.filter(beta)["id"].to_list()
    ['user_1']
    """
    given = columns if columns is not None else [_read(engine, key)]
    # What is decided for no rows has the types of what is decided for some.
    types = pl.DataFrame(engine.decide_arrow(key, pl.DataFrame())).schema

    def run(rows: pl.Series) -> pl.Series:
        return pl.DataFrame(engine.decide_arrow(key, rows, now=now, threads=threads)).to_struct(rows.name)

    return pl.struct(given).map_batches(run, return_dtype=pl.Struct(types), is_elementwise=True).alias(key)


def _read(engine: Engine, key: str) -> pl.Expr:
    """The columns that may hold the attributes that a flag reads."""
    paths = engine.reads(key)
    if not paths:
        return pl.first()
    names = sorted({name for path in paths for name in (path, path.split(".")[0])})
    return pl.col(f"^({'|'.join(re.escape(name) for name in names)})$")
