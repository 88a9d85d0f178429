"""The provider for OpenFeature: flags are decided in the process, by an engine, a source of rulesets, or a text.

>>> from openfeature import api
>>> from cutover.openfeature import CutoverProvider
>>> ruleset = "cutover: 1\\nflags: {beta: {rules: [{serve: on}]}}"
>>> api.set_provider_and_wait(CutoverProvider(ruleset), "docs")
>>> api.get_client("docs").get_boolean_value("beta", False)
True

The package `openfeature-sdk` has to be there: `pip install cutover[openfeature]`.
"""

from cutover.openfeature._counts import Tracked, TrackedCounts
from cutover.openfeature._provider import CutoverProvider

__all__ = ["CutoverProvider", "Tracked", "TrackedCounts"]
