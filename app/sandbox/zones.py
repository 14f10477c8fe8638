"""Time zones as Windows names them: what GetServerTimeZones lists, and in which zone a request means its times.

The rules come from the tz database by way of `zoneinfo`; the pairs of names are those of Unicode CLDR's windowsZones.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import RequestFault
from app.sandbox.properties import ZONE

NAMES: Final = {
    "Dateline Standard Time": ("Etc/GMT+12", "International Date Line West"),
    "UTC-11": ("Etc/GMT+11", "Coordinated Universal Time-11"),
    "Hawaiian Standard Time": ("Pacific/Honolulu", "Hawaii"),
    "Alaskan Standard Time": ("America/Anchorage", "Alaska"),
    "Pacific Standard Time": ("America/Los_Angeles", "Pacific Time (US & Canada)"),
    "US Mountain Standard Time": ("America/Phoenix", "Arizona"),
    "Mountain Standard Time": ("America/Denver", "Mountain Time (US & Canada)"),
    "Central America Standard Time": ("America/Guatemala", "Central America"),
    "Central Standard Time": ("America/Chicago", "Central Time (US & Canada)"),
    "Central Standard Time (Mexico)": ("America/Mexico_City", "Guadalajara, Mexico City, Monterrey"),
    "Canada Central Standard Time": ("America/Regina", "Saskatchewan"),
    "SA Pacific Standard Time": ("America/Bogota", "Bogota, Lima, Quito, Rio Branco"),
    "Eastern Standard Time": ("America/New_York", "Eastern Time (US & Canada)"),
    "Venezuela Standard Time": ("America/Caracas", "Caracas"),
    "Atlantic Standard Time": ("America/Halifax", "Atlantic Time (Canada)"),
    "SA Western Standard Time": ("America/La_Paz", "Georgetown, La Paz, Manaus, San Juan"),
    "Pacific SA Standard Time": ("America/Santiago", "Santiago"),
    "Newfoundland Standard Time": ("America/St_Johns", "Newfoundland"),
    "E. South America Standard Time": ("America/Sao_Paulo", "Brasilia"),
    "Argentina Standard Time": ("America/Argentina/Buenos_Aires", "City of Buenos Aires"),
    "SA Eastern Standard Time": ("America/Cayenne", "Cayenne, Fortaleza"),
    "UTC-02": ("Etc/GMT+2", "Coordinated Universal Time-02"),
    "Azores Standard Time": ("Atlantic/Azores", "Azores"),
    "Cape Verde Standard Time": ("Atlantic/Cape_Verde", "Cabo Verde Is."),
    "UTC": ("Etc/UTC", "Coordinated Universal Time"),
    "GMT Standard Time": ("Europe/London", "Dublin, Edinburgh, Lisbon, London"),
    "Greenwich Standard Time": ("Atlantic/Reykjavik", "Monrovia, Reykjavik"),
    "W. Europe Standard Time": ("Europe/Berlin", "Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"),
    "Central Europe Standard Time": ("Europe/Budapest", "Belgrade, Bratislava, Budapest, Ljubljana, Prague"),
    "Romance Standard Time": ("Europe/Paris", "Brussels, Copenhagen, Madrid, Paris"),
    "Central European Standard Time": ("Europe/Warsaw", "Sarajevo, Skopje, Warsaw, Zagreb"),
    "W. Central Africa Standard Time": ("Africa/Lagos", "West Central Africa"),
    "GTB Standard Time": ("Europe/Bucharest", "Athens, Bucharest"),
    "Middle East Standard Time": ("Asia/Beirut", "Beirut"),
    "Egypt Standard Time": ("Africa/Cairo", "Cairo"),
    "E. Europe Standard Time": ("Europe/Chisinau", "Chisinau"),
    "South Africa Standard Time": ("Africa/Johannesburg", "Harare, Pretoria"),
    "FLE Standard Time": ("Europe/Helsinki", "Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius"),
    "Israel Standard Time": ("Asia/Jerusalem", "Jerusalem"),
    "Turkey Standard Time": ("Europe/Istanbul", "Istanbul"),
    "Arabic Standard Time": ("Asia/Baghdad", "Baghdad"),
    "Arab Standard Time": ("Asia/Riyadh", "Kuwait, Riyadh"),
    "Russian Standard Time": ("Europe/Moscow", "Moscow, St. Petersburg"),
    "E. Africa Standard Time": ("Africa/Nairobi", "Nairobi"),
    "Iran Standard Time": ("Asia/Tehran", "Tehran"),
    "Arabian Standard Time": ("Asia/Dubai", "Abu Dhabi, Muscat"),
    "Caucasus Standard Time": ("Asia/Yerevan", "Yerevan"),
    "Afghanistan Standard Time": ("Asia/Kabul", "Kabul"),
    "Pakistan Standard Time": ("Asia/Karachi", "Islamabad, Karachi"),
    "West Asia Standard Time": ("Asia/Tashkent", "Ashgabat, Tashkent"),
    "India Standard Time": ("Asia/Kolkata", "Chennai, Kolkata, Mumbai, New Delhi"),
    "Sri Lanka Standard Time": ("Asia/Colombo", "Sri Jayawardenepura"),
    "Nepal Standard Time": ("Asia/Kathmandu", "Kathmandu"),
    "Bangladesh Standard Time": ("Asia/Dhaka", "Dhaka"),
    "Myanmar Standard Time": ("Asia/Yangon", "Yangon (Rangoon)"),
    "SE Asia Standard Time": ("Asia/Bangkok", "Bangkok, Hanoi, Jakarta"),
    "China Standard Time": ("Asia/Shanghai", "Beijing, Chongqing, Hong Kong, Urumqi"),
    "Singapore Standard Time": ("Asia/Singapore", "Kuala Lumpur, Singapore"),
    "Taipei Standard Time": ("Asia/Taipei", "Taipei"),
    "W. Australia Standard Time": ("Australia/Perth", "Perth"),
    "Tokyo Standard Time": ("Asia/Tokyo", "Osaka, Sapporo, Tokyo"),
    "Korea Standard Time": ("Asia/Seoul", "Seoul"),
    "Cen. Australia Standard Time": ("Australia/Adelaide", "Adelaide"),
    "AUS Central Standard Time": ("Australia/Darwin", "Darwin"),
    "E. Australia Standard Time": ("Australia/Brisbane", "Brisbane"),
    "AUS Eastern Standard Time": ("Australia/Sydney", "Canberra, Melbourne, Sydney"),
    "Tasmania Standard Time": ("Australia/Hobart", "Hobart"),
    "West Pacific Standard Time": ("Pacific/Port_Moresby", "Guam, Port Moresby"),
    "Central Pacific Standard Time": ("Pacific/Guadalcanal", "Solomon Is., New Caledonia"),
    "New Zealand Standard Time": ("Pacific/Auckland", "Auckland, Wellington"),
    "UTC+12": ("Etc/GMT-12", "Coordinated Universal Time+12"),
    "Fiji Standard Time": ("Pacific/Fiji", "Fiji"),
    "Tonga Standard Time": ("Pacific/Tongatapu", "Nuku'alofa"),
}
"""Windows name to its name in the tz database and the places it is shown with."""


_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DURATION: Final = re.compile(r"(?P<sign>-?)PT(?:(?P<h>\d{1,3})H)?(?:(?P<m>\d{1,4})M)?(?:(?P<s>\d{1,5}(?:\.\d+)?)S)?")


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A change of the clock in a year: when, and what it is ahead of UTC from then on."""

    moment: datetime
    offset: timedelta
    is_daylight: bool


