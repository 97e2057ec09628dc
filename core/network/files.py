"""Networks and other values as JSON and YAML."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from core.errors import Fault, SpecError
from core.network.faults import faults_of
from core.network.shapes import check
from core.network.spec import NetworkSpec
from core.values import Value

MAX_CHARACTERS = 250_000

Model = TypeVar("Model", bound=Value)


def to_json(value: Value) -> str:
    """Indented JSON with every field."""
    return value.model_dump_json(indent=2) + "\n"


def to_yaml(value: Value) -> str:
    """YAML with every field, in the order of the class."""
    return str(yaml.safe_dump(value.model_dump(mode="json"), sort_keys=False, allow_unicode=True))


def parse(text: str, source: str = "the file", shapes: bool = True) -> NetworkSpec:
    """The network that `text` describes, as JSON or YAML; raises `SpecError` with every fault.

    shapes: also refuse a network whose layers do not fit one another.
    """
    spec = validate(NetworkSpec, read(text, source), source)
    if shapes:
        check(spec)
    return spec


def validate(model: type[Model], data: Any, source: str = "the file") -> Model:
    """`data` (plain lists, dicts, numbers, texts) as a `model`; raises `SpecError` with every fault."""
    if not isinstance(data, dict):
        raise _wrong(f"{source} must hold fields ({', '.join(model.model_fields)}), and is something else")
    try:
        text = json.dumps(data, default=str)
    except (TypeError, ValueError, RecursionError):
        raise _wrong(f"{source} has fields that are not named by a text, or refers to itself") from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise SpecError(faults_of(model, error)) from None


def read(text: str, source: str = "the file", json_alone: bool = False) -> Any:
    """Plain data from JSON or YAML, or from JSON alone; raises `SpecError` with the line where the text is neither."""
    if len(text) > MAX_CHARACTERS:
        raise _wrong(f"{source} has {len(text):,} characters; a description has at most {MAX_CHARACTERS:,}")
    if not text.strip():
        raise _wrong(f"{source} is empty")
    try:
        return _read(text, source, json_alone)
    except RecursionError:
        raise _wrong(f"{source} is nested too deeply") from None
    except _RepeatedField as error:
        raise _wrong(f"{source} has the field '{error}' twice in one place", "keep one of them") from None
    except ValueError:
        raise _wrong(f"{source} has a number or a date that cannot be read") from None


def _read(text: str, source: str, json_alone: bool) -> Any:
    json_sentence = ""
    if json_alone or text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text, object_pairs_hook=_unrepeated)
        except json.JSONDecodeError as error:
            json_sentence = f"{source} is not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    if json_alone:
        raise _wrong(json_sentence)
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise _wrong(json_sentence or _yaml_sentence(error, source)) from None


def _yaml_sentence(error: yaml.YAMLError, source: str) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{source} is neither JSON nor YAML{where}: {problem}"


class _RepeatedField(ValueError):
    """A mapping that names a field twice; readers usually keep the last and say nothing."""


def _unrepeated(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedField(str(key)[:60])
        found[key] = value
    return found


class _Loader(yaml.SafeLoader):
    """Plain YAML without aliases (a few lines of them can unfold to gigabytes), tags, repeated fields or dates."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*) are not read here", mark)
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise yaml.composer.ComposerError(None, None, "tags (!) are not read here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        if names and names.most_common(1)[0][1] > 1:
            raise _RepeatedField(str(names.most_common(1)[0][0])[:60])
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# YAML 1.1 reads 1e-3 as a text; everyone means the number.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+(\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def _wrong(sentence: str, fix: str = "") -> SpecError:
    return SpecError((Fault("", sentence, fix),))
