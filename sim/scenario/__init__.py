"""Scenarios: what is asked, read from one YAML file and checked before anything runs."""
