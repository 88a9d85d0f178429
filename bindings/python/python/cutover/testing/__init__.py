"""An engine in memory for the tests of code that decides.

What is overridden is a change of the ruleset that the engine makes: values, reasons and explanations are those of any other.
With pytest, the fixture `cutover_engine` is there as soon as this package is installed.

>>> from cutover.testing import TestEngine
>>> engine = TestEngine("cutover: 1\\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
>>> engine.set_value("beta", True)
>>> engine.is_enabled("beta", {"userId": "ada"})
True
>>> engine.assert_asked("beta", context={"userId": "ada"})
"""

from cutover.testing._asked import Asked
from cutover.testing._clock import TestClock
from cutover.testing._engine import TestEngine
from cutover.testing._source import TestSource

__all__ = ["Asked", "TestClock", "TestEngine", "TestSource"]
