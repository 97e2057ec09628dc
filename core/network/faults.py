"""From pydantic's findings to sentences: the place, what is allowed there, what was given, what was perhaps meant."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from core.errors import Fault

MOST_FAULTS = 50


@dataclass(frozen=True)
class _Place:
    """Where a finding lies: path from the root, the class that owns the last field, what may stand there."""

    path: tuple[str, ...]
    owner: type[BaseModel] | None
    node: Any  # a type annotation; None for a field that does not exist
    examples: Sequence[Any]
    whole: bool  # False where the finding lies deeper than a place can say, in one entry of a fixed list


def faults_of(model: type[BaseModel], error: ValidationError) -> tuple[Fault, ...]:
    """One fault for each wrong place; of very many, the first ones and how many more there are."""
    found: dict[str, Fault] = {}
    for detail in error.errors(include_url=False):
        fault = _fault(_locate(model, detail["loc"]), detail)
        found.setdefault(fault.place, fault)
    faults = tuple(found.values())
    if len(faults) > MOST_FAULTS:
        return *faults[:MOST_FAULTS], Fault("", f"{len(faults) - MOST_FAULTS} more places are wrong")
    return faults


def did_you_mean(given: object, names: Iterable[str]) -> str:
    """`did you mean 'kernel'?`, or an empty string where nothing is near."""
    known = {_plain(name): name for name in names}
    near = difflib.get_close_matches(_plain(str(given)[:60]), known, n=1, cutoff=0.5)
    return f"did you mean '{known[near[0]]}'?" if near else ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")


def listed(names: Sequence[object], last: str = "or") -> str:
    """`a, b or c`."""
    words = [str(name) for name in names]
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def allowed(annotation: Any, constraints: Sequence[Any] = ()) -> str:
    """What may stand where `annotation` is asked for, in words."""
    base, more = _unwrap(annotation)
    limits = _limits([*constraints, *more])
    origin, arguments = get_origin(base), get_args(base)
    if origin is Literal:
        return listed([_shown(value) for value in arguments])
    if origin in (Union, UnionType):
        models = _models(base)
        texts = ["an object with a field 'kind'"] if len(models) > 1 else [allowed(part) for part in arguments]
        return ", or ".join(texts) if any(text.startswith("a list") for text in texts) else listed(texts)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            most = f"at most {limits['max_length']} entries" if "max_length" in limits else "entries"
            return f"a list of {most}, each {allowed(arguments[0])}"
        return f"a list of {len(arguments)}, each {allowed(arguments[0])}"
    if base is str:
        return f"a text of {limits.get('min_length', 0)} to {limits['max_length']} characters" if limits else "a text"
    if base in (int, float):
        return ("a whole number" if base is int else "a number") + _range(limits)
    names = {bool: "true or false", NoneType: "null"}
    return names.get(base, "an object with fields")


def _range(limits: dict[str, Any]) -> str:
    """` from 1 to 31`, ` from 0 to below 1`, ` above 0 and at most 10`, ` of at least 0`, or nothing."""
    if "ge" in limits:
        high = f"to {limits['le']}" if "le" in limits else f"to below {limits['lt']}" if "lt" in limits else ""
        return f" from {limits['ge']} {high}" if high else f" of at least {limits['ge']}"
    low = [f"above {limits['gt']}"] if "gt" in limits else []
    high_only = [f"at most {limits['le']}"] if "le" in limits else [f"below {limits['lt']}"] if "lt" in limits else []
    return f" {' and '.join(low + high_only)}" if low or high_only else ""


def _limits(constraints: Iterable[Any]) -> dict[str, Any]:
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    return {name: getattr(item, name) for item in constraints for name in names if hasattr(item, name)}


def _unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """The bare type and the constraints that its `Annotated` carries."""
    constraints: list[Any] = []
    while get_origin(annotation) is Annotated:
        annotation, *extras = get_args(annotation)
        for extra in extras:
            constraints += extra.metadata if isinstance(extra, FieldInfo) else [extra]
    return annotation, constraints


def _models(annotation: Any) -> list[type[BaseModel]]:
    base, _ = _unwrap(annotation)
    if get_origin(base) in (Union, UnionType):
        return [model for part in get_args(base) for model in _models(part)]
    return [base] if isinstance(base, type) and issubclass(base, BaseModel) else []


def _element(annotation: Any) -> Any:
    """What each entry of a list of any length is; None where the annotation is no such list."""
    base, _ = _unwrap(annotation)
    if get_origin(base) in (Union, UnionType):
        return next((found for part in get_args(base) if (found := _element(part)) is not None), None)
    arguments = get_args(base)
    return arguments[0] if get_origin(base) is tuple and arguments[-1] is Ellipsis else None


def _locate(model: type[BaseModel], location: Sequence[int | str]) -> _Place:
    """Follow pydantic's location through the classes, leaving out the tags that it puts in for unions."""
    path: list[str] = []
    node: Any = model
    owner: type[BaseModel] | None = None
    examples: Sequence[Any] = ()
    whole = True
    for part in location:
        models = _models(node)
        if len(models) > 1:
            node = next((kind for kind in models if kind.model_fields["kind"].default == part), node)
        elif models:
            owner, field = models[0], models[0].model_fields.get(str(part))
            path.append(str(part))
            node = None if field is None else _typed(field)
            examples = (field and field.examples) or ()
        elif isinstance(part, int) and _element(node) is not None:
            path.append(str(part))
            owner, node, examples = None, _element(node), ()
        else:
            whole = False
            break
    return _Place(tuple(path), owner, node, examples, whole)


