"""What the parts of requests may hold, in the notation of `grammar`. Each operation adds its own line beside itself."""

from typing import Final

from app.sandbox.fields.table import FIELDS, KNOWN_ELSEWHERE, OTHER_KINDS
from app.sandbox.grammar import Grammar
from app.sandbox.simple_types import SIMPLE, one_of

_ITEM: Final = (
    "MimeContent? ItemId? ParentFolderId:FolderId? ItemClass:string? Subject:string? Sensitivity:SensitivityKind? "
    "Body? Attachments? DateTimeReceived:dateTime? Size:int? Categories:Strings? Importance:ImportanceKind? "
    "InReplyTo:string? IsSubmitted:boolean? IsDraft:boolean? IsFromMe:boolean? IsResend:boolean? "
    "IsUnmodified:boolean? InternetMessageHeaders? DateTimeSent:dateTime? DateTimeCreated:dateTime? "
    "ResponseObjects:Anything? ReminderDueBy:dateTime? ReminderIsSet:boolean? ReminderNextTime:dateTime? "
    "ReminderMinutesBeforeStart:int? DisplayCc:string? DisplayTo:string? DisplayBcc:string? HasAttachments:boolean? "
    "ExtendedProperty* Culture:language? EffectiveRights:Anything? LastModifiedName:string? "
    "LastModifiedTime:dateTime? IsAssociated:boolean? WebClientReadFormQueryString:string? "
    "WebClientEditFormQueryString:string? ConversationId:ItemId? UniqueBody:Body? Flag? StoreEntryId:base64? "
    "InstanceKey:base64? NormalizedBody:Body? EntityExtractionResult:Anything? PolicyTag:Anything? "
    "ArchiveTag:Anything? RetentionDate:dateTime? Preview:string? RightsManagementLicenseData:Anything? "
    "PredictedActionReasons:Anything? IsClutter:boolean? BlockStatus:boolean? HasBlockedImages:boolean? "
    "TextBody:Body? IconIndex:string? SearchKey:base64? SortKey:string? Hashtags:Strings? Mentions:Recipients? "
    "MentionedMe:boolean? MentionsPreview:Anything? MentionsEx:Anything? AppliedHashtags:Anything? "
    "AppliedHashtagsPreview:Anything? Likes:Anything? LikesPreview:Anything? PendingSocialActivityTagIds:Strings? "
    "AtAllMention:boolean? CanDelete:boolean? InferenceClassification:string?"
)
_MESSAGE: Final = (
    f"{_ITEM} Sender:Recipient? ToRecipients:Recipients? CcRecipients:Recipients? BccRecipients:Recipients? "
    "IsReadReceiptRequested:boolean? IsDeliveryReceiptRequested:boolean? ConversationIndex:base64? "
    "ConversationTopic:string? From:Recipient? InternetMessageId:string? IsRead:boolean? "
    "IsResponseRequested:boolean? References:string? ReplyTo:Recipients? ReceivedBy:Recipient? "
    "ReceivedRepresenting:Recipient? ApprovalRequestData:Anything? VotingInformation? ReminderMessageData:Anything? "
    "MessageSafety:Anything? SenderSMTPAddress:nonempty? MailboxGuids:Anything? PublishedCalendarItemIcs:string? "
    "PublishedCalendarItemName:string?"
)
_RESPONSE: Final = (
    "Subject:string? Body? ToRecipients:Recipients? CcRecipients:Recipients? BccRecipients:Recipients? "
    "IsReadReceiptRequested:boolean? IsDeliveryReceiptRequested:boolean? From:Recipient? ReferenceItemId:ItemId? "
    "NewBodyContent:Body?"
)
_ATTACHMENT: Final = (
    "AttachmentId? Name:string? ContentType:string? ContentId:string? ContentLocation:string? "
    "AttachmentOriginalUrl:string? Size:int? LastModifiedTime:dateTime? IsInline:boolean?"
)
_OTHER_ITEMS: Final = (
    "SharingMessage:Anything|CalendarItem:Anything|Contact:Anything|DistributionList:Anything|MeetingMessage:Anything|"
    "MeetingRequest:Anything|MeetingResponse:Anything|MeetingCancellation:Anything|Task:Anything|PostItem:Anything|"
    "RoleMember:Anything|Network:Anything|Person:Anything"
)
_FOLDER: Final = (
    "FolderId? ParentFolderId:FolderId? FolderClass:string? DisplayName:string? TotalCount:int? ChildFolderCount:int? "
    "ExtendedProperty* ManagedFolderInformation:Anything? EffectiveRights:Anything? DistinguishedFolderId:FolderKind? "
    "PolicyTag:Anything? ArchiveTag:Anything? ReplicaList:Strings?"
)

