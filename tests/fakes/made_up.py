"""Values of any type that can cross the pipe, so that a new operation is tested on its way without being told."""

from __future__ import annotations

from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec


def made_up(kind: Any) -> Any:
    """Return a value of `kind`: each field is set, each list holds one, the first of each choice is taken."""
    kind = getattr(kind, "__supertype__", kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return made_up(arguments[0])
    if origin is tuple and Ellipsis not in arguments:
        return tuple(made_up(one) for one in arguments)
    if origin in {list, tuple, frozenset}:
        return origin([made_up(arguments[0])])
    if origin is dict:
        return {made_up(arguments[0]): made_up(arguments[1])}
    if issubclass(kind, msgspec.Struct):
        return kind(**{one.name: made_up(one.type) for one in msgspec.structs.fields(kind)})
    if issubclass(kind, Enum):
        return next(iter(kind))
    return _PLAIN[kind]


_PLAIN: dict[type, object] = {str: "é", bytes: b"\xff", int: 7, float: 1.5, bool: True, NoneType: None}
