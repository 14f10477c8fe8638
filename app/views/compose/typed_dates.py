"""Reads a moment as a person types it: "tomorrow 8", "14:30", "Mon 9:00", "in 2 hours", "demain 8h", "24.11. 14 Uhr".

English, French and German at once, whatever the language of the program: a person who writes in three languages
also types dates in them. Times are local. What is not wholly understood is not guessed at: a word that stands for
nothing makes None.
"""

from __future__ import annotations

import re
import time
import unicodedata
from datetime import date, timedelta
from typing import Final, NamedTuple

from app.core.lazy_regex import late_pattern
from app.core.parsing import LARGEST, whole_number

MORNING: Final = 8
"""The hour of a day that was named without one."""

_DAYS: Final = {
    **dict.fromkeys(("today", "tod", "tonight", "aujourdhui", "auj", "heute"), 0),
    **dict.fromkeys(("tomorrow", "tom", "tmr", "demain", "morgen"), 1),
    **dict.fromkeys(("overmorrow", "apresdemain", "ubermorgen", "uebermorgen"), 2),
}
_WEEKDAYS: Final = {
    **dict.fromkeys(("mon", "monday", "lun", "lundi", "mo", "montag"), 0),
    **dict.fromkeys(("tue", "tues", "tuesday", "mar", "mardi", "di", "die", "dienstag"), 1),
    **dict.fromkeys(("wed", "weds", "wednesday", "mer", "mercredi", "mi", "mit", "mittwoch"), 2),
    **dict.fromkeys(("thu", "thur", "thurs", "thursday", "jeu", "jeudi", "do", "don", "donnerstag"), 3),
    **dict.fromkeys(("fri", "friday", "ven", "vendredi", "fr", "fre", "freitag"), 4),
    **dict.fromkeys(("sat", "saturday", "sam", "samedi", "sa", "samstag", "sonnabend"), 5),
    **dict.fromkeys(("sun", "sunday", "dim", "dimanche", "so", "son", "sonntag"), 6),
}
_MONTHS: Final = {
    **dict.fromkeys(("jan", "january", "janv", "janvier", "januar", "janner"), 1),
    **dict.fromkeys(("feb", "february", "fev", "fevr", "fevrier", "februar"), 2),
    **dict.fromkeys(("march", "mars", "marz", "maerz", "mrz"), 3),
    **dict.fromkeys(("apr", "april", "avr", "avril"), 4),
    **dict.fromkeys(("may", "mai"), 5),
    **dict.fromkeys(("jun", "june", "juin", "juni"), 6),
    **dict.fromkeys(("jul", "july", "juil", "juillet", "juli"), 7),
    **dict.fromkeys(("aug", "august", "aout"), 8),
    **dict.fromkeys(("sep", "sept", "september", "septembre"), 9),
    **dict.fromkeys(("oct", "october", "octobre", "okt", "oktober"), 10),
    **dict.fromkeys(("nov", "november", "novembre"), 11),
    **dict.fromkeys(("dec", "december", "decembre", "dez", "dezember"), 12),
}
_HOURS: Final = {
    **dict.fromkeys(("morning", "matin", "vormittag", "fruh", "frueh"), MORNING),
    **dict.fromkeys(("noon", "midday", "midi", "mittag"), 12),
    **dict.fromkeys(("afternoon", "apresmidi", "nachmittag"), 14),
    **dict.fromkeys(("evening", "night", "soir", "abend"), 18),
}
_UNITS: Final = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), timedelta(minutes=1)),
    **dict.fromkeys(
        ("h", "hr", "hrs", "hour", "hours", "heure", "heures", "std", "stunde", "stunden"), timedelta(hours=1)
    ),
    **dict.fromkeys(("d", "day", "days", "j", "jour", "jours", "tag", "tage", "tagen"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks", "sem", "semaine", "semaines", "woche", "wochen"), timedelta(weeks=1)),
}
_LITTLE: Final = frozenset({"at", "on", "the", "of", "a", "le", "la", "au", "um", "am", "den", "dem", "uhr", "oclock"})
_BY: Final = frozenset({"by", "until", "till", "bis", "zum", "dici", "avant"})
_NEXT: Final = frozenset({"next", "this", "prochain", "prochaine", "nachsten", "naechsten", "kommenden"})
_IN: Final = frozenset({"in", "dans"})
_ONE: Final = frozenset({"a", "an", "one", "un", "une", "ein", "eine", "einem", "einer"})

_ISO: Final = late_pattern(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS: Final = late_pattern(r"(\d{1,2})([./])(\d{1,2})(?:\2(\d{4}|\d{2})?)?")
_CLOCK: Final = late_pattern(r"(\d{1,2})(?:[:h.](\d{2})|h)?(am|pm)?")
_ORDINAL: Final = late_pattern(r"(\d{1,2})(?:st|nd|rd|th|er|\.)")
_LENGTH: Final = late_pattern(r"\+?(\d{1,4})([a-z]+)")
_TOO_FAR: Final = timedelta(days=366 * 20)


class _Read(NamedTuple):
    """What was understood so far: a day (as a date or a weekday), an hour and minute."""

    day: date | None = None
    weekday: int | None = None
    clock: tuple[int, int] | None = None

    @property
    def has_day(self) -> bool:
        return self.day is not None or self.weekday is not None


def read_moment(text: str, now: float) -> float | None:
    """Return the moment that `text` names, in seconds since the epoch, None where it is not understood.

    A time without a day is the next such time; a day without a time means its morning; a weekday is the next one,
    and a date without a year the next one. Only what was typed with its year may lie in the past. A weekday beside a
    date has to be that date's: which of the two was meant is not guessed.
    """
    words = _words_of(text)
    if not words:
        return None
    away = _read_length(words)
    if away is not None:
        return _away(now, away)
    here = time.localtime(now)
    read = _read_words(words, _day_of(here))
    return None if read is None else _moment_of(read, here)


def read_day(text: str, now: float) -> float | None:
    """Return the first second of the day that `text` names, None where it names none, or a time of day too."""
    words = _words_of(text)
    away = _read_length(words) if words else None
    if away is not None:
        there = _away(now, away) if away >= timedelta(days=1) else None
        return None if there is None else _local(_day_of(time.localtime(there)))
    here = time.localtime(now)
    read = _read_words(words, _day_of(here)) if words else None
    if read is None or read.clock is not None or not read.has_day:
        return None
    return _moment_of(read._replace(clock=(0, 0)), here)


def suggested_moments(now: float) -> tuple[float, float, float]:
    """Return three moments that are often chosen for sending: this evening or tomorrow, and Monday's morning."""
    here = time.localtime(now)
    today = _day_of(here)
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - here.tm_wday)
    wanted = [(today, 18)] if here.tm_hour < 16 else []
    wanted += [(tomorrow, MORNING), (tomorrow, 13)]
    first, second = wanted[:2]
    third = (monday, MORNING) if (monday, MORNING) not in (first, second) else (monday, 13)
    if third == second:
        third = (monday + timedelta(days=1), MORNING)
    one, two, three = (_local(day, hour) or now for day, hour in (first, second, third))
    return one, two, three


def suggested_reminders(now: float) -> tuple[float, ...]:
    """Return moments by which an answer is often expected: the mornings after one, three and seven days.

    A day on which nobody works is the Monday after it.
    """
    here = time.localtime(now)
    days = []
    for ahead in (1, 3, 7):
        day = _day_of(here) + timedelta(days=ahead)
        days.append(day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0))
    return tuple(_local(day, MORNING) or now for day in dict.fromkeys(days))


