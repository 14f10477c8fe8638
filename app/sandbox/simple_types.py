"""The simple types of requests: what a text or an attribute may say.

Each check returns None, or the rest of the sentence that .NET's validator says about the value.
"""

import binascii
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

Check = Callable[[str], str | None]

_XS: Final = "http://www.w3.org/2001/XMLSchema"


def _invalid(kind: str, reason: str) -> str:
    return f"invalid according to its datatype '{kind}' - {reason}"


def _string(_text: str) -> None:
    return None


def _nonempty(text: str) -> str | None:
    if text:
        return None
    return _invalid("NonEmptyStringType", "The actual length is less than the MinLength value.")


def _boolean(text: str) -> str | None:
    if text.strip() in {"true", "false", "1", "0"}:
        return None
    return _invalid(f"{_XS}:boolean", f"The string '{text[:100]}' is not a valid Boolean value.")


def _int(text: str) -> str | None:
    if re.fullmatch(r"[+-]?[0-9]{1,10}", text.strip()) and -(2**31) <= int(text) < 2**31:
        return None
    return _invalid(f"{_XS}:int", f"The string '{text[:100]}' is not a valid Int32 value.")


_DATE_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,12})?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII
)


def _date_time(text: str) -> str | None:
    found = _DATE_TIME.fullmatch(text.strip())
    if found:
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        try:
            datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 -- only asks whether there is such a day
        except ValueError:
            pass
        else:
            return None
    return _invalid(f"{_XS}:dateTime", f"The string '{text[:100]}' is not a valid DateTime value.")


def _base64(text: str) -> str | None:
    try:
        binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return _invalid(f"{_XS}:base64Binary", "The input is not a valid Base-64 string.")
    return None


