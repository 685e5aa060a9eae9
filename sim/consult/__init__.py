"""Consulting the tables: what a plan says, what each figure rests on, and how to begin a scenario."""