MACROS: Final = {
    "Path": "FieldURI|IndexedFieldURI|ExtendedFieldURI|ExceptionFieldURI",
    "Search": (
        "And|Or|Not|Exists|Excludes|Contains|IsEqualTo:TwoOperands|IsNotEqualTo:TwoOperands|IsGreaterThan:TwoOperands|"
        "IsGreaterThanOrEqualTo:TwoOperands|IsLessThan:TwoOperands|IsLessThanOrEqualTo:TwoOperands"
    ),
    "OtherItems": _OTHER_ITEMS,
    "AnyFolder": ("Folder|CalendarFolder:Folder|ContactsFolder:Folder|SearchFolder:Folder|TasksFolder:Folder"),
}

TYPES: Final[dict[str, str]] = {
    "ItemId": "@Id:string! @ChangeKey:string",
    "OccurrenceItemId": "@RecurringMasterId:string! @ChangeKey:string @InstanceIndex:int!",
    "RecurringMasterItemId": "@OccurrenceId:string! @ChangeKey:string",
    "FolderId": "@Id:string! @ChangeKey:string",
    "DistinguishedFolderId": "@Id:FolderKind! @ChangeKey:string Mailbox?",
    "AddressListId": "@Id:string!",
    "UserConfigurationName": "@Name:nonempty! FolderId|DistinguishedFolderId|AddressListId",
    "AttachmentId": "@Id:string! @RootItemId:string @RootItemChangeKey:string",
    "RequestAttachmentId": "@Id:string!",
    "TargetFolder": "FolderId|DistinguishedFolderId|AddressListId",
    "ItemIds": "ItemId|OccurrenceItemId|RecurringMasterItemId+",
    "IgnoredItems": "ItemId*",
    "FolderIds": "FolderId|DistinguishedFolderId+",
    "Mailbox": (
        "Name:string? EmailAddress:nonempty? RoutingType:nonempty? MailboxType:MailboxKind? ItemId? "
        "OriginalDisplayName:string?"
    ),
    "Recipient": "Mailbox",
    "Recipients": "Mailbox*",
    "Strings": "String:string*",
    "Body": "@BodyType:BodyKind! @IsTruncated:boolean =string",
    "MimeContent": "@CharacterSet:string =string",
    "InternetMessageHeaders": "InternetMessageHeader+",
    "InternetMessageHeader": "@HeaderName:string! =string",
    "Flag": "FlagStatus:FlagKind StartDate:dateTime? DueDate:dateTime? CompleteDate:dateTime?",
    "VotingInformation": "UserOptions:VotingOptions? VotingResponse:string?",
    "VotingOptions": "VotingOptionData*",
    "VotingOptionData": "DisplayName:string? SendPrompt:string?",
    "ExtendedProperty": "ExtendedFieldURI Value:string|Values:PropertyValues",
    "PropertyValues": "Value:string+",
    "FieldURI": "@FieldURI:FieldName!",
    "IndexedFieldURI": "@FieldURI:FieldName! @FieldIndex:string!",
    "ExtendedFieldURI": (
        "@DistinguishedPropertySetId:PropertySetKind @PropertySetId:guid @PropertyTag:propertyTag @PropertyName:string "
        "@PropertyId:int @PropertyType:PropertyKind!"
    ),
    "ExceptionFieldURI": "@FieldURI:FieldName!",
    "AdditionalProperties": "$Path+",
    "ItemShape": (
        "BaseShape:BaseShapeKind IncludeMimeContent:boolean? BodyType:BodyShapeKind? UniqueBodyType:BodyShapeKind? "
        "NormalizedBodyType:BodyShapeKind? FilterHtmlContent:boolean? ConvertHtmlCodePageToUTF8:boolean? "
        "InlineImageUrlTemplate:string? BlockExternalImages:boolean? AddBlankTargetToLinks:boolean? "
        "MaximumBodySize:int? AdditionalProperties?"
    ),
    "AttachmentShape": (
        "IncludeMimeContent:boolean? BodyType:BodyShapeKind? FilterHtmlContent:boolean? AdditionalProperties?"
    ),
    "FolderShape": "BaseShape:BaseShapeKind AdditionalProperties?",
    "IndexedPageView": "@MaxEntriesReturned:int @Offset:int! @BasePoint:BasePointKind!",
    "FractionalPageView": "@MaxEntriesReturned:int @Numerator:int! @Denominator:int!",
    "SeekToConditionPageItemView": "@MaxEntriesReturned:int @BasePoint:BasePointKind! Condition:Restriction",
    "SortOrder": "FieldOrder+",
    "FieldOrder": "@Order:SortKind! $Path",
    "Restriction": "$Search",
    "And": "$Search+",
    "Or": "$Search+",
    "Not": "$Search",
    "Exists": "$Path",
    "Excludes": "$Path Bitmask",
    "Bitmask": "@Value:bitmask!",
    "Contains": "@ContainmentMode:ContainmentKind @ContainmentComparison:ComparisonKind $Path Constant",
    "Constant": "@Value:string!",
    "TwoOperands": "$Path FieldURIOrConstant",
    "FieldURIOrConstant": "$Path|Constant",
    "QueryString": "@ResetCache:boolean @ReturnHighlightTerms:boolean @ReturnDeletedItems:boolean =string",
    "Item": _ITEM,
    "Message": _MESSAGE,
    "ReplyToItem": _RESPONSE,
    "ReplyAllToItem": _RESPONSE,
    "ForwardItem": _RESPONSE,
    "SuppressReadReceipt": "ReferenceItemId:ItemId?",
    "NewItems": (
        "Item|Message|ReplyToItem|ReplyAllToItem|ForwardItem|SuppressReadReceipt|$OtherItems|AcceptItem:Anything|"
        "TentativelyAcceptItem:Anything|DeclineItem:Anything|CancelCalendarItem:Anything|RemoveItem:Anything|"
        "PostReplyItem:Anything|AcceptSharingInvitation:Anything+"
    ),
    "ItemChanges": "ItemChange+",
    "ItemChange": "ItemId|OccurrenceItemId|RecurringMasterItemId Updates CalendarActivityData:Anything?",
    "Updates": "AppendToItemField:Change|SetItemField:Change|DeleteItemField+",
    "Change": "$Path Item|Message|$OtherItems",
    "DeleteItemField": "$Path",
    "Attachments": "ItemAttachment|FileAttachment|ReferenceAttachment+",
    "FileAttachment": f"{_ATTACHMENT} IsContactPhoto:boolean? Content:base64?",
    "ItemAttachment": f"{_ATTACHMENT} Item|Message|$OtherItems?",
    "ReferenceAttachment": (
        f"{_ATTACHMENT} AttachLongPathName:string? ProviderType:string? ProviderEndpointUrl:string? "
        "AttachmentThumbnailUrl:string? AttachmentPreviewUrl:string? PermissionType:int? OriginalPermissionType:int? "
        "AttachmentIsFolder:boolean?"
    ),
    "AttachmentIds": "AttachmentId:RequestAttachmentId+",
    "Folder": f"{_FOLDER} PermissionSet:Anything? UnreadCount:int?",
    "Folders": "$AnyFolder+",
    "FolderChanges": "FolderChange+",
    "FolderChange": "FolderId|DistinguishedFolderId Updates:FolderUpdates",
    "FolderUpdates": (
        "AppendToFolderField:ChangeOfFolder|SetFolderField:ChangeOfFolder|DeleteFolderField:DeleteItemField+"
    ),
    "ChangeOfFolder": "$Path $AnyFolder",
}

