"""The tables that the vectors are written in. `generate.py` turns them into JSON."""

from . import values

MODULES = [values]


def FILES():
    """Every file, in the order of the tables."""
    return [file for module in MODULES for file in module.files()]
