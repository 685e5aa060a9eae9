"""Bounds of very many futures without solving them."""
