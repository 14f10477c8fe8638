"""Where packages come from on this machine: what pip is told, said again to uv, which reads no pip.conf."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping, Sequence

# The options of pip that say where packages come from, and uv's variables for the same.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "proxy": "HTTPS_PROXY",
}
PIP_SEPARATORS = {"find-links": ","}


def parse_pip_config(listing: str) -> dict[str, list[str]]:
    """Read `pip config list` into options; the environment wins over [install], and [install] over [global]."""
    found: dict[str, tuple[int, list[str]]] = {}
    ranks = {"global": 0, "install": 1, ":env:": 2}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        section, _, option = name.strip().partition(".")
        if not equals or section not in ranks:
            continue
        with contextlib.suppress(ValueError, SyntaxError):
            value = ast.literal_eval(value.strip())
        if option not in found or found[option][0] <= ranks[section]:
            found[option] = (ranks[section], str(value).split())
    return {option: values for option, (_, values) in found.items()}


def uv_environment(
    pip: Mapping[str, Sequence[str]], inherited: Mapping[str, str], locking: bool = False
) -> dict[str, str]:
    """Say to uv, in its environment variables, what this machine says to pip; uv reads no pip.conf.

    What is set for uv already is left alone. A lock is made from the main index only: whatever else a machine
    offers may be a build of its own.
    """
    translated = {
        variable: PIP_SEPARATORS.get(option, " ").join(pip[option])
        for option, variable in PIP_TO_UV.items()
        if pip.get(option)
    }
    if "UV_INDEX" in translated:
        # pip takes a version from whichever index has it; hashes keep that safe.
        translated["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    environment = {**translated, **inherited}
    if locking:
        for variable in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"):
            environment.pop(variable, None)
    return environment
