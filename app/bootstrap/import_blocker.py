"""Imports without what they can do without.

Both may go when PySide6 does it by itself.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, Final, cast


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """Let what is imported in the block find no module of these names, unless it is loaded already.

    asyncio looks for ssl and does without it where there is none; in the window nothing speaks to a server, that is the
    engine's. msgspec takes from typing_extensions what Python's own typing has had for years. Together they would be a
    twentieth of what is loaded before the lists. Later imports find both.
    """
    left_out = [name for name in names if name not in sys.modules]
    for name in left_out:
        sys.modules[name] = cast("Any", None)
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


_PARENTS: Final = frozenset({"shibokensupport.signature", "shibokensupport.signature.lib"})
_LATE: Final = frozenset({"mapping", "errorhandler", "layout", "parser", "enum_sig", "pyi_generator", "tool"})
"""What knows the signatures of Qt's methods: for help texts, for what a wrong call is answered, for stubs of types."""
_LOOKED_INTO: Final = "mapping"
_BEGUN: Final = "__mailwright_begun__"
_one_at_a_time = threading.RLock()


@contextlib.contextmanager
def plain_imports() -> Iterator[None]:
    """Let Python's own import stay in force while PySide6 is imported, and its signatures be loaded when asked for.

    PySide6 replaces the import by one that reads the source of every module that is imported afterwards, to learn
    whether `from __feature__ import …` may concern it (PYSIDE-2029). Nothing here uses such features, and the reading
    costs a tenth of the start and 7 MB. And it compiles 3 000 lines of its own from their source at each start, for
    what a program asks for when it has called something wrongly: they are loaded when something is read of them.
    """
    plain = builtins.__import__
    builtins.__import__ = _leaving_for_later(plain)
    try:
        yield
    finally:
        builtins.__import__ = plain


def _leaving_for_later(plain: Callable[..., Any]) -> Callable[..., Any]:
    def importing(name: str, *place: Any, **more: Any) -> Any:
        wanted = place[2] if len(place) > 2 else more.get("fromlist")
        if name in _PARENTS and wanted:
            _leave(name, wanted)
        return plain(name, *place, **more)

    return importing


def _leave(parent: str, names: Sequence[str]) -> None:
    """Put modules that are still empty in the place of those that can wait."""
    for name in _LATE.intersection(names):
        full = f"{parent}.{name}"
        spec = None if full in sys.modules else importlib.util.find_spec(full)
        if spec is None or spec.loader is None:
            continue
        module = _Late(full)
        module.__spec__, module.__loader__, module.__package__ = spec, spec.loader, parent
        if name == _LOOKED_INTO:
            _let_call(module, "update_mapping")
        sys.modules[full] = module
        setattr(sys.modules[parent], name, module)


def _let_call(module: ModuleType, name: str) -> None:
    """Have a function in the module's dictionary, where PySide6 looks for it from C."""

    def called(*arguments: Any) -> Any:
        return getattr(_filled(module), name)(*arguments)

    module.__dict__[name] = called


class _Late(ModuleType):
    """A module that is filled when something is read of it. Its spec is not asked: PySide6 gives it another name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return object.__getattribute__(_filled(self), name)  # what the module has; never here again


def _filled(module: ModuleType) -> ModuleType:
    with _one_at_a_time:
        spec = module.__spec__
        if spec is not None and spec.loader is not None and type(module) is _Late and _BEGUN not in vars(module):
            vars(module)[_BEGUN] = True
            known_as, spec.name = spec.name, module.__name__
            try:
                spec.loader.exec_module(module)
            finally:
                spec.name = known_as
            module.__class__ = ModuleType  # type: ignore[assignment]  # nothing is left to be asked for
    return module
