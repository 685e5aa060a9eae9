"""Outputs: tidy tables, manifest, workbook and report of a run, written beside and moved into place."""
