"""What an account trusts: the system's authorities and the account's own file; and why a server was not trusted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

from app.backends.net.proxies import Proxy, connect
from app.core.i18n import tr

_EXPIRED, _NOT_YET, _HOST, _ADDRESS = 10, 9, 62, 64
_UNKNOWN_ISSUER = {2, 18, 19, 20, 21}


def trust(ca_file: str) -> ssl.SSLContext:
    """Return a context of this account alone that verifies chain, date and name. Raises OSError for a bad `ca_file`.

    Where Python finds no authorities of the system (a frozen program on macOS), certifi's list stands in.
    """
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not (context.cert_store_stats()["x509_ca"] or _holds(paths.cafile) or _holds(paths.capath)):
        import certifi

        context.load_verify_locations(certifi.where())
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def explain(error: ssl.SSLError, host: str, port: int) -> str:
    """Return in plain words why TLS did not confirm the server. Looks at its certificate once more, for dates."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return tr(
            "The server at {host} did not answer with TLS as it should ({reason}).", host=host, reason=error.reason
        )
    expires, issuer = _look_at_certificate(host, port, getattr(error, "way", None))
    match error.verify_code:
        case code if code == _EXPIRED:
            return tr("The certificate of {host} expired on {date}.", host=host, date=expires or "?")
        case code if code == _NOT_YET:
            return tr("The certificate of {host} is not valid yet.", host=host)
        case code if code in {_HOST, _ADDRESS}:
            return tr("The certificate that was shown was made for another server than {host}.", host=host)
        case code if code in _UNKNOWN_ISSUER:
            who = issuer or tr("an authority that gave no name")
            return tr(
                "The certificate of {host} was issued by {issuer}, which this machine does not trust.",
                host=host,
                issuer=who,
            )
        case _:
            return tr("The certificate of {host} was not accepted: {reason}.", host=host, reason=error.verify_message)


def _holds(path: str | None) -> bool:
    return path is not None and Path(path).exists()


def _look_at_certificate(host: str, port: int, way: Proxy | None) -> tuple[str, str]:
    """Return the day of expiry and the issuer, empty where they cannot be had. Nothing but a handshake is sent."""
    from cryptography import x509

    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE  # this connection is for reading the certificate alone: nothing is said on it
    try:
        with (
            connect(host, port, 3.0, way) as plain,
            blind.wrap_socket(plain, server_hostname=host) as secured,
        ):
            shown = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
        issuer = shown.issuer.rfc4514_string()
        day = shown.not_valid_after_utc.astimezone(UTC)
    except (OSError, ValueError):
        return "", ""
    return datetime.strftime(day, "%Y-%m-%d"), issuer
