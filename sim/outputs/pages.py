"""How every page of the project is rendered: self-contained, escaped, a missing text an error."""

from __future__ import annotations

import jinja2


def environment(*packages: str) -> jinja2.Environment:
    """Return the templates of packages, each in its folder `templates`; the first that has one gives it."""
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(name, "templates") for name in packages]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
