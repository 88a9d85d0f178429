"""The public OFREP provider, as it is published, against the real control plane."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason
from plane import COMMAND, Server, serving

from cutover import Engine

RULESET = """cutover: 1
flags:
  kill_switch: { rules: [{ serve: on }] }
  title: { variants: { plain: Jobs, warm: Vos offres été }, default: plain, rules: [{ if: { attribute: lang, is: fr }, serve: warm }] }
  page_size: { variants: { short: 20, long: 100 }, default: long }
  ratio: { variants: { half: 0.5, whole: 1.0 }, default: half, rules: [{ if: { attribute: all, is: true }, serve: whole }] }
  layout: { variants: { wide: { columns: 2, names: [a, b] }, none: { columns: 0 } }, default: wide }
  closed: { enabled: false, rules: [{ serve: on }] }
  share: { rules: [{ serve: { rollout: 50% } }] }
"""

pytestmark = pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")
domains = itertools.count()


def client(server: Server, key: str) -> OpenFeatureClient:
    provider = OFREPProvider(server.url, headers_factory=lambda: {"Authorization": f"Bearer {key}"})
    domain = f"test {next(domains)}"
    api.set_provider(provider, domain)
    return api.get_client(domain)


@contextmanager
def asking(data: Path) -> Iterator[tuple[Server, OpenFeatureClient]]:
    with serving(data) as server:
        server.publish(RULESET)
        order = '{"name":"a service","role":"server","env":"production"}'
        yield server, client(server, server.ask("POST", "/v1/keys", order)["key"])


def who(key: str | None = None, **attributes: str | bool) -> EvaluationContext:
    return EvaluationContext(key, attributes)


def test_it_gives_values_of_all_types_with_their_variants_and_reasons(tmp_path: Path) -> None:
    with asking(tmp_path) as (_, flags):
        on = flags.get_boolean_details("kill_switch", False)
        assert (on.value, on.variant, on.reason) == (True, "on", Reason.STATIC)
        assert (on.flag_metadata["version"], len(str(on.flag_metadata["digest"]))) == (1, 32)
        warm = flags.get_string_details("title", "?", who(lang="fr"))
        assert (warm.value, warm.variant, warm.reason) == ("Vos offres été", "warm", Reason.TARGETING_MATCH)
        assert flags.get_string_details("title", "?", who(lang="en")).reason == Reason.DEFAULT
        assert flags.get_integer_value("page_size", 1) == 100
        assert flags.get_float_value("ratio", 0.0) == 0.5
        assert flags.get_float_details("ratio", 0.0, who(all=True)).value == 1.0
        assert flags.get_object_value("layout", {}) == {"columns": 2, "names": ["a", "b"]}
        closed = flags.get_boolean_details("closed", True)
        assert (closed.value, closed.reason) == (False, Reason.DISABLED)
        assert flags.get_boolean_details("share", False, who("ada")).reason == Reason.SPLIT


def test_it_says_what_is_wrong_and_gives_the_default_of_the_caller(tmp_path: Path) -> None:
    with asking(tmp_path) as (server, flags):
        for flag, code in [
            ("no_such_flag", ErrorCode.FLAG_NOT_FOUND),
            ("title", ErrorCode.TYPE_MISMATCH),
            ("share", ErrorCode.TARGETING_KEY_MISSING),
        ]:
            found = flags.get_boolean_details(flag, True)
            assert (found.value, found.reason, found.error_code) == (True, Reason.ERROR, code)
        stranger = client(server, "cutover_0123456789abcdef_wrong").get_boolean_details("kill_switch", False)
        assert (stranger.value, stranger.error_code, stranger.error_message) == (
            False,
            ErrorCode.GENERAL,
            "unauthorized",
        )
        server.kill()
        assert flags.get_boolean_details("kill_switch", False).error_code == ErrorCode.GENERAL


def test_it_hears_of_a_change_with_the_next_question_and_splits_as_every_engine_does(tmp_path: Path) -> None:
    with asking(tmp_path) as (server, flags):
        users = [f"user_{user}" for user in range(40)]
        own = Engine.from_str(RULESET)
        asked = [flags.get_boolean_value("share", False, who(user)) for user in users]
        assert asked == [own.is_enabled("share", {"targetingKey": user}) for user in users]
        server.publish(RULESET.replace("50%", "100%"))
        assert all(flags.get_boolean_value("share", False, who(user)) for user in users)
        server.ask("POST", "/admin/emergency-rollback", '{"flags":["share"]}')
        held = flags.get_boolean_details("share", True, who("user_1"))
        assert (held.value, held.reason) == (False, Reason.DISABLED)
