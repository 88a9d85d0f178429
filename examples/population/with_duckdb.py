"""DuckDB: the rows of a query are decided, and the decisions queried; and a flag as a function of SQL."""

from __future__ import annotations

import duckdb
import pyarrow as pa
from common import FLAG, file, load, report
from duckdb.func import ARROW, SPECIAL


def main() -> None:
    engine = load()

    def variant(user: pa.ChunkedArray, country: pa.ChunkedArray, tier: pa.ChunkedArray) -> pa.ChunkedArray:
        users = pa.table({"userId": user, "country": country, "tenant.tier": tier})
        return pa.table(engine.decide_arrow(FLAG, users))["variant"].cast(pa.string())

    with duckdb.connect() as database:
        database.read_parquet(str(file())).create_view("users")

        decisions = engine.decide_arrow(FLAG, database.sql("select userId, country, tenant from users"))
        counts = database.sql("select variant, reason, count(*) from decisions group by all").fetchall()
        assert len(decisions) == sum(count for _, _, count in counts)

        database.create_function("orders_variant", variant, ["VARCHAR"] * 3, "VARCHAR", type=ARROW, null_handling=SPECIAL)
        query = "select orders_variant(userId, country, tenant.tier) as variant, count(*) from users group by all"
        by_function = dict(database.sql(query).fetchall())
        assert by_function == {name: sum(count for other, _, count in counts if other == name) for name in by_function}
        database.remove_function("orders_variant")
    report(counts)


if __name__ == "__main__":
    main()