@lru_cache(maxsize=256)
def changes_of(key: str, year: int) -> tuple[ClockChange, ...]:
    """Return the changes of the clock in a year, in local time as it was just before."""
    zone, found = ZoneInfo(key), []
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        if _offset(zone, day) != _offset(zone, day + timedelta(days=1)):
            hours = (day + timedelta(hours=hour) for hour in range(24))
            before = next(one for one in hours if _offset(zone, one) != _offset(zone, one + timedelta(hours=1)))
            was, becomes = _offset(zone, before), _offset(zone, before + timedelta(hours=1))
            local = (before + timedelta(hours=1)).replace(tzinfo=None) + was
            found.append(ClockChange(local, becomes, becomes > was))
        day += timedelta(days=1)
    return tuple(found)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def shown_name(name: str, year: int) -> str:
    """Return what a zone is called: how far it is from UTC, and the places."""
    key, places = NAMES[name]
    offset = _standard(key, year)
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return f"(UTC) {places}"
    return f"(UTC{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}) {places}"


def _standard(key: str, year: int) -> timedelta:
    zone = ZoneInfo(key)
    return min(_offset(zone, datetime(year, month, 1, tzinfo=UTC)) for month in (1, 7))


def duration(offset: timedelta) -> str:
    """Write a span as xs:duration."""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}PT{hours}H{f'{rest}M' if rest else ''}"


