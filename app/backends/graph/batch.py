"""Many requests in one: $batch of at most twenty, whose replies come in any order.

The outer 200 says nothing of the parts. A part without a reply is unknown. One that was answered with 429 was not
carried out, and is asked once more after the pause that the server named: nothing else is ever asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from app.backends.graph.http_session import AT_ONCE, GraphSession, Reply
from app.backends.graph.replies import foreign, trouble_of, trouble_of_reply
from app.backends.net.http_errors import Unreadable
from app.backends.port import Job
from app.domain.errors import Trouble

LARGEST: Final = 20
_ROUNDS: Final = 8
_LONGEST_PAUSE: Final = 10.0
"""Seconds that are waited for here; a server that wants more is left alone, and asked again by whoever asked."""
_THROTTLED: Final = 429


class Part(NamedTuple):
    """One request of many. `path` stands below the root."""

    method: str
    path: str
    json: Any = None
    headers: dict[str, str] | None = None


def ask_all(http: GraphSession, parts: Sequence[Part], job: Job) -> list[Reply | Trouble | None]:
    """Ask for at most LARGEST parts. For each its reply, None where none came, or why nothing is known of it.

    What is no trouble of the network is raised: a defect of ours.
    """
    answers: dict[int, Reply | Trouble | None] = {}
    pending, size, pause = list(range(len(parts))), LARGEST, 0.0
    for rounds in range(_ROUNDS):
        if pause:
            job.rest(pause)
        throttled: list[int] = []
        for start in range(0, len(pending), size):
            chosen = pending[start : start + size]
            for number, answer in zip(chosen, _ask(http, [parts[one] for one in chosen], job), strict=True):
                answers[number] = answer
                if isinstance(answer, Reply) and answer.status == _THROTTLED:
                    throttled.append(number)
            if any(isinstance(answers[one], Trouble) for one in chosen):
                rest = [one for one in pending[start + size :] if one not in answers]
                answers.update(dict.fromkeys(rest, _not_asked(answers[chosen[-1]])))
                return [answers.get(number) for number in range(len(parts))]
        pauses = [answer.retry_after for one in throttled if isinstance(answer := answers[one], Reply)]
        pause = max(pauses, default=0.0) or min(2.0**rounds / 4, _LONGEST_PAUSE)
        if not throttled or len(parts) == 1 or pause > _LONGEST_PAUSE or pause > job.remaining():
            break
        pending, size = throttled, AT_ONCE
    return [answers.get(number) for number in range(len(parts))]


def _not_asked(answer: Reply | Trouble | None) -> Trouble | None:
    from app.backends.net.http_errors import not_sent

    return not_sent(answer) if isinstance(answer, Trouble) else None


def _ask(http: GraphSession, parts: Sequence[Part], job: Job) -> list[Reply | Trouble | None]:
    try:
        if len(parts) == 1:
            (one,) = parts
            return [http.ask(job, one.method, one.path, json=one.json, headers=one.headers)]
        return _ask_many(http, parts, job)
    except Exception as error:
        if not foreign(error):
            raise
        return [trouble_of(error, job, http.root, http.host)] * len(parts)


def _ask_many(http: GraphSession, parts: Sequence[Part], job: Job) -> list[Reply | Trouble | None]:
    requests = [as_json(str(number), part) for number, part in enumerate(parts)]
    reply = http.ask(job, "POST", "$batch", json={"requests": requests})
    if reply.status != 200:
        return [trouble_of_reply(reply, http.host)] * len(parts)
    listed = reply.body.get("responses") if isinstance(reply.body, dict) else None
    if not isinstance(listed, list):
        raise Unreadable("a batch without responses")
    found: dict[str, Reply] = {}
    for one in listed:
        read = _read(one)
        if read is not None:
            found[str(one["id"])] = read
    return [found.get(str(number)) for number in range(len(parts))]


def as_json(number: str, part: Part) -> dict[str, Any]:
    """Return a part as it stands in the body of a batch."""
    headers = dict(part.headers or {})
    if part.json is not None:
        headers["Content-Type"] = "application/json"
    written: dict[str, Any] = {"id": number, "method": part.method, "url": f"/{part.path}"}
    if headers:
        written["headers"] = headers
    if part.json is not None:
        written["body"] = part.json
    return written


def _read(one: Any) -> Reply | None:
    if not isinstance(one, dict) or not isinstance(one.get("status"), int) or "id" not in one:
        return None
    headers = one.get("headers")
    named = {str(name).title(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    return Reply(one["status"], named, one.get("body"))
