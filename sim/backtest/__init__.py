"""Back-tests: what the engine would have said, beside what happened and two naive rivals."""
