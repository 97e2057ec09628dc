"""Imports go one way, and what must answer at once does not wait for torch."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# What each part of core may import from core, besides itself and the modules on core's top.
ALLOWED: dict[str, set[str]] = {
    "network": set(),
    "signal": set(),
    "lens": {"network", "data"},
    "data": {"network"},
    "runs": {"network", "data"},
    "evaluation": {"network", "data", "runs"},
    "training": {"network", "data", "runs", "evaluation"},
    "studies": {"network", "data", "runs", "evaluation", "training"},
    "jobs": {"network", "data", "runs", "evaluation", "training", "lens", "studies"},
    "cli": {"network", "data", "runs", "evaluation", "training", "jobs", "lens", "signal", "studies"},
    "__main__": {"cli"},
}
TOP = {"errors", "paths", "values"}
CORE_NEVER = {"streamlit", "plotly", "dashboard", "pages"}

TORCH_FREE = (
    "core.network.layers",
    "core.network.spec",
    "core.network.shapes",
    "core.network.edits",
    "core.network.files",
    "core.network.links",
    "core.network.presets",
    "core.data.settings",
    "core.data.catalogue",
    "core.data.fit",
    "core.evaluation.*",
    "core.cli",
    "core.runs.*",
    "core.training.history",
    "core.signal.settings",
    "core.signal.windows",
    "core.signal.sizes",
    "core.signal.kernels",
    "core.signal.pictures",
    "core.signal.channels",
    "core.studies.data",
    "core.studies.folder",
    "core.studies.outcome",
    "core.studies.parts",
    "core.studies.scenes",
    "core.studies.spec",
    "core.studies.summary",
    "core.studies.treatments",
    "core.studies.verdicts",
)
TORCH_FREE_PAGES = ("home", "build", "runs")


def sources(*roots: str) -> list[Path]:
    return sorted(path for root in roots for path in (PROJECT / root).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imported(path: Path) -> frozenset[str]:
    """Dotted names that a file imports anywhere, lazily or for types alone too."""
    return frozenset(_names(path))


def _names(path: Path) -> Iterator[str]:
    package = module_of(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)


def heads(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def parts_of_core(path: Path) -> set[str]:
    """`network`, `data`, ...: the parts of core that a file imports from."""
    return {name.split(".")[1] for name in imported(path) if name.startswith("core.")}


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("path", sources("core"), ids=name_of)
def test_core_imports_downwards_only(path: Path) -> None:
    assert heads(path) & CORE_NEVER == set()
    parts = path.relative_to(PROJECT / "core").with_suffix("").parts
    if len(parts) == 1 and parts[0] in TOP | {"__init__"}:
        assert parts_of_core(path) <= TOP
        return
    assert parts[0] in ALLOWED, f"core/{parts[0]} has no place in the order of imports: give it one here"
    assert parts_of_core(path) - TOP - {parts[0]} <= ALLOWED[parts[0]]


@pytest.mark.parametrize("path", sources("dashboard"), ids=name_of)
def test_dashboard_does_not_import_pages(path: Path) -> None:
    assert "pages" not in heads(path)


@pytest.mark.parametrize("path", sources("pages"), ids=name_of)
def test_pages_do_not_import_each_other(path: Path) -> None:
    assert "pages" not in heads(path)


@pytest.mark.parametrize("path", sources("core/network", "core/data", "core/runs", "core/evaluation"), ids=name_of)
def test_charts_and_widgets_stay_out_of_the_lower_parts(path: Path) -> None:
    assert heads(path) & {"typer", "rich", "matplotlib", "IPython"} == set()


def test_the_parts_name_no_circle() -> None:
    for part, below in ALLOWED.items():
        for other in below:
            assert part not in ALLOWED[other], f"{part} and {other} import each other"


# Each program in a fork of one interpreter: as good as a new process, and much quicker.
FORKS = """
import importlib, json, os, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
def attempt(program):
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            exec(program, {})
            told = {"error": "", "torch": "torch" in sys.modules}
        except BaseException as error:
            told = {"error": repr(error), "torch": "torch" in sys.modules}
        os.write(write, json.dumps(told).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        told = pipe.read()
    os.wait()
    return json.loads(told)
print(json.dumps([attempt(program) for program in json.load(sys.stdin)]))
"""


def run_apart(programs: list[str], preloaded: list[str]) -> dict[str, dict[str, object]]:
    """Whether each program ends without an error, and whether torch was loaded then."""
    done = subprocess.run(
        [sys.executable, "-c", FORKS, json.dumps(preloaded)],
        input=json.dumps(programs),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(programs, json.loads(done.stdout), strict=True))


def torch_free_modules() -> list[str]:
    every = [module_of(path) for path in sources("core")]
    return [
        name
        for pattern in TORCH_FREE
        for name in ([pattern] if "*" not in pattern else [m for m in every if m.startswith(pattern.rstrip("*"))])
    ]


def imports_of(path: Path) -> str:
    """The import statements that run when a page is shown, and nothing else of it."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return "\n".join(ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom))


def test_what_must_answer_at_once_imports_without_torch() -> None:
    programs = [f"import {name}" for name in torch_free_modules()]
    programs += [imports_of(path) for path in sources("pages") if path.stem in TORCH_FREE_PAGES]
    programs += [imports_of(path) for path in sources("dashboard") if path.stem == "app"]
    told = run_apart(programs, ["numpy", "pydantic", "yaml", "filelock", "typer", "streamlit"])
    assert {program: result["error"] for program, result in told.items() if result["error"]} == {}
    assert [program for program, result in told.items() if result["torch"]] == []


def test_the_check_for_torch_can_fail() -> None:
    told = run_apart(["import core.training.no_such_module", "import sys; sys.modules['torch'] = sys"], [])
    assert [bool(result["error"]) for result in told.values()] == [True, False]
    assert [result["torch"] for result in told.values()] == [False, True]


def test_every_other_module_of_core_imports_on_its_own() -> None:
    """Those that need no torch are told by the test above."""
    every = [module_of(path) for path in sources("core") if path.stem != "__main__"]
    programs = [f"import {name}" for name in sorted(set(every) - set(torch_free_modules()))]
    told = run_apart(programs, ["torch", "torchvision", "sklearn.metrics", "pydantic", "yaml", "filelock", "typer"])
    assert {program: result["error"] for program, result in told.items() if result["error"]} == {}
