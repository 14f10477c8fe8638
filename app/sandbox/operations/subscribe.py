"""Subscribe, Unsubscribe, GetEvents and GetStreamingEvents: word of what happens in folders ([MS-OXWSNTIF])."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, Operation, answer, answer_each, refuse, succeed
from app.sandbox.errors import EwsError
from app.sandbox.notifications import Hub, Stream, Subscription


def _hub(call: Call) -> Hub:
    if call.hub is None:
        raise EwsError("ErrorInternalServerError")
    return call.hub


def _subscribe(call: Call, request: etree._Element) -> etree._Element:
    def subscribe(wanted: etree._Element) -> list[etree._Element]:
        kind = xmlns.local(wanted)
        if kind == "PushSubscriptionRequest":
            # A server on loopback calls nobody.
            raise EwsError("ErrorInvalidPushSubscriptionUrl")
        made = _make(call, wanted, streaming=kind == "StreamingSubscriptionRequest")
        parts = [xmlns.make("m:SubscriptionId", made.id)]
        if not made.streaming:
            parts.append(xmlns.make("m:Watermark", _hub(call).watermark(made.position)))
        return parts

    return answer_each(call, "Subscribe", list(request.iterchildren(etree.Element)), subscribe, write=False)


def _make(call: Call, wanted: etree._Element, *, streaming: bool) -> Subscription:
    hub = _hub(call)
    named = xmlns.find_all(wanted, "t:FolderIds/*")
    everything = xmlns.is_true(wanted.get("SubscribeToAllFolders"))
    if everything == bool(named):
        raise EwsError("ErrorInvalidSubscriptionRequest")
    folders = [find_folder(call, one) for one in named]
    mailboxes = {one.mailbox for one in folders} or {call.user.id}
    if len(mailboxes) > 1:
        raise EwsError("ErrorInvalidSubscriptionRequest")
    kinds = frozenset((one.text or "").strip() for one in xmlns.find_all(wanted, "t:EventTypes/t:EventType"))
    watermark = xmlns.text_at(wanted, "t:Watermark")
    since = hub.read_watermark(watermark) if watermark else None
    minutes = None if streaming else int(xmlns.text_at(wanted, "t:Timeout") or 0)
    where = (mailboxes.pop(), frozenset(one.id for one in folders) if folders else None)
    made = hub.subscribe(call.user.id, where, kinds, minutes=minutes)
    if since is not None:
        made.position = min(since, made.position)
    return made


def _unsubscribe(call: Call, request: etree._Element) -> etree._Element:
    def end(named: etree._Element) -> list[etree._Element]:
        _hub(call).unsubscribe(_hub(call).find(named.text or "", call.user.id))
        return []

    return answer_each(call, "Unsubscribe", xmlns.find_all(request, "m:SubscriptionId"), end, write=False)


def _get_events(call: Call, request: etree._Element) -> etree._Element:
    def get(named: etree._Element) -> list[etree._Element]:
        hub = _hub(call)
        subscription = hub.find(named.text or "", call.user.id)
        if subscription.streaming:
            raise EwsError("ErrorInvalidPullSubscriptionId")
        since = hub.read_watermark(xmlns.text_at(request, "m:Watermark") or "")
        events, more = hub.after(subscription, since)
        return [hub.show(subscription, since, events, more=more)]

    return answer_each(call, "GetEvents", xmlns.find_all(request, "m:SubscriptionId"), get, write=False)


def _get_streaming_events(call: Call, request: etree._Element) -> etree._Element:
    response, messages = answer("GetStreamingEvents")
    asked = [(one.text or "").strip() for one in xmlns.find_all(request, "m:SubscriptionIds/t:SubscriptionId")]
    found: list[Subscription] = []
    wrong: list[tuple[str, EwsError]] = []
    for text in asked:
        try:
            fault = call.fault_of(0)
            if fault:
                raise fault.error
            subscription = _hub(call).find(text, call.user.id)
            if not subscription.streaming:
                raise EwsError("ErrorInvalidSubscription")
            found.append(subscription)
        except EwsError as error:
            wrong.append((text, error))
    if wrong:
        ids = xmlns.make("m:ErrorSubscriptionIds")
        for text, _ in wrong:
            xmlns.add(ids, "t:SubscriptionId", text)
        refuse(messages, "GetStreamingEvents", wrong[0][1], call.culture, parts=[ids])
        return response
    call.stream = Stream(tuple(found), int(xmlns.text_at(request, "m:ConnectionTimeout") or 1))
    succeed(messages, "GetStreamingEvents", [xmlns.make("m:ConnectionStatus", "OK")])
    return response


SUBSCRIBE: Final = Operation(
    "Subscribe", "PullSubscriptionRequest|PushSubscriptionRequest|StreamingSubscriptionRequest", _subscribe
)
UNSUBSCRIBE: Final = Operation("Unsubscribe", "SubscriptionId:nonempty", _unsubscribe)
GET: Final = Operation("GetEvents", "SubscriptionId:nonempty Watermark:nonempty", _get_events)
STREAM: Final = Operation(
    "GetStreamingEvents", "SubscriptionIds ConnectionTimeout:StreamTimeout", _get_streaming_events
)
