"""Looks at a file of certificates before it is trusted, with the same eyes that will use it: Python's own ssl."""

from __future__ import annotations

import stat
from pathlib import Path

from app.core.background import DaemonThread, Overdue
from app.core.i18n import tr
from app.domain.errors import BadInput

_LARGEST = 8 * 1024 * 1024
_DEADLINE = 10.0


async def check_ca_file(path: str) -> None:
    """Return when `path` is a readable PEM bundle of certificates. Raises BadInput, whose words go to the field.

    The file is read in a thread: it may lie on a disk in standby or a share that is gone.
    """
    thread = DaemonThread("ca-file")
    try:
        await thread.run(lambda: _check(path), _DEADLINE)
    except Overdue:
        raise BadInput(tr("This file could not be read within {n} seconds.", n=round(_DEADLINE))) from None
    finally:
        thread.close(patience=0)


def _check(path: str) -> None:
    import ssl

    try:
        facts = Path(path).stat()
        if not stat.S_ISREG(facts.st_mode):
            raise BadInput(tr("This is not a file."))
        if facts.st_size > _LARGEST:
            raise BadInput(tr("This file is too large to be a certificate."))
        text = Path(path).read_bytes().decode("ascii", "ignore")
    except FileNotFoundError:
        raise BadInput(tr("There is no such file.")) from None
    except (OSError, ValueError) as error:
        raise BadInput(tr("This file cannot be read ({reason}).", reason=_reason(error))) from None
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise BadInput(tr("This file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)."))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ssl.SSLError as error:
        raise BadInput(tr("A certificate in this file is damaged ({reason}).", reason=_reason(error))) from None


def _reason(error: Exception) -> str:
    import ssl

    if isinstance(error, ssl.SSLError):
        return error.reason or tr("not readable")
    return (error.strerror if isinstance(error, OSError) else None) or tr("not readable")
