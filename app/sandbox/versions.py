"""Which parts of requests and replies came with which version of Exchange.

A request is held against the schema of the version that its RequestServerVersion names, and its reply shows nothing
that came later. Sources: the versions that Microsoft's documentation of EWS names for operations, elements and
FieldURIs. A request that names no version is held against the newest: Exchange takes it for one of 2007, but clients
that leave the header out do not mean that.
"""

from typing import Final

NUMBERS: Final = {
    "Exchange2007": 1,
    "Exchange2007_SP1": 2,
    "Exchange2009": 3,
    "Exchange2010": 3,
    "Exchange2010_SP1": 4,
    "Exchange2010_SP2": 5,
    "Exchange2012": 6,
    "Exchange2013": 6,
    "Exchange2013_SP1": 7,
    "Exchange2015": 8,
    "Exchange2016": 9,
    "V2015_10_05": 9,
    "V2016_01_06": 9,
    "V2016_04_13": 9,
    "V2016_07_13": 9,
    "V2016_10_10": 9,
    "V2017_01_07": 9,
    "V2017_04_14": 9,
    "V2017_07_11": 9,
}
"""The versions that a request may ask for, oldest first, with their place in time."""

LATEST: Final = 9
_SP1, _2010, _2010_SP1, _2010_SP2, _2013, _2013_SP1 = range(2, 8)

_OPERATIONS: Final = {
    _SP1: "ConvertId GetDelegate",
    _2010: "GetServerTimeZones GetMailTips GetUserConfiguration",
    _2010_SP1: "EmptyFolder GetStreamingEvents",
    _2013: "FindPeople GetConversationItems MarkAllItemsAsRead",
}

_ELEMENTS: Final = {
    _SP1: "EffectiveRights ReceivedBy ReceivedRepresenting PermissionSet",
    _2010: (
        "LastModifiedName LastModifiedTime IsAssociated WebClientReadFormQueryString WebClientEditFormQueryString "
        "ConversationId UniqueBody FileAttachment/Size FileAttachment/IsInline ItemAttachment/Size "
        "ItemAttachment/IsInline IsContactPhoto ItemShape/FilterHtmlContent FindItem/QueryString SyncScope"
    ),
    _2010_SP1: "ConvertHtmlCodePageToUTF8 ReturnNewItemIds StreamingSubscriptionRequest",
    _2010_SP2: "StoreEntryId",
    _2013: (
        "Flag InstanceKey NormalizedBody EntityExtractionResult PolicyTag ArchiveTag RetentionDate Preview "
        "RightsManagementLicenseData PredictedActionReasons IsClutter BlockStatus HasBlockedImages TextBody IconIndex "
        "ApprovalRequestData VotingInformation ReminderMessageData Folder/DistinguishedFolderId UniqueBodyType "
        "NormalizedBodyType InlineImageUrlTemplate BlockExternalImages AddBlankTargetToLinks MaximumBodySize "
        "ReferenceAttachment "
        # These came after 2013, and without a schema of their own: they were added to that of 2013.
        "SearchKey SortKey Hashtags Mentions MentionedMe MentionsPreview MentionsEx AppliedHashtags "
        "AppliedHashtagsPreview Likes LikesPreview PendingSocialActivityTagIds AtAllMention CanDelete "
        "InferenceClassification MessageSafety SenderSMTPAddress MailboxGuids PublishedCalendarItemIcs "
        "PublishedCalendarItemName"
    ),
}

_ATTRIBUTES: Final = {
    _SP1: "ResolveNames@SearchScope",
    _2010_SP2: "ResolveNames@ContactDataShape",
    _2013: "QueryString@ResetCache QueryString@ReturnHighlightTerms QueryString@ReturnDeletedItems",
    _2013_SP1: "UpdateItem@SuppressReadReceipts DeleteItem@SuppressReadReceipts",
}

_FIELDS: Final = {
    _2010_SP1: "item:ReminderNextTime",
    _2013: "item:DisplayBcc",
}
"""FieldURIs whose element says nothing of their age."""


def _by_name(table: dict[int, str]) -> dict[str, int]:
    return {name: number for number, names in table.items() for name in names.split()}


_SINCE_OPERATION: Final = _by_name(_OPERATIONS)
_SINCE_ELEMENT: Final = {**_by_name(_ELEMENTS), **_by_name(_ATTRIBUTES)}
_SINCE_FIELD: Final = _by_name(_FIELDS)


def operation_since(name: str) -> int:
    """Return the version that an operation came with."""
    return _SINCE_OPERATION.get(name, 1)


def element_since(name: str, parent: str = "") -> int:
    """Return the version that an element came with, where its parent has one of its own by that name, there."""
    return _SINCE_ELEMENT.get(f"{parent}/{name}", _SINCE_ELEMENT.get(name, 1))


def attribute_since(element: str, name: str, value: str) -> int:
    """Return the version that an attribute came with, or its value where that is a name with an age of its own.

    The names of distinguished folders have none: Exchange takes all of them in a request of any version, and a widely
    used client begins by asking for "archive" as Exchange2007_SP1.
    """
    if name == "FieldURI":
        return _SINCE_FIELD.get(value, element_since(value.partition(":")[2]) if _is_old_kind(value) else 1)
    return _SINCE_ELEMENT.get(f"{element}@{name}", 1)


def _is_old_kind(uri: str) -> bool:
    # The tables above are of messages; what other kinds of items and folders have is let through.
    return uri.startswith(("item:", "message:"))
