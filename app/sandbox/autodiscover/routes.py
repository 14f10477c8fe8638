"""The paths of Autodiscover. The JSON one ("v2") needs no sign-in, as with Exchange: it gives away an address only."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from app.sandbox.autodiscover.pox import answer_pox
from app.sandbox.autodiscover.svc import answer_svc
from app.sandbox.endpoint import Endpoint
from app.sandbox.store.people import Person
from app.sandbox.troubles import Answer

_SUPPORTED: Final = "'AutodiscoverV1,Ews'"


class Autodiscover:
    """Autodiscover over one endpoint; `base` is set to the server's address once that is known."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.base = ""

    @property
    def ews_url(self) -> str:
        """The address of the service that is given out."""
        return f"{self.base}/EWS/Exchange.asmx"

    def add_routes(self, app: web.Application) -> None:
        """Put the paths into an application; they are read in any case, as by IIS."""
        app.router.add_route("*", "/{path:(?i:autodiscover/autodiscover\\.xml)}", self.pox)
        app.router.add_route("*", "/{path:(?i:autodiscover/autodiscover\\.svc)}", self.svc)
        app.router.add_get("/{path:(?i:autodiscover/autodiscover\\.json)}", self.json)
        app.router.add_get("/{path:(?i:autodiscover/autodiscover\\.json/v1\\.0)}/{email}", self.json)

    async def pox(self, request: web.Request) -> web.StreamResponse:
        """Answer plain XML."""
        people = self._endpoint.store.people
        return await self._endpoint.serve(
            request, "Autodiscover", lambda body, user: Answer(200, answer_pox(people, body, user, self.ews_url))
        )

    async def svc(self, request: web.Request) -> web.StreamResponse:
        """Answer SOAP."""
        people = self._endpoint.store.people

        def answer(body: bytes, user: Person) -> Answer:
            status, content = answer_svc(people, body, user, self.ews_url)
            return Answer(status, content)

        return await self._endpoint.serve(request, "Autodiscover", answer)

    async def json(self, request: web.Request) -> web.Response:
        """Answer JSON."""
        query = {name.lower(): value for name, value in request.query.items()}
        address = request.match_info.get("email") or query.get("email", "")
        known = await self._endpoint.in_worker(lambda: self._endpoint.store.people.with_address(address) is not None)
        status, answer = self._look_up(query, address, known=bool(known))
        return web.json_response(answer, status=status)

    def _look_up(self, query: Mapping[str, str], address: str, *, known: bool) -> tuple[int, dict[str, str]]:
        protocol = query.get("protocol", "")
        urls = {"ews": self.ews_url, "autodiscoverv1": f"{self.base}/autodiscover/autodiscover.xml"}
        if not protocol or "@" not in address:
            missing = "Email" if protocol else "Protocol"
            words = f"A valid value must be provided for the query parameter '{missing}'"
            return 400, {"ErrorCode": "MandatoryParameterMissing", "ErrorMessage": words}
        if protocol.lower() not in urls:
            words = f"The given protocol value '{protocol[:100]}' is invalid. Supported values are {_SUPPORTED}"
            return 400, {"ErrorCode": "ProtocolNotSupported", "ErrorMessage": words}
        if not known:
            return 404, {"ErrorCode": "UserNotFound", "ErrorMessage": "The given user is not found"}
        return 200, {"Protocol": protocol, "Url": urls[protocol.lower()]}
