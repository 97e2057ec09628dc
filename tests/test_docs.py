"""What the documents point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


def targets(text: str) -> list[str]:
    """Relative targets of the links and pictures in a Markdown text, without the part after #."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    found = re.findall(r"\]\(\s*<?([^)\s>]+)", prose) + re.findall(r"(?:src|href)=[\"']([^\"']+)", prose)
    inside = [target.split("#")[0] for target in found if not re.match(r"[a-z][a-z0-9+.-]*:", target)]
    return [target for target in inside if target]


def test_targets_are_the_relative_ones() -> None:
    text = (
        "[a](docs/a.md#b) ![p](p.svg \"P\") [w](https://x.org) [h](#here) `[c](c.md)` <img src='i.png'> [m](mailto:a@b)"
    )
    assert targets(text) == ["docs/a.md", "p.svg", "i.png"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_and_picture_exists(document: Path) -> None:
    missing = [target for target in targets(document.read_text("utf-8")) if not (document.parent / target).exists()]
    assert missing == []
