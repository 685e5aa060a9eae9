"""Which shipped scenarios are cases of money on top of another scenario."""

from __future__ import annotations

import re

from sim.shipped import scenario_names

CONSTRAINED = [name for name in scenario_names() if re.fullmatch(r"[a-z]+-[0-9]{2}", name)]
"Copies of a scenario with part of the money it needs."
PLAIN = [name for name in scenario_names() if name not in CONSTRAINED]
