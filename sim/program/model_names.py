"""Readable names in files for other solvers, and the text of a program in the LP format."""

from __future__ import annotations

import io
import re
from typing import Any

import pyomo.environ as pyo
from pyomo.repn.plugins.lp_writer import LPWriter

_UNSAFE = re.compile(r"[^A-Za-z0-9_.]")
_ROW = re.compile(r"(?<!\S)c_[eul]_(\S+)_(:?)(?=\s|$)", flags=re.MULTILINE)


class Names:
    """Gives each decision and rule its name: `family(label,label)`, labels made safe for every solver.

    Two labels that become one by that are told apart by a number at the end.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def __call__(self, component: Any) -> str:
        """Return the name of a variable, a constraint or the objective of a Pyomo model."""
        family, index = component.parent_component().local_name, component.index()
        labels = index if isinstance(index, tuple) else () if index is None else (index,)
        inside = ",".join(_UNSAFE.sub("_", str(label)) for label in labels)
        name = first = f"{family}({inside})" if labels else family
        n = 1
        while name in self._taken:
            n += 1
            name = f"{first}.{n}"
        self._taken.add(name)
        return name


def lp_text(model: pyo.ConcreteModel) -> str:
    """Return a Pyomo model in the LP format, with readable names."""
    stream = io.StringIO()
    LPWriter().write(model, stream, labeler=Names())
    return plain_rows(stream.getvalue())


def plain_rows(text: str) -> str:
    """Return the text of a file without what Pyomo's writers set around the name of a row.

    A row with two different bounds is two rows of the LP format, `r_l_..._` and `r_u_..._`; those stay.
    """
    return _ROW.sub(r"\1\2", text)
