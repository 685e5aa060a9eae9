"""Alternatives of a run: found from its folder, certified, and written beside it."""
