"""The JSON Schema of scenarios, for editors that complete and check YAML."""

from __future__ import annotations

import json

from sim.scenario.schema import Scenario


def scenario_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of a scenario file; each key says what it means."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(),
        "title": "gapwise scenario",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False)
