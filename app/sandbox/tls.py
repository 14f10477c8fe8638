"""A certificate authority made at each start, and certificates for this machine alone: a good and an expired one."""

import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import trustme

_NAMES: Final = ("localhost", "127.0.0.1", "autodiscover.localhost", "mail.contoso.com", "autodiscover.contoso.com")
"""The last two are for clients behind a proxy that leads them here: none is asked for what is on this machine."""


def make_context(folder: Path, shows_expired: Callable[[], bool] = lambda: False) -> tuple[ssl.SSLContext, Path]:
    """Make a TLS context for localhost and the file of the authority that a client is to trust.

    The authority's key stays in memory and is gone when the server ends; the file holds its certificate alone.
    `shows_expired` is asked for each connection that names a host: who connects to the bare address, as the admin calls
    do, always sees the good certificate.
    """
    authority = trustme.CA(organization_name="Mailwright sandbox")
    context = _serving(authority.issue_cert(*_NAMES))
    moment = datetime.now(UTC)
    expired = _serving(
        authority.issue_cert(*_NAMES, not_before=moment - timedelta(days=30), not_after=moment - timedelta(days=1))
    )

    def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name is not None and shows_expired():
            connection.context = expired

    context.sni_callback = choose
    path = folder / "ca.pem"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(authority.cert_pem.bytes())
    return context, path


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(context)
    return context
