"""How every page of the project is rendered: self-contained, escaped, a missing text an error."""

from __future__ import annotations

import jinja2


def environment(package: str) -> jinja2.Environment:
    """Return the templates of a package, in its folder `templates`."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package, "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
