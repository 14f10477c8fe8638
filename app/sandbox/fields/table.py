"""The table of all fields of a message, in the order in which a reply holds them.

Sources: the order is that of ItemType and MessageType; what may be written and when is [MS-OXWSMSG] 2.2.3.1 and what
Exchange SE does: recipients, receipts, From, Message-ID and Reply-To are locked once a message has gone.
"""

from dataclasses import dataclass
from typing import Final

from app.sandbox.fields import reading as r
from app.sandbox.fields import writing as w
from app.sandbox.store.items import Item


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field.

    `shapes`: g in GetItem's Default, f in FindItem's Default, a in AllProperties of both, x in that of GetItem alone.
    `sql`: its value as an expression over a row "i" of items; None where it cannot be searched or sorted by.
    `kind`: how a constant is read that it is compared with: String, Integer, Boolean, SystemTime, Binary or a choice.
    `write`: always, draft (until sent), create (when made) or never.
    """

    uri: str
    read: r.Reader
    shapes: str = ""
    sql: str | None = None
    kind: str = "String"
    find: bool = True
    sort: bool = True
    write: str = "never"
    put: w.Writer | None = None
    choices: tuple[str, ...] = ()

    @property
    def element(self) -> str:
        """The name of its element, with its prefix."""
        return f"t:{self.uri.partition(':')[2]}"


def _nothing(_view: r.View, _item: Item, _name: str) -> r.Elements:
    return []


def _people_sql(kind: str) -> str:
    return (
        "(SELECT group_concat(coalesce(name, '') || ' <' || coalesce(address, '') || '>', '; ') FROM recipients"  # noqa: S608 -- a kind of the table below
        f" WHERE item_id = i.id AND kind = '{kind}')"
    )


_FROM_SQL: Final = "coalesce(i.from_name, '') || ' <' || coalesce(i.from_address, '') || '>'"
_SENDER_SQL: Final = "coalesce(i.sender_name, '') || ' <' || coalesce(i.sender_address, '') || '>'"
_BODY_SQL: Final = "(SELECT content FROM bodies WHERE item_id = i.id)"
_TIME: Final = "SystemTime"

_LIST: Final = (
    FieldDefinition("item:MimeContent", _nothing, find=False, write="draft"),
    FieldDefinition("item:ItemId", r.item_id, "gfax"),
    FieldDefinition("item:ParentFolderId", r.parent_folder_id, "a"),
    FieldDefinition(
        "item:ItemClass", r.text("item_class"), "a", "i.item_class", write="create", put=w.text("item_class", 255)
    ),
    FieldDefinition(
        "item:Subject",
        r.text("subject"),
        "gfa",
        "i.subject",
        write="always",
        put=w.text("subject", w.LONGEST_SUBJECT),
    ),
    FieldDefinition(
        "item:Sensitivity",
        r.choice("sensitivity", r.SENSITIVITY),
        "gfa",
        "i.sensitivity",
        "Choice",
        write="always",
        put=w.choice("sensitivity", r.SENSITIVITY, 0),
        choices=r.SENSITIVITY,
    ),
    FieldDefinition("item:Body", r.body, "gx", _BODY_SQL, find=False, sort=False, write="always", put=w.body),
    FieldDefinition("item:Attachments", r.attachments, "gx", find=False),
    FieldDefinition("item:DateTimeReceived", r.moment("received"), "ga", "i.received", _TIME),
    FieldDefinition("item:Size", r.text("size"), "gfa", "i.size", "Integer"),
    FieldDefinition(
        "item:Categories",
        r.categories,
        "a",
        "(SELECT group_concat(name, '; ') FROM categories WHERE item_id = i.id)",
        sort=False,
        write="always",
        put=w.categories,
    ),
    FieldDefinition(
        "item:Importance",
        r.choice("importance", r.IMPORTANCE),
        "ga",
        "i.importance",
        "Choice",
        write="always",
        put=w.choice("importance", r.IMPORTANCE, 1),
        choices=r.IMPORTANCE,
    ),
    FieldDefinition(
        "item:InReplyTo", r.text("in_reply_to"), "a", "i.in_reply_to", write="always", put=w.text("in_reply_to")
    ),
    FieldDefinition("item:IsSubmitted", r.flag("is_submitted"), "a", "i.is_submitted", "Boolean"),
    FieldDefinition("item:IsDraft", r.flag("is_draft"), "a", "i.is_draft", "Boolean"),
    FieldDefinition("item:IsFromMe", r.flag("is_from_me"), "a", "i.is_from_me", "Boolean"),
    FieldDefinition("item:IsResend", r.flag("is_resend"), "a", "i.is_resend", "Boolean"),
    FieldDefinition("item:IsUnmodified", r.flag("is_unmodified"), "a", "i.is_unmodified", "Boolean"),
    FieldDefinition("item:InternetMessageHeaders", r.headers, "x", find=False, write="create", put=w.headers),
    FieldDefinition("item:DateTimeSent", r.moment("sent"), "gfa", "i.sent", _TIME),
    FieldDefinition("item:DateTimeCreated", r.moment("created"), "gfa", "i.created", _TIME),
    FieldDefinition("item:ResponseObjects", r.response_objects, "gx", find=False),
    FieldDefinition(
        "item:ReminderDueBy",
        r.moment("reminder_due"),
        "a",
        "i.reminder_due",
        _TIME,
        write="always",
        put=w.moment("reminder_due"),
    ),
    FieldDefinition(
        "item:ReminderIsSet",
        r.flag("reminder_set"),
        "a",
        "i.reminder_set",
        "Boolean",
        write="always",
        put=w.flag("reminder_set"),
    ),
    FieldDefinition("item:ReminderNextTime", r.moment("reminder_due"), "", "i.reminder_due", _TIME),
    FieldDefinition(
        "item:ReminderMinutesBeforeStart",
        r.text("reminder_minutes"),
        "a",
        "i.reminder_minutes",
        "Integer",
        write="always",
        put=w.number("reminder_minutes"),
    ),
    FieldDefinition("item:DisplayCc", r.text("display_cc"), "a", "i.display_cc"),
    FieldDefinition("item:DisplayTo", r.text("display_to"), "a", "i.display_to"),
    FieldDefinition("item:DisplayBcc", r.text("display_bcc"), "", "i.display_bcc"),
    FieldDefinition("item:HasAttachments", r.flag("has_attachments"), "gfa", "i.has_attachments", "Boolean"),
    FieldDefinition("item:Culture", r.text("culture"), "a", "i.culture", write="always", put=w.text("culture")),
    FieldDefinition("item:EffectiveRights", r.effective_rights, "a"),
    FieldDefinition("item:LastModifiedName", r.text("modified_by"), "a", "i.modified_by"),
    FieldDefinition("item:LastModifiedTime", r.moment("modified"), "a", "i.modified", _TIME),
    FieldDefinition("item:IsAssociated", r.flag("is_associated"), "ga", "i.is_associated", "Boolean"),
    FieldDefinition("item:WebClientReadFormQueryString", r.web_query(edit=False), "a"),
    FieldDefinition("item:WebClientEditFormQueryString", r.web_query(edit=True)),
    FieldDefinition(
        "item:ConversationId",
        r.conversation_id,
        "a",
        "conversation_name(i.mailbox_id, i.conversation_id)",
        sort=False,
    ),
    FieldDefinition("item:UniqueBody", r.body, find=False),
    FieldDefinition(
        "item:Flag", r.flag_details, "a", "i.flag_status", "Choice", write="always", put=w.flag_details, choices=r.FLAG
    ),
    FieldDefinition("item:StoreEntryId", r.entry_id),
    FieldDefinition("item:InstanceKey", r.entry_id, "a"),
    FieldDefinition("item:NormalizedBody", r.body, find=False),
    FieldDefinition("item:Preview", r.text("preview"), "a", "i.preview"),
    FieldDefinition("item:TextBody", r.text_body, find=False),
    FieldDefinition("item:IconIndex", r.text("icon"), "a", "i.icon"),
    FieldDefinition("message:Sender", r.person("sender"), "a", _SENDER_SQL, write="draft", put=w.person("sender")),
    FieldDefinition(
        "message:ToRecipients",
        r.people("to"),
        "gx",
        _people_sql("to"),
        find=False,
        sort=False,
        write="draft",
        put=w.people("to"),
    ),
    FieldDefinition(
        "message:CcRecipients",
        r.people("cc"),
        "gx",
        _people_sql("cc"),
        find=False,
        sort=False,
        write="draft",
        put=w.people("cc"),
    ),
    FieldDefinition(
        "message:BccRecipients",
        r.people("bcc"),
        "gx",
        _people_sql("bcc"),
        find=False,
        sort=False,
        write="draft",
        put=w.people("bcc"),
    ),
    FieldDefinition(
        "message:IsReadReceiptRequested",
        r.flag("read_receipt"),
        "gfa",
        "i.read_receipt",
        "Boolean",
        write="draft",
        put=w.flag("read_receipt"),
    ),
    FieldDefinition(
        "message:IsDeliveryReceiptRequested",
        r.flag("delivery_receipt"),
        "ga",
        "i.delivery_receipt",
        "Boolean",
        write="draft",
        put=w.flag("delivery_receipt"),
    ),
    FieldDefinition(
        "message:ConversationIndex",
        r.binary("conversation_index"),
        "a",
        "i.conversation_index",
        "Binary",
        write="draft",
        put=w.binary("conversation_index"),
    ),
    FieldDefinition(
        "message:ConversationTopic",
        r.text("conversation_topic"),
        "a",
        "i.conversation_topic",
        write="draft",
        put=w.text("conversation_topic"),
    ),
    FieldDefinition("message:From", r.person("from"), "gfa", _FROM_SQL, write="draft", put=w.person("from")),
    FieldDefinition(
        "message:InternetMessageId",
        r.text("message_id"),
        "ga",
        "i.message_id",
        write="draft",
        put=w.text("message_id"),
    ),
    FieldDefinition(
        "message:IsRead", r.flag("is_read"), "gfa", "i.is_read", "Boolean", write="always", put=w.flag("is_read")
    ),
    FieldDefinition(
        "message:IsResponseRequested",
        r.flag("response_requested"),
        "a",
        "i.response_requested",
        "Boolean",
        write="always",
        put=w.flag("response_requested"),
    ),
    FieldDefinition(
        "message:References", r.text("references_"), "a", "i.references_", write="always", put=w.text("references_")
    ),
    FieldDefinition(
        "message:ReplyTo",
        r.people("reply-to"),
        "x",
        _people_sql("reply-to"),
        find=False,
        sort=False,
        write="draft",
        put=w.people("reply-to"),
    ),
    FieldDefinition("message:ReceivedBy", r.person("received_by"), "a", "i.received_by_name"),
    FieldDefinition("message:ReceivedRepresenting", r.person("representing"), "a", "i.representing_name"),
    FieldDefinition("message:VotingInformation", r.voting, "", write="draft", put=w.voting),
)

FIELDS: Final = {field.uri: field for field in _LIST}
"""FieldURI to field, in the order of a reply."""

BY_ELEMENT: Final = {field.element.partition(":")[2]: field for field in _LIST}
"""Element name to field."""

KNOWN_ELSEWHERE: Final = frozenset(
    {
        "item:SearchKey",
        "item:PolicyTag",
        "item:ArchiveTag",
        "item:RetentionDate",
        "item:BlockStatus",
        "item:HasBlockedImages",
        "item:EntityExtractionResult",
        "item:PredictedActionReasons",
        "item:IsClutter",
        "item:RightsManagementLicenseData",
        "item:Mentions",
        "item:MentionedMe",
        "item:MentionsPreview",
        "item:MentionsEx",
        "item:Hashtags",
        "item:AppliedHashtags",
        "item:AppliedHashtagsPreview",
        "item:Likes",
        "item:LikesPreview",
        "item:PendingSocialActivityTagIds",
        "item:AtAllMention",
        "item:CanDelete",
        "item:InferenceClassification",
        "item:FirstBody",
        "item:MimeContentUTF8",
        "message:ApprovalRequestData",
        "message:ReminderMessageData",
        "message:MessageSafety",
        "message:PublishedCalendarItemIcs",
        "message:PublishedCalendarItemName",
    }
)
"""Fields that are in the schema and that this store has no value for: asked for, they are left out of the reply."""

OTHER_KINDS: Final = frozenset(
    {"meeting", "meetingRequest", "calendar", "task", "contacts", "distributionlist", "postitem", "sharingMessage"}
)
"""Prefixes of fields that items of other kinds have: asked of a message, they too are left out of the reply."""