def _matching(kind: str, pattern: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str | None:
        return None if compiled.fullmatch(text.strip()) else _invalid(kind, "The Pattern constraint failed.")

    return check


def one_of(kind: str, values: str) -> Check:
    """Make the check of a type that has only these values, given with blanks between them."""
    allowed = frozenset(values.split())

    def check(text: str) -> str | None:
        return None if text.strip() in allowed else _invalid(kind, "The Enumeration constraint failed.")

    return check


def _between(kind: str, least: int, most: int) -> Check:
    def check(text: str) -> str | None:
        fault = _int(text)
        if fault:
            return fault
        if int(text) < least:
            return _invalid(kind, "The MinInclusive constraint failed.")
        return None if int(text) <= most else _invalid(kind, "The MaxInclusive constraint failed.")

    return check


def too_new(kind: str) -> str:
    """Return what the check of a type says of a value that came with a later version of Exchange."""
    name = {"FieldName": "UnindexedFieldURIType"}.get(kind, kind)
    return _invalid(name, "The Enumeration constraint failed.")


SIMPLE: Final[dict[str, Check]] = {
    "string": _string,
    "nonempty": _nonempty,
    "boolean": _boolean,
    "int": _int,
    "dateTime": _date_time,
    "base64": _base64,
    "guid": _matching("GuidType", r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
    "language": _matching("language", r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*"),
    "propertyTag": _matching("PropertyTagType", r"0[xX][0-9A-Fa-f]{1,4}|\+?0*[0-9]{1,5}"),
    "bitmask": _matching("ExcludesAttributeType", r"0[xX][0-9A-Fa-f]+|[0-9]+"),
    "BodyKind": one_of("BodyTypeType", "HTML Text"),
    "BodyShapeKind": one_of("BodyTypeResponseType", "Best HTML Text"),
    "BaseShapeKind": one_of("DefaultShapeNamesType", "IdOnly Default AllProperties PcxPeopleSearch"),
    "DispositionKind": one_of("MessageDispositionType", "SaveOnly SendOnly SendAndSaveCopy"),
    "InvitationsKind": one_of(
        "CalendarItemCreateOrDeleteOperationType", "SendToNone SendOnlyToAll SendToAllAndSaveCopy"
    ),
    "UpdateInvitationsKind": one_of(
        "CalendarItemUpdateOperationType",
        "SendToNone SendOnlyToAll SendOnlyToChanged SendToAllAndSaveCopy SendToChangedAndSaveCopy",
    ),
    "ConflictKind": one_of("ConflictResolutionType", "NeverOverwrite AutoResolve AlwaysOverwrite"),
    "DisposalKind": one_of("DisposalType", "HardDelete SoftDelete MoveToDeletedItems"),
    "TaskOccurrencesKind": one_of("AffectedTaskOccurrencesType", "AllOccurrences SpecifiedOccurrenceOnly"),
    "ItemTraversalKind": one_of("ItemQueryTraversalType", "Shallow SoftDeleted Associated"),
    "FolderTraversalKind": one_of("FolderQueryTraversalType", "Shallow Deep SoftDeleted"),
    "SortKind": one_of("SortDirectionType", "Ascending Descending"),
    "BasePointKind": one_of("IndexBasePointType", "Beginning End"),
    "ImportanceKind": one_of("ImportanceChoicesType", "Low Normal High"),
    "SensitivityKind": one_of("SensitivityChoicesType", "Normal Personal Private Confidential"),
    "FlagKind": one_of("FlagStatusType", "NotFlagged Flagged Complete"),
    "MailboxKind": one_of(
        "MailboxTypeType",
        "Unknown OneOff Mailbox PublicDL PrivateDL Contact PublicFolder GroupMailbox ImplicitContact",
    ),
    "ContainmentKind": one_of("ContainmentModeType", "FullString Prefixed Substring PrefixOnWords ExactPhrase"),
    "ComparisonKind": one_of(
        "ContainmentComparisonType",
        "Exact IgnoreCase IgnoreNonSpacingCharacters Loose IgnoreCaseAndNonSpacingCharacters LooseAndIgnoreCase "
        "LooseAndIgnoreNonSpace LooseAndIgnoreCaseAndIgnoreNonSpace",
    ),
    "PropertySetKind": one_of(
        "DistinguishedPropertySetType",
        "Meeting Appointment Common PublicStrings Address InternetHeaders CalendarAssistant UnifiedMessaging Task "
        "Sharing",
    ),
    "PropertyKind": one_of(
        "MapiPropertyTypeType",
        "ApplicationTime ApplicationTimeArray Binary BinaryArray Boolean CLSID CLSIDArray Currency CurrencyArray "
        "Double DoubleArray Error Float FloatArray Integer IntegerArray Long LongArray Null Object ObjectArray Short "
        "ShortArray SystemTime SystemTimeArray String StringArray",
    ),
    "FolderKind": one_of(
        "DistinguishedFolderIdNameType",
        "calendar contacts deleteditems drafts inbox journal notes outbox sentitems tasks msgfolderroot "
        "publicfoldersroot root junkemail searchfolders voicemail recoverableitemsroot recoverableitemsdeletions "
        "recoverableitemsversions recoverableitemspurges recoverableitemsdiscoveryholds archiveroot "
        "archivemsgfolderroot archivedeleteditems archiveinbox archiverecoverableitemsroot "
        "archiverecoverableitemsdeletions archiverecoverableitemsversions archiverecoverableitemspurges "
        "archiverecoverableitemsdiscoveryholds syncissues conflicts localfailures serverfailures recipientcache "
        "quickcontacts conversationhistory adminauditlogs todosearch mycontacts directory imcontactlist peopleconnect "
        "favorites mecontact personmetadata teamspaceactivity teamspacemessaging teamspaceworkitems scheduled "
        "orionnotes tagitems alltaggeditems externalcontacts teamchat teamchathistory yammerroot yammerinbound "
        "yammeroutbound yammerfeeds onedriveroot onedriverecylebin onedrivesystem onedrivevolume important starred "
        "archive",
    ),
    "NodeSortKind": one_of(
        "ConversationNodeSortOrder", "TreeOrderAscending TreeOrderDescending DateOrderAscending DateOrderDescending"
    ),
    "SearchLocationKind": one_of("MailboxSearchLocationType", "PrimaryOnly ArchiveOnly All"),
    "SearchScopeKind": one_of(
        "ResolveNamesSearchScopeType",
        "ActiveDirectory ActiveDirectoryContacts Contacts ContactsActiveDirectory",
    ),
    "MailTipKinds": _matching(
        "MailTipTypes",
        r"((All|OutOfOfficeMessage|MailboxFullStatus|CustomMailTip|ExternalMemberCount|TotalMemberCount|MaxMessageSize|"
        r"DeliveryRestriction|ModerationStatus|InvalidRecipient|Scope|RecipientSuggestions|PreferAccessibleContent)"
        r"(\s+|$))*",
    ),
    "ConfigurationKinds": _matching(
        "UserConfigurationPropertyType", r"((Id|Dictionary|XmlData|BinaryData|All)(\s+|$))*"
    ),
    "SyncScopeKind": one_of("SyncFolderItemsScopeType", "NormalItems NormalAndAssociatedItems"),
    "IdKind": one_of("IdFormatType", "EwsLegacyId EwsId EntryId HexEntryId StoreId OwaId"),
    "DistinguishedUserKind": one_of("DistinguishedUserType", "Default Anonymous"),
    "OofKind": one_of("OofState", "Disabled Enabled Scheduled"),
    "AudienceKind": one_of("ExternalAudience", "None Known All"),
    "EventKind": one_of(
        "NotificationEventTypeType",
        "CopiedEvent CreatedEvent DeletedEvent ModifiedEvent MovedEvent NewMailEvent FreeBusyChangedEvent",
    ),
    "SubscriptionTimeout": _between("SubscriptionTimeoutType", 1, 1440),
    "StreamTimeout": _between("StreamingSubscriptionConnectionTimeoutType", 1, 30),
    "FieldName": _matching("UnindexedFieldURIType", r"[A-Za-z]+:[A-Za-z0-9:]+"),
}
"""Name of a simple type to its check."""
