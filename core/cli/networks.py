"""Commands about networks: what there is, what flows through one, and its source."""

from __future__ import annotations

import difflib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.cli.arguments import ArgumentError
from core.cli.output import document, table, times
from core.network import files, presets
from core.network.shapes import check
from core.network.spec import NetworkSpec

NetworkArgument = Annotated[
    str, typer.Argument(metavar="PRESET_OR_FILE", help="A preset's name, or a network's JSON or YAML file.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

MAX_FILE_BYTES = 1_000_000


class Target(StrEnum):
    pytorch = "pytorch"
    keras = "keras"
    json = "json"
    yaml = "yaml"


def network_of(preset_or_file: str) -> NetworkSpec:
    """The network that an argument names; raises ArgumentError or SpecError."""
    if preset_or_file in presets.PRESETS:
        return presets.PRESETS[preset_or_file].network
    path = Path(preset_or_file)
    if not path.is_file():
        raise ArgumentError(f"There is no preset and no file called '{preset_or_file}'{_hint(preset_or_file)}")
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ArgumentError(f"{path} is larger than 1 MB: it is not a network's description.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ArgumentError(f"{path} is not a text file: a network's description is JSON or YAML.") from error
    return files.parse(text, source=str(path))


def _hint(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), presets.PRESETS, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else f"; the presets are {', '.join(presets.PRESETS)}."


def list_presets(as_json: Json = False) -> None:
    """List the networks of the lectures."""
    rows = [(preset, check(preset.network)) for preset in presets.PRESETS.values()]
    if as_json:
        document(
            [
                {
                    "name": preset.name,
                    "title": preset.title,
                    "story": preset.story,
                    "source": preset.source,
                    "reported": preset.reported,
                    "input_shape": preset.network.input_shape,
                    "classes": traced.classes,
                    "layers": len(preset.network.layers),
                    "total_parameters": traced.parameters,
                    "total_macs": traced.macs,
                }
                for preset, traced in rows
            ]
        )
        return
    table(
        ("preset", "input", "layers", "parameters", "multiply-adds", "title"),
        [(p.name, times(p.network.input_shape), len(p.network.layers), t.parameters, t.macs, p.title) for p, t in rows],
        right=(2, 3, 4),
    )


def shapes(preset_or_file: NetworkArgument, as_json: Json = False) -> None:
    """Show the shape, parameters and multiply-adds of every layer, for one sample."""
    spec = network_of(preset_or_file)
    traced = check(spec)
    if as_json:
        document(
            {
                "name": spec.name,
                "input_shape": spec.input_shape,
                "output_shape": traced.output_shape,
                "total_parameters": traced.parameters,
                "total_macs": traced.macs,
                "total_activation_bytes": traced.activation_bytes,
                "rows": [
                    {
                        "index": row.index,
                        "kind": row.layer.kind,
                        "label": row.layer.label,
                        "input_shape": row.input_shape,
                        "output_shape": row.output_shape,
                        "parameters": row.parameters,
                        "macs": row.macs,
                        "activation_bytes": row.activation_bytes,
                    }
                    for row in traced.rows
                ],
            }
        )
        return
    rows: list[tuple[object, ...]] = [("", "input", times(spec.input_shape), "", "", "")]
    rows += [
        (row.index, row.layer.label, times(row.output_shape), row.parameters, row.macs, row.activation_bytes)
        for row in traced.rows
    ]
    rows.append(("", "total", "", traced.parameters, traced.macs, traced.activation_bytes))
    table(("", "layer", "output", "parameters", "multiply-adds", "activation bytes"), rows, right=(0, 3, 4, 5))


def export(
    preset_or_file: NetworkArgument,
    to: Annotated[Target, typer.Option("--to", help="What to print.")] = Target.pytorch,
) -> None:
    """Print a network as source code, or as the file that describes it."""
    from core.network.export import to_keras, to_pytorch

    spec = network_of(preset_or_file)
    check(spec)
    write = {
        Target.pytorch: to_pytorch,
        Target.keras: to_keras,
        Target.json: files.to_json,
        Target.yaml: files.to_yaml,
    }[to]
    print(write(spec).rstrip("\n"))
