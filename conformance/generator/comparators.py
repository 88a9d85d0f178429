"""Comparators: what counts as the same, what two sides come to, and who serves a request by its path."""

from .core import File

BY_DEFAULT = "{}"


def files():
    yield comparisons()
    yield judgements()
    yield path_tables()


def changed(path, control, candidate):
    return {"path": path, "kind": "changed", "control": control, "candidate": candidate}


def typed(path, control, candidate):
    return {"path": path, "kind": "type", "control": control, "candidate": candidate}


def only(side, path, value):
    control, candidate = (value, None) if side == "control" else (None, value)
    return {"path": path, "kind": f"only_{side}", "control": control, "candidate": candidate}


def comparisons():
    file = File(
        "comparisons",
        "compares",
        "Two documents by a comparator. Documents are texts of JSON, for a language could change a number before it is "
        "compared. Without options everything counts, and nothing is lost: numbers are decimals of any size.",
    )
    file.rulesets["comparators"] = {
        "cutover": 1,
        "comparators": {
            "exact": {},
            "offers": {
                "ignore": ["_id", "updated_at"],
                "rename": "snake_to_camel",
                "tolerance": 0.0001,
                "dates": "iso",
                "booleans_from_01": True,
            },
            "decimals": {"decimals": True},
            "nulls": {"null_is_missing": True},
            "sets": {"unordered": ["tags"], "keyed": {"items": "id"}},
            "relative": {"relative_tolerance": 0.01},
        },
    }

    def row(name, why, comparator, control, candidate, *differences):
        want = {"count": len(differences), "differences": list(differences)}
        file.add(name, why, ruleset="comparators", comparator=comparator, control=control, candidate=candidate, want=want)

    row("the same", "a document is the same as itself", "exact", '{"a":[1,{"b":null}]}', '{"a":[1,{"b":null}]}')
    row("other spelling", "spaces and the order of keys mean nothing", "exact", '{"a":1,"b":2}', '{ "b": 2, "a": 1.0 }')
    row("a value", "with both values", "exact", '{"a":{"b":1}}', '{"a":{"b":2}}', changed("a.b", "1", "2"))
    row("a type", "1 is no text", "exact", '{"a":1}', '{"a":"1"}', typed("a", "1", '"1"'))
    row("one more, one less", "each side alone", "exact", '{"a":1}', '{"b":1}', only("control", "a", "1"), only("candidate", "b", "1"))
    row("null is a value", "unless it is said otherwise", "exact", '{"a":null}', "{}", only("control", "a", "null"))
    row("null is missing", "where it is said", "nulls", '{"a":null}', "{}")
    row("2^53 and one more", "no digit is lost", "exact", "9007199254740993", "9007199254740992", changed("$", "9007199254740993", "9007199254740992"))
    row("an exponent", "a number however it is written", "exact", "[100,1e2,-0]", "[1E+2,100.0,0]")
    row("1 is not true", "unless it is said otherwise", "exact", '{"a":1}', '{"a":true}', typed("a", "1", "true"))
    row("1 is true, 2 is not", "only 0 and 1 are", "offers", '{"a":1,"b":2}', '{"a":true,"b":true}', typed("b", "2", "true"))
    row("renamed", "names change their case, on both sides", "offers", '{"user_id":1}', '{"userId":1}')
    row("ignored", "wherever the name is", "offers", '{"_id":1,"x":{"updated_at":1}}', '{"x":{}}')
    row("near enough", "within the tolerance, and not beyond", "offers", "[1.00009,1.0002]", "[1,1]", changed("[1]", "1.0002", "1"))
    row("an instant", "whatever its offset", "offers", '"2024-03-01T10:00:00+01:00"', '"2024-03-01T09:00:00.000Z"')
    row("a text with a date", "is a text unless it is said otherwise", "exact", '"2024-03-01T10:00:00+01:00"', '"2024-03-01T09:00:00Z"', changed("$", '"2024-03-01T10:00:00+01:00"', '"2024-03-01T09:00:00Z"'))
    row("decimals in texts", "exactly", "decimals", '["12.50","0.1","12345678901234567890.1"]', '[12.5,"0.10","12345678901234567890.10"]')
    row("no order", "where it is said", "sets", '{"tags":["a","b"],"list":[1,2]}', '{"tags":["b","a"],"list":[2,1]}', changed("list[0]", "1", "2"), changed("list[1]", "2", "1"))
    row("by a key", "elements find each other", "sets", '{"items":[{"id":1,"v":1},{"id":2,"v":2}]}', '{"items":[{"id":2,"v":3},{"id":1,"v":1}]}', changed("items[1].v", "2", "3"))
    row("a share", "of the larger one", "relative", "[100,100]", "[100.9,102]", changed("[1]", "100", "102"))
    return file