TYPES.update(
    {
        "ZoneIds": "Id:string+",
        "AlternateIds": "AlternateId|AlternatePublicFolderId|AlternatePublicFolderItemId+",
        "AlternateId": "@Format:IdKind! @Id:string! @Mailbox:nonempty! @IsArchive:boolean",
        "AlternatePublicFolderId": "@Format:IdKind! @FolderId:string!",
        "AlternatePublicFolderItemId": "@Format:IdKind! @FolderId:string! @ItemId:string!",
        "UserIds": "UserId+",
        "UserId": (
            "SID:string? PrimarySmtpAddress:string? DisplayName:string? DistinguishedUser:DistinguishedUserKind? "
            "ExternalUserIdentity:string?"
        ),
        "OofMailbox": "Name:string? Address:string RoutingType:string?",
        "UserOofSettings": (
            "OofState:OofKind ExternalAudience:AudienceKind Duration? InternalReply:ReplyBody? "
            "ExternalReply:ReplyBody? DeclineMeetingReply:ReplyBody? DeclineEventsForScheduledOOF:boolean? "
            "DeclineAllEventsForScheduledOOF:boolean? CreateOOFEvent:boolean? OOFEventSubject:string? "
            "AutoDeclineFutureRequestsWhenOOF:boolean? OOFEventID:string? EventsToDeleteIDs:Anything?"
        ),
        "Duration": "StartTime:dateTime EndTime:dateTime",
        "ReplyBody": "@lang:language Message:string?",
        "Conversations": "Conversation*",
        "Conversation": "ConversationId:ItemId SyncState:base64?",
        "EventTypes": "EventType:EventKind+",
        "SubscriptionIds": "SubscriptionId:nonempty+",
        "PullSubscriptionRequest": (
            "@SubscribeToAllFolders:boolean FolderIds? EventTypes Watermark:nonempty? Timeout:SubscriptionTimeout"
        ),
        "PushSubscriptionRequest": (
            "@SubscribeToAllFolders:boolean FolderIds? EventTypes Watermark:nonempty? "
            "StatusFrequency:SubscriptionTimeout URL:string CallerData:string?"
        ),
        "StreamingSubscriptionRequest": "@SubscribeToAllFolders:boolean FolderIds? EventTypes",
    }
)

