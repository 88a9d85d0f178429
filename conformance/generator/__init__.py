"""The tables that the vectors are written in. `generate.py` turns them into JSON."""
