"""No engine at all: what the loop costs."""

from engines import Opened

PACKAGES: list[str] = []
HOW = "no engine: what the timing loop costs itself"


def open(text: str, file: str) -> Opened:
    return Opened(context=lambda user: user, is_on="True", variant="'b'")
