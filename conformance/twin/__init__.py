"""A second implementation of what Cutover decides, written from the documents alone: obvious, slow, and for tests.

It reads a ruleset as it stands, walks it for every question, and knows no program, no table and no cache. Whatever the
engine does for speed, it must answer what this answers. ``python -m twin`` compares the two on generated rulesets, and
``python -m twin --vectors`` holds this to the vectors.
"""
