"""Asks for the announcement of the newest version, by the way that an account takes to its server."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin, urlsplit

from app.backends.net.connection import LOOPBACK, allow, new_session, work_on
from app.backends.net.tls import trust
from app.backends.port import Job
from app.domain.account import Account
from app.domain.release import LONGEST, Release, read_release

_MOST_REDIRECTS: Final = 3
_SECONDS: Final = 20.0
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


def find_release(account: Account, address: str, job: Job) -> Release | None:
    """Return what is announced at `address`, None where nothing is, or it cannot be reached. Raises port.Stopped.

    Nothing goes along but the name of the program, and only https is followed (and loopback, for tests).
    """
    job.begin_request()
    work_on(job)
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            parts = urlsplit(address)
            if parts.scheme != "https" and parts.hostname not in LOOPBACK:
                return None
            with new_session(address, trust(account.ca_file), account) as session:
                seconds = min(_SECONDS, job.remaining())
                answer = session.get(address, timeout=(seconds, seconds), allow_redirects=False, stream=True)
                allow(answer, LONGEST)
                if answer.status_code not in _MOVED:
                    return read_release(answer.content) if answer.status_code == 200 else None
                address = urljoin(address, answer.headers.get("Location", ""))
    except (OSError, ValueError):
        job.go_on()  # raises where it was stopped
    finally:
        work_on(None)
        job.attach(None)
    return None