def _typed(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _fault(place: _Place, detail: ErrorDetails) -> Fault:
    where, name = ".".join(place.path), place.path[-1] if place.path else "this"
    given, kind = detail["input"], detail["type"]
    if kind == "extra_forbidden" and place.owner is not None:
        fields = list(place.owner.model_fields)
        of = f" of a layer of kind {place.owner.model_fields['kind'].default}" if "kind" in fields else ""
        sentence = f"'{_short(name)}' is not a field{of}; the fields are {listed(fields, 'and')}"
        return Fault(where, sentence, did_you_mean(name, fields))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _kind_fault(where, place.node, given)
    must = allowed(place.node) if place.node is not None else ""
    if place.examples:
        must += f", such as {listed([_shown(example) for example in place.examples])}"
    if kind == "missing" and place.whole:
        return Fault(where, f"{name} is missing; it must be {must}")
    if kind == "json_invalid":
        return Fault(where, "a text in it is not valid Unicode")
    if place.node is None or kind in ("value_error", "assertion_error"):
        return Fault(where, detail["msg"].removeprefix("Value error, "))
    if kind == "too_long" and isinstance(given, list) and _element(place.node) is not None:
        return Fault(where, f"{name} must be {must}, and has {len(given)}")
    label = f"entry {int(name) + 1}" if name.isdigit() else name
    return Fault(where, f"{label} must be {must}, not {_shown(given)}", _fix(name, place.node, given))


def _fix(name: str, node: Any, given: object) -> str:
    if name == "version":
        return "it was perhaps written by a newer ConvLens"
    if isinstance(given, str):
        return did_you_mean(given, [choice for choice in _choices(node) if isinstance(choice, str)])
    return "put it in quotes" if _unwrap(node)[0] is str else ""


def _choices(node: Any) -> tuple[Any, ...]:
    base, _ = _unwrap(node)
    if get_origin(base) is Literal:
        return get_args(base)
    return tuple(choice for part in get_args(base) for choice in _choices(part))


def _kind_fault(where: str, node: Any, given: object) -> Fault:
    kinds = [str(model.model_fields["kind"].default) for model in _models(node)]
    tag = given.get("kind") if isinstance(given, dict) else None
    if tag is None:
        return Fault(f"{where}.kind", f"kind is missing; it must be {listed(kinds)}")
    sentence = f"{_shown(tag)} is not a kind of layer; the kinds are {listed(kinds, 'and')}"
    return Fault(f"{where}.kind", sentence, did_you_mean(tag, kinds))


def _shown(value: object) -> str:
    return f"'{_short(value)}'" if isinstance(value, str) else _short(json.dumps(value, default=str))


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