_FOLDER_FIELDS: Final = (
    "FolderId ParentFolderId DisplayName UnreadCount TotalCount ChildFolderCount FolderClass SearchParameters "
    "ManagedFolderInformation PermissionSet EffectiveRights SharingEffectiveRights DistinguishedFolderId PolicyTag "
    "ArchiveTag ReplicaList"
)
_INDEXED: Final = frozenset({"item:InternetMessageHeader"})
_MESSAGE_FIELDS: Final = (
    frozenset(FIELDS) | KNOWN_ELSEWHERE | _INDEXED | {f"folder:{name}" for name in _FOLDER_FIELDS.split()}
)


def _field_name(text: str) -> str | None:
    """Check a FieldURI: those of messages and folders one by one, those of other kinds of items by their prefix."""
    prefix = text.strip().partition(":")[0]
    if text.strip() in _MESSAGE_FIELDS or prefix in OTHER_KINDS or prefix in _ELSEWHERE:
        return None
    return one_of("UnindexedFieldURIType", "")(text)


_ELSEWHERE: Final = frozenset(
    {"conversation", "persona", "attachment", "recurrence", "timezone", "rolemember", "network"}
)

GRAMMAR: Final = Grammar(TYPES, MACROS, {**SIMPLE, "FieldName": _field_name})
"""The grammar of all requests."""
