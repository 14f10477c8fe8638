"""What is raised where the promise is broken."""

from __future__ import annotations


class Broken(AssertionError):
    """`kind` counts it ("lost", "twice", "wrong words"), the text says where."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