def define(name: str, year: int, *, full: bool) -> etree._Element:
    """Make a t:TimeZoneDefinition; `full` with its periods and when they begin."""
    element = xmlns.make("t:TimeZoneDefinition", None, Id=name, Name=shown_name(name, year))
    if not full:
        return element
    key = NAMES[name][0]
    changes = changes_of(key, year)
    pair = [one for one in changes if one.is_daylight][:1] + [one for one in changes if not one.is_daylight][:1]
    kinds = {"Standard": _standard(key, year)}
    if len(pair) == 2:
        kinds = {"Standard": pair[1].offset, "Daylight": pair[0].offset}
    periods = xmlns.add(element, "t:Periods")
    for kind, offset in kinds.items():
        uri = f"trule:Microsoft/Registry/{name}/1-{kind}"
        xmlns.add(periods, "t:Period", None, Bias=duration(-offset), Name=kind, Id=uri)
    group = xmlns.add(xmlns.add(element, "t:TransitionsGroups"), "t:TransitionsGroup", None, Id="0")
    if len(pair) != 2:
        to = xmlns.add(xmlns.add(group, "t:Transition"), "t:To", f"trule:Microsoft/Registry/{name}/1-Standard")
        to.set("Kind", "Period")
    for one in pair if len(pair) == 2 else ():
        _show_change(group, name, one)
    transition = xmlns.add(xmlns.add(element, "t:Transitions"), "t:Transition")
    xmlns.add(transition, "t:To", "0", Kind="Group")
    return element


def _show_change(group: etree._Element, name: str, change: ClockChange) -> None:
    kind = "Daylight" if change.is_daylight else "Standard"
    recurring = xmlns.add(group, "t:RecurringDayTransition")
    xmlns.add(recurring, "t:To", f"trule:Microsoft/Registry/{name}/1-{kind}", Kind="Period")
    local = change.moment
    xmlns.add(recurring, "t:TimeOffset", duration(timedelta(hours=local.hour, minutes=local.minute)))
    xmlns.add(recurring, "t:Month", str(local.month))
    xmlns.add(recurring, "t:DayOfWeek", _DAYS[local.weekday()])
    week = (local.day - 1) // 7 + 1
    last = (local + timedelta(days=7)).month != local.month
    xmlns.add(recurring, "t:Occurrence", "-1" if last else str(week))


def read_zone(context: etree._Element) -> tzinfo | None:
    """Read a TimeZoneContext: a zone of `NAMES`, or one that the caller defines; None is UTC. Raises ErrorTimeZone."""
    definition = xmlns.find(context, "t:TimeZoneDefinition")
    name = "" if definition is None else str(definition.get("Id", ""))
    if name == "UTC":
        return None
    if name in NAMES:
        return ZoneInfo(NAMES[name][0])
    bias = None if definition is None else xmlns.find(definition, "t:Periods/t:Period")
    found = None if bias is None else _read_duration(str(bias.get("Bias", "")))
    if found is None or abs(found) >= timedelta(hours=24):
        raise RequestFault("ErrorTimeZone")
    # A zone of the caller's own: its first period holds; messages have no need of its changes.
    return timezone(-found)


def _read_duration(text: str) -> timedelta | None:
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.group(name) for name in ("h", "m", "s")):
        return None
    parts = {name: float(found.group(name) or 0) for name in ("h", "m", "s")}
    span = timedelta(hours=parts["h"], minutes=parts["m"], seconds=parts["s"])
    return -span if found.group("sign") else span


@contextmanager
def scoped(context: etree._Element | None) -> Iterator[None]:
    """Read and write times in the zone of a request's TimeZoneContext, or in UTC, for as long as the block lasts."""
    token = ZONE.set(None if context is None else read_zone(context))
    try:
        yield
    finally:
        ZONE.reset(token)
