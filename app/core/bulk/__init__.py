"""The same change to many rows of a queue: what will happen is said for each, then done, then taken back where wished.

A domain declares a `Bulk` with its `Deed`s (deeds.py), decides of each row and settles all together (together.py), and gives
it pages (pages.py) and a door for programs (api.py).
"""