def judgements():
    file = File(
        "judgements",
        "judges",
        "What two sides come to. Every case is counted; an error of the comparator is an error and never a match.",
    )
    file.rulesets["comparators"] = {"cutover": 1, "comparators": {"exact": {}}}

    def row(name, why, control, candidate, verdict):
        file.add(name, why, ruleset="comparators", comparator="exact", control=control, candidate=candidate, want=verdict)

    def value(text):
        return {"value": text}

    def error(name):
        return {"error": {"class": name, "message": "no"}}

    row("the same", "both found it", value("1"), value("1.0"), "match")
    row("not the same", "both found something else", value("1"), value("2"), "mismatch")
    row("the candidate fails", "which is a difference", value("1"), error("Gone"), "candidate_error")
    row("the control fails", "which is one too", error("Gone"), value("1"), "control_error")
    row("both fail", "alike or not", error("Gone"), error("Down"), "both_error")
    row("one is too late", "nothing can be said", value("1"), {"timed_out": True}, "timed_out")
    row("one was not asked", "no sample, or no permit", value("1"), {"not_run": "not sampled"}, "skipped")
    row("one is no JSON", "a comparison that fails is no match", value("1"), value("{"), "error")
    return file


def path_tables():
    file = File(
        "path_tables",
        "paths",
        "Who serves a request. The longest literal path decides, by whole segments; then the entry with more conditions.",
    )
    file.rulesets["tables"] = {
        "cutover": 1,
        "paths": {
            "api": [
                {"path": "/api/products", "service": "product-service-mongo", "side": "new", "migrated_at": "2024-01-15"},
                {"path": "/api/orders", "service": "order-service-sql", "side": "old", "planned": "2024-02-01"},
                {"path": "/api/orders/:id/lines", "service": "lines", "side": "new"},
                {"path": "/api/orders", "methods": ["GET"], "service": "order-reader", "side": "new"},
                {"path": "/api", "service": "monolith", "side": "old", "fallback": "spare"},
                {"path": "/v1", "service": "legacy", "side": "old", "deprecated_at": "2024-01-01", "sunset": "2026-12-31"},
                {
                    "path": "/cart",
                    "service": "cart-new",
                    "side": "new",
                    "rollout": "50%",
                    "by": {"header": "X-User"},
                    "otherwise": {"service": "cart-old", "side": "old"},
                },
            ]
        },
    }

    def row(name, why, target, want, *, method="GET", headers=None, now=1_735_689_600_000):
        file.add(
            name,
            why,
            ruleset="tables",
            table="api",
            request={"method": method, "target": target, "headers": headers or {}},
            now=now,
            want=want,
        )

    def served(service, side, *, params=None, fallback=None, **headers):
        base = {"X-Data-Source": side, "X-Service": service, "X-Migrated": "true" if side == "new" else "false"}
        return {"service": service, "side": side, "params": params or {}, "fallback": fallback, "headers": {**base, **headers}}

    row("itself", "a path takes itself", "/api/products", served("product-service-mongo", "new"))
    row("below", "and all below it, whatever the query", "/api/products/42?page=2", served("product-service-mongo", "new"))
    row("a segment is whole", "not what only begins alike", "/api/products2", served("monolith", "old", fallback="spare"))
    row("a method", "a condition comes before none", "/api/orders/7", served("order-reader", "new"))
    row("another method", "falls to the entry without one", "/api/orders/7", served("order-service-sql", "old"), method="POST")
    row("a parameter", "by its name, decoded", "/api/orders/a%20b/lines", served("lines", "new", params={"id": "a b"}))
    row("a fallback", "for methods that change nothing", "/api/x", served("monolith", "old"), method="POST")
    row("nothing", "no entry takes it", "/health", None)
    row("before its deprecation", "nothing is said yet", "/v1/x", served("legacy", "old"), now=1_700_000_000_000)
    row(
        "deprecated",
        "RFC 9745 and RFC 8594",
        "/v1/x",
        served("legacy", "old", **{"Deprecation": "@1704067200", "Sunset": "Thu, 31 Dec 2026 00:00:00 GMT"}),
    )
    row("no unit", "is outside, and never hashed", "/cart", served("cart-old", "old"))
    row("double slashes", "are one", "//api//products", served("product-service-mongo", "new"))
    return file
