"""The data files that ship inside the package."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml


def packaged_yaml(name: str) -> dict[str, Any]:
    """Reads one of the YAML files of `screening/data`.

    Args:
        name: of the file, such as ``places.yaml``.
    """
    file = resources.files("screening").joinpath("data", name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe
    return data
