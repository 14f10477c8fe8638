"""A certificate authority made at each start, and a certificate for this machine alone."""

import os
import ssl
from pathlib import Path

import trustme


def make_context(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a TLS context for localhost and the file of the authority that a client is to trust.

    The authority's key stays in memory and is gone when the server ends; the file holds its certificate alone.
    """
    authority = trustme.CA(organization_name="Mailwright sandbox")
    certificate = authority.issue_cert("localhost", "127.0.0.1", "autodiscover.localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(context)
    path = folder / "ca.pem"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(authority.cert_pem.bytes())
    return context, path