def _away(now: float, away: timedelta) -> float | None:
    """Add hours to the clock and days to the calendar: "in 1 day" is the same time tomorrow, summer time or not."""
    if away >= _TOO_FAR:
        return None
    here = time.localtime(now)
    there = _local(_day_of(here) + timedelta(days=away.days), here.tm_hour, here.tm_min)
    return None if there is None else there + away.seconds


def _day_of(here: time.struct_time) -> date:
    return date(here.tm_year, here.tm_mon, here.tm_mday)


def _local(day: date, hour: int = 0, minute: int = 0) -> float | None:
    try:
        return time.mktime((day.year, day.month, day.day, hour, minute, 0, 0, 0, -1))
    except (OverflowError, ValueError):
        return None


def _words_of(text: str) -> list[str]:
    """Return the words in small letters, without accents, apostrophes and hyphens between letters; digits are ASCII."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(
        str(unicodedata.decimal(sign, sign)) for sign in plain if sign.isascii() or not unicodedata.combining(sign)
    )
    plain = re.sub(r"(?<=[a-z])['\u2019-](?=[a-z])", "", plain).replace(",", " ")
    return plain.split()


def _read_length(words: list[str]) -> timedelta | None:
    """Return how far away "in 2 hours", "+2h" and "in 1 h 30 min" are, None where it is no such thing."""
    announced = words[0] in _IN
    rest = words[1:] if announced else words
    whole, number = timedelta(0), None
    if not rest or not (announced or _LENGTH.fullmatch(rest[0])):
        return None
    for word in rest:
        together = _LENGTH.fullmatch(word)
        if together is not None and number is None and together[2] in _UNITS:
            if not announced and together[2] == "h" and not word.startswith("+"):
                return None  # "14h" is a time of day
            whole += whole_number(together[1], LARGEST) * _UNITS[together[2]]
        elif number is None and (word.isdecimal() or word in _ONE):
            number = whole_number(word, LARGEST) if word.isdecimal() else 1
        elif number is not None and number <= 9999 and word in _UNITS:
            whole, number = whole + number * _UNITS[word], None
        else:
            return None
    return whole if number is None and whole else None


def _read_words(words: list[str], today: date) -> _Read | None:
    read, place = _Read(), 0
    while place < len(words):
        taken = _take(words, place, read, today)
        if taken is None:
            return None
        read, used = taken
        place += used
    return read if read.has_day or read.clock is not None else None


def _take(words: list[str], place: int, read: _Read, today: date) -> tuple[_Read, int] | None:
    """Return what is understood with the word at `place`, and how many words that took; None for a strange one."""
    word = words[place]
    following = words[place + 1] if place + 1 < len(words) else ""
    if word in _LITTLE or word in _NEXT or word in _BY:
        return read, 1
    if word == "morgen" and read.has_day:
        return _with_clock(read, (MORNING, 0), 1)
    if word in _DAYS:
        evening = (18, 0) if word == "tonight" else read.clock
        day = today + timedelta(days=_DAYS[word])
        return None if read.has_day else (read._replace(day=day, clock=evening), 1)
    if word in _HOURS:
        return _with_clock(read, (_HOURS[word], 0), 1)
    dated = _take_date(word, following, words[place + 2 : place + 3], today)
    if dated is not None and read.day is None and read.weekday in {None, dated[0].weekday()}:
        return read._replace(day=dated[0], weekday=None), dated[1]
    if word.rstrip(".") in _WEEKDAYS:
        weekday = _WEEKDAYS[word.rstrip(".")]
        if read.day is not None:
            return (read, 1) if read.day.weekday() == weekday else None
        return read._replace(weekday=weekday), 1
    return _take_clock(word, following, read)


def _take_date(word: str, following: str, year_after: list[str], today: date) -> tuple[date, int] | None:
    """Read "2026-11-24", "24.11.", "24/11/26", "24 Nov 2026" and "Nov 24"."""
    iso = _ISO.fullmatch(word)
    if iso is not None:
        return _dated(int(iso[1]), int(iso[2]), int(iso[3]), today, 1)
    pair = _NUMBERS.fullmatch(word)
    if pair is not None and _is_date(pair):
        day, month = int(pair[1]), int(pair[3])
        day, month = (month, day) if month > 12 >= day and pair[2] == "/" else (day, month)
        return _dated(_year_of(pair[4]), month, day, today, 1)
    first, second = (_ORDINAL.fullmatch(word), word), (_ORDINAL.fullmatch(following), following)
    # "mar" is March behind the number of a day, and mardi elsewhere.
    for (ordinal, number), name, months in ((first, following, {**_MONTHS, "mar": 3}), (second, word, _MONTHS)):
        if name.rstrip(".") in months and (ordinal is not None or (number.isdecimal() and len(number) <= 2)):
            day = int(ordinal[1] if ordinal is not None else number)
            named = bool(year_after) and len(year_after[0]) == 4 and year_after[0].isdecimal()
            year = int(year_after[0]) if named else None
            return _dated(year, months[name.rstrip(".")], day, today, 3 if named else 2)
    return None


def _is_date(pair: re.Match[str]) -> bool:
    """Distinguish "24.11" from "14.30", which is a time."""
    day, month = int(pair[1]), int(pair[3])
    if pair[2] == "/":
        return (1 <= day <= 31 and 1 <= month <= 12) or (1 <= day <= 12 and 1 <= month <= 31)
    return 1 <= day <= 31 and 1 <= month <= 12


def _year_of(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _dated(year: int | None, month: int, day: int, today: date, used: int) -> tuple[date, int] | None:
    for tried in (year,) if year is not None else range(today.year, today.year + 9):
        try:
            found = date(tried, month, day)
        except ValueError:
            continue  # 29 February: the next year that has one
        if year is not None or found >= today:
            return found, used
    return None


def _take_clock(word: str, following: str, read: _Read) -> tuple[_Read, int] | None:
    """Read "14:30", "8", "8am", "8 pm", "8h30", "14.30"."""
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    half = found[3] or (following if following in {"am", "pm"} else "")
    hour, minute = int(found[1]), int(found[2] or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        return None
    return _with_clock(read, (hour, minute), 2 if half and not found[3] else 1)


def _with_clock(read: _Read, clock: tuple[int, int], used: int) -> tuple[_Read, int] | None:
    """Take a time of day; "tomorrow evening 7" is not usual, and a second time is not understood."""
    if read.clock is not None:
        return None
    return read._replace(clock=clock), used


def _moment_of(read: _Read, here: time.struct_time) -> float | None:
    hour, minute = read.clock if read.clock is not None else (MORNING, 0)
    today = _day_of(here)
    if read.day is not None:
        return _local(read.day, hour, minute)
    ahead = (hour, minute) > (here.tm_hour, here.tm_min)
    if read.weekday is not None:
        days = (read.weekday - here.tm_wday) % 7
        return _local(today + timedelta(days=days if days or (read.clock is not None and ahead) else 7), hour, minute)
    return _local(today if ahead else today + timedelta(days=1), hour, minute)
