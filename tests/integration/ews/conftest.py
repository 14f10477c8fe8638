"""An EWS backend on the sandbox, and on servers that misbehave on order."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from app.backends.ews.backend import EwsBackend
from app.backends.port import Job
from app.domain.account import Account, AuthKind
from app.domain.message import AccountId, Content, LocalId, NewDraft, message_id_for, new_local_id
from app.domain.recipient import Recipient
from tests.sandbox_fixture import RunningSandbox


def message(subject: str = "Hello", to: str = "james.okafor@contoso.com") -> Content:
    return Content(to=(Recipient(to),), subject=subject, body="Dear James")


def draft(content: Content | None = None, local_id: LocalId | None = None) -> NewDraft:
    local_id = local_id or new_local_id()
    return NewDraft(local_id, message_id_for(local_id, "anna@contoso.com"), content or message())


def job(seconds: float = 20.0) -> Job:
    return Job(seconds)


@pytest.fixture
def make_backend() -> Iterator[Callable[..., EwsBackend]]:
    made: list[EwsBackend] = []

    def make(
        endpoint: str,
        ca_file: str = "",
        auth: AuthKind = AuthKind.BASIC,
        user: str = "anna",
        secret: str = "secret",
    ) -> EwsBackend:
        account = Account(AccountId("a"), "anna@contoso.com", endpoint, user, auth=auth, ca_file=ca_file)
        made.append(EwsBackend(account, secret))
        return made[-1]

    yield make
    for backend in made:
        backend.close()


@pytest.fixture
def backend(sandbox: RunningSandbox) -> Iterator[EwsBackend]:
    first = sandbox.first
    account = Account(AccountId("a"), first["address"], sandbox.url, first["user"], ca_file=sandbox.ca_file)
    made = EwsBackend(account, first["password"])
    yield made
    made.close()


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, str]:
    ca = trustme.CA(organization_name="Contoso")
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return ca, str(tmp_path / "ca.pem")


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
