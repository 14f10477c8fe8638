"""The admin calls, guarded by a token: for tests, and for a look behind the scenes. See docs/sandbox.md."""

import hmac
import json
from typing import Any, Final

from aiohttp import web

from app.sandbox.endpoint import Endpoint
from app.sandbox.faults import BadRule
from app.sandbox.graph.lists import evict
from app.sandbox.graph.sending import send_taken
from app.sandbox.manners import BY_THE_BOOK, BadManner, Manner, read_manners
from app.sandbox.oauth.tokens import LIFETIMES
from app.sandbox.organisation import fill, start_over

PATH: Final = "/admin"


class Admin:
    """The admin calls over one endpoint."""

    def __init__(self, endpoint: Endpoint, token: str) -> None:
        self._endpoint = endpoint
        self._token = token

    def add_routes(self, app: web.Application) -> None:
        """Put the calls into an application."""
        for method, name, handler in (
            ("GET", "journal", self.journal),
            ("GET", "deliveries", self.deliveries),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.set_faults),
            ("GET", "manners", self.manners),
            ("POST", "manners", self.set_manners),
            ("GET", "late", self.late),
            ("POST", "late", self.release_late),
            ("POST", "tokens", self.set_tokens),
            ("POST", "delta", self.evict_delta),
            ("POST", "reset", self.reset),
        ):
            app.router.add_route(method, f"{PATH}/{name}", self._guarded(handler))

    def _guarded(self, handler: Any) -> Any:
        async def guarded(request: web.Request) -> web.StreamResponse:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            right = hmac.compare_digest(token.strip().encode(), self._token.encode())
            if scheme.lower() != "bearer" or not right:
                return web.json_response(
                    {"error": "The admin calls need the token that was printed at start."}, status=401
                )
            response: web.StreamResponse = await handler(request)
            return response

        return guarded

    async def journal(self, request: web.Request) -> web.Response:
        """Give out the requests since the last reset; ?bodies=1 with their text, ?operation=SendItem only those."""
        with_body = request.query.get("bodies") in {"1", "true"}
        wanted = request.query.get("operation")
        entries = [one for one in self._endpoint.journal.entries() if wanted in {None, one.operation}]
        return web.json_response([one.as_json(with_body=with_body) for one in entries])

    async def deliveries(self, request: web.Request) -> web.Response:
        """Give out what was truly delivered, one row for each recipient."""
        del request
        rows = await self._endpoint.in_worker(self._read_deliveries)
        return web.json_response(rows)

    def _read_deliveries(self) -> list[dict[str, Any]]:
        found = []
        for row in self._endpoint.store.database.all("SELECT * FROM deliveries ORDER BY id"):
            marks = json.loads(row["marker"]) if row["marker"] else {}
            found.append({**dict(row), "marker": marks.get("MailwrightId"), "properties": marks})
        return found

    async def faults(self, request: web.Request) -> web.Response:
        """Give out the rules in force."""
        del request
        return web.json_response(self._endpoint.faults.as_json())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Put a list of rules in the place of those before."""
        try:
            count = self._endpoint.faults.replace(await request.json())
        except BadRule as error:
            return web.json_response({"error": str(error)}, status=400)
        except ValueError as error:
            return web.json_response({"error": f"This is not JSON: {error}"}, status=400)
        return web.json_response({"rules": count})

    async def manners(self, request: web.Request) -> web.Response:
        """Give out the manners in force, and the names of all there are."""
        del request
        return web.json_response({"in_force": self._endpoint.manners.as_json(), "known": [one.value for one in Manner]})

    async def set_manners(self, request: web.Request) -> web.Response:
        """Put manners in the place of those before."""
        try:
            self._endpoint.manners = read_manners(await request.json())
        except BadManner as error:
            return web.json_response({"error": str(error)}, status=400)
        except ValueError as error:
            return web.json_response({"error": f"This is not JSON: {error}"}, status=400)
        return web.json_response({"in_force": self._endpoint.manners.as_json()})

    async def late(self, request: web.Request) -> web.Response:
        """Give out how many requests are still to be carried out whose clients were cut off."""
        del request
        return web.json_response({"waiting": self._endpoint.late.waiting})

    async def release_late(self, request: web.Request) -> web.Response:
        """Carry out the requests that wait for this call; ?taken=1 lets go, too, what Graph took and keeps."""
        done = await self._endpoint.late.release()
        if request.query.get("taken") in {"1", "true"}:
            endpoint = self._endpoint
            done += await endpoint.in_worker(lambda: send_taken(endpoint.store, endpoint.manners, early=True))
            endpoint.on_change()
        return web.json_response({"done": done})

    async def set_tokens(self, request: web.Request) -> web.Response:
        """Say how long tokens that are given out from now on last ("lifetimes"), or withdraw some ("withdraw").

        "refresh_lasts" says whether a refresh token is good more than once.
        """
        try:
            given = await request.json()
            lifetimes = {str(kind): float(seconds) for kind, seconds in given.get("lifetimes", {}).items()}
            kinds = tuple(str(kind) for kind in given.get("withdraw", []))
            lasts = given.get("refresh_lasts")
        except (ValueError, TypeError, AttributeError):
            return web.json_response({"error": "This is not an object with lifetimes or withdraw."}, status=400)
        unknown = {*lifetimes, *kinds} - set(LIFETIMES)
        if unknown:
            return web.json_response({"error": f"There are no tokens called {', '.join(sorted(unknown))}."}, status=400)
        tokens = self._endpoint.tokens
        tokens.lifetimes.update(lifetimes)
        tokens.refresh_lasts = tokens.refresh_lasts if lasts is None else lasts is True
        gone = await self._endpoint.in_worker(lambda: tokens.withdraw(kinds=kinds) if kinds else 0)
        return web.json_response({"withdrawn": gone})

    async def evict_delta(self, request: web.Request) -> web.Response:
        """Make all delta tokens that were given out worthless."""
        del request
        return web.json_response({"generation": await self._endpoint.in_worker(lambda: evict(self._endpoint.store))})

    async def reset(self, request: web.Request) -> web.Response:
        """Forget rules, manners, journal and messages; begin with the sample messages, or with ?messages=0 none."""
        messages = request.query.get("messages") not in {"0", "false"}
        self._endpoint.faults.replace([])
        self._endpoint.manners = BY_THE_BOOK
        self._endpoint.late.clear()
        self._endpoint.journal.clear()
        self._endpoint.hub.clear()
        self._endpoint.tokens.lifetimes.update(LIFETIMES)
        self._endpoint.tokens.refresh_lasts = False
        store = self._endpoint.store

        def begin_again() -> None:
            start_over(store)
            if messages:
                fill(store)

        await self._endpoint.in_worker(begin_again)
        return web.json_response({"reset": True})
