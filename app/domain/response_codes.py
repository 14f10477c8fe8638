"""Every response code of Exchange belongs to a class, by what a person can do about it.

The codes are those of ResponseCodeType (messages.xsd of Exchange SE), written here without the "Error" before each.
A code that is not among them belongs to no class: then the server's own words are shown.

Codes that mean one thing to the program have one name here, alone or as a set. What a person reads of a code stands in
`services/text/error_text.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CodeClass(StrEnum):
    """The party that can do something about a refusal."""

    PERSON = "person"
    ACCOUNT = "account"
    SERVER_NOW = "server-now"
    SERVER_GOOD = "server-good"
    DEFECT = "defect"
    UNLISTED = "unlisted"


_NAMES: Final = {
    # The person can mend it: at the message, a recipient, an attachment.
    CodeClass.PERSON: """
    AttachmentNestLevelLimitExceeded AttachmentSizeLimitExceeded BatchProcessingStopped CannotDeleteObject
    CannotFindUser CannotOpenFileAttachment ChangeKeyRequired ChangeKeyRequiredForWriteOperations
    ContentConversionFailed DataSizeLimitExceeded DeleteItemsFailed DistributionListMemberNotExist
    EmailAddressMismatch ExceededMaxRecipientLimit ExceededMaxRecipientLimitBlock
    ExceededMaxRecipientLimitShowTierUpgrade FolderNotFound InvalidChangeKey InvalidContactEmailAddress InvalidId
    InvalidIdEmpty InvalidIdMalformed InvalidInternetHeaderChildNodes InvalidItemForOperationSendItem InvalidMailbox
    InvalidNameForNameResolution InvalidPropertyUpdateSentMessage InvalidRecipients InvalidRoutingType
    InvalidSmtpAddress IrresolvableConflict ItemNotFound MailRecipientNotFound MessageBlocked MessageSizeExceeded
    MimeContentConversionFailed MimeContentInvalid MissingEmailAddress MissingInformationEmailAddress
    MissingRecipients MoveCopyFailed NameResolutionMultipleResults NameResolutionNoMailbox NameResolutionNoResults
    NonExistentMailbox NonPrimarySmtpAddress ObjectTypeChanged ParentFolderNotFound RecipientNotFound
    RequestStreamTooBig SavedItemFolderNotFound SendAsDenied StaleObject ToFolderNotFound VirusDetected
    VirusMessageDeleted
    """,
    # The account: its rights, its limits, its sign-in.
    CodeClass.ACCOUNT: """
    AccessDenied AccessModeSpecified AccountDisabled AccountSuspend AccountSuspendShowTierUpgrade
    CallerIsInvalidADAccount CreateItemAccessDenied CreateSubfolderAccessDenied DelegateMissingConfiguration
    DelegateNoUser ExceededMessageLimit ExceededMessageLimitShowTierUpgrade ImpersonateUserDenied
    ImpersonationDenied ImpersonationFailed InvalidAccessLevel InvalidAuthorizationContext
    InvalidClientAccessTokenRequest InvalidClientSecurityContext InvalidExchangeImpersonationHeaderData
    InvalidLicense InvalidLogonType InvalidManagementRoleHeader InvalidSecurityDescriptor
    InvalidSerializedAccessToken InvalidSid InvalidUserInfo InvalidUserPrincipalName InvalidUserSid
    InvalidUserSidMissingUPN MailboxConfiguration MailboxLogonFailed MessagePerFolderCountReceiveQuotaExceeded
    MessageSubmissionBlocked MissingExchangePrincipal MoreThanOneAccessModeSpecified NoFreeBusyAccess
    NoOAuthServerAvailableForRequest NotAllowedExternalSharingByPolicy NotDelegate OrganizationAccessBlocked
    PasswordChangeRequired PasswordExpired PermissionNotAllowedByPolicy ProxyTokenExpired QuotaExceeded
    SubmissionQuotaExceeded SubscriptionAccessDenied TargetDomainNotSupported TokenSerializationDenied
    UnauthorizedClientAccessTokenRequest UnsupportedUserForExecuteSearch UserNotAllowedByPolicy
    """,
    # The server, for now: later it may.
    CodeClass.SERVER_NOW: """
    ADOperation ADUnavailable AutoDiscoverFailed ClientDisconnected ConnectionFailed ContentIndexingNotEnabled
    CrossSiteRequest DataSourceOperation ExceededConnectionCount ExceededFindCountLimit ExceededSubscriptionCount
    ExpiredSubscription FolderSave InstantSearchFailed InstantSearchSessionExpired InstantSearchTimeout
    InsufficientResources InternalServerError InternalServerTransientError ItemSave LocalServerObjectNotFound
    LocationServicesRequestTimedOut MailTipsDisabled MailboxFailover MailboxMoveInProgress MailboxStoreUnavailable
    MessageTrackingTransientError MissedNotificationEvents NewEventStreamConnectionOpened
    NoApplicableProxyCASServersAvailable NoPublicFolderReplicaAvailable NoPublicFolderServerAvailable
    NoRespondingCASInDestinationSite NotEnoughMemory ParsingXMLResponse ProxiedSubscriptionCallFailure
    ProxyCallFailed ProxyRequestProcessingFailed ProxyServiceDiscoveryFailed ProxySoapException
    PublicFolderMailboxDiscoveryFailed PublicFolderOperationFailed PublicFolderRequestProcessingFailed
    PublicFolderSyncException ReadEventsFailed RequestAborted SearchFolderNotInitialized ServerBusy
    ServiceDiscoveryFailed ServiceUnavailable TimeoutExpired TooManyObjectsOpened UMServerUnavailable
    UnifiedGroupMailboxUpdateDelayed WebRequestInInvalidState
    """,
    # The server, for good: an administrator can mend it.
    CodeClass.SERVER_GOOD: """
    ADSessionFilter AddressSpaceNotFound ArchiveMailboxNotEnabled ArchiveMailboxServiceDiscoveryFailed
    AvailabilityConfigNotFound CorruptData CrossMailboxMoveCopy DiscoverySearchesDisabled
    DistinguishedUserNotSupported DuplicateLegacyDistinguishedName FolderCorrupt GetServerSecurityDescriptorFailed
    IncorrectSchemaVersion InvalidCrossForestCredentials InvalidFederatedOrganizationId
    InvalidFederationOrganizationIdentifier InvalidNetworkServiceContext InvalidOrganizationRelationshipForFreeBusy
    InvalidProxySecurityContext InvalidSchemaVersionForMailboxVersion InvalidServerVersion ItemCorrupt
    ItemPropertyRequestFailed ItemSavePropertyError LocationServicesDisabled LocationServicesRequestFailed
    LogonAsNetworkServiceFailed MailboxHoldNotFound MessageTrackingPermanentError MultiLegacyMailboxAccess
    NoDestinationCASDueToKerberosRequirements NoDestinationCASDueToSSLRequirements
    NoDestinationCASDueToVersionMismatch OrganizationNotFederated PropertyUpdate ProxyGroupSidLimitExceeded
    ProxyRequestNotAllowed PublicFolderServerNotFound ResponseSchemaValidation RulesOverQuota TimeZone
    UnsupportedCulture UnsupportedMimeConversion UnsupportedTypeForConversion UserWithoutFederatedProxyAddress
    VoiceMailNotImplemented WeatherServiceDisabled Win32InteropError WrongServerVersion WrongServerVersionDelegate
    """,
    # A defect of ours: the request was wrong, or the answer is about a thing that we never ask for.
    CodeClass.DEFECT: """
    AddDelegatesFailed AffectedTaskOccurrencesRequired ApplyConversationActionFailed ArchiveFolderPathCreation
    ArchiveMailboxSearchFailed CalendarCannotMoveOrCopyOccurrence CalendarCannotUpdateDeletedItem
    CalendarCannotUseIdForOccurrenceId CalendarCannotUseIdForRecurringMasterId CalendarDurationIsTooLong
    CalendarEndDateIsEarlierThanStartDate CalendarFolderIsInvalidForCalendarView CalendarForwardActionNotAllowed
    CalendarInvalidAttributeValue CalendarInvalidDayForTimeChangePattern CalendarInvalidDayForWeeklyRecurrence
    CalendarInvalidPropertyState CalendarInvalidPropertyValue CalendarInvalidRecurrence CalendarInvalidTimeZone
    CalendarIsCancelledForAccept CalendarIsCancelledForDecline CalendarIsCancelledForRemove
    CalendarIsCancelledForTentative CalendarIsDelegatedForAccept CalendarIsDelegatedForDecline
    CalendarIsDelegatedForRemove CalendarIsDelegatedForTentative CalendarIsGroupMailboxForAccept
    CalendarIsGroupMailboxForDecline CalendarIsGroupMailboxForSuppressReadReceipt CalendarIsGroupMailboxForTentative
    CalendarIsNotOrganizer CalendarIsOrganizerForAccept CalendarIsOrganizerForDecline CalendarIsOrganizerForRemove
    CalendarIsOrganizerForTentative CalendarMeetingRequestIsOutOfDate CalendarOccurrenceIndexIsOutOfRecurrenceRange
    CalendarOccurrenceIsDeletedFromRecurrence CalendarOutOfRange CalendarSeekToConditionNotSupported
    CalendarViewRangeTooBig CannotAccessDeletedPublicFolder CannotArchiveCalendarContactTaskFolderException
    CannotArchiveItemsInArchiveMailbox CannotArchiveItemsInPublicFolders CannotCreateCalendarItemInNonCalendarFolder
    CannotCreateContactInNonContactFolder CannotCreatePostItemInNonMailFolder CannotCreateTaskInNonTaskFolder
    CannotDeleteTaskOccurrence CannotDisableMandatoryExtension CannotDownloadExtensionManifest CannotEmptyFolder
    CannotGetExternalEcpUrl CannotGetSourceFolderPath CannotSetCalendarPermissionOnNonCalendarFolder
    CannotSetNonCalendarPermissionOnCalendarFolder CannotSetPermissionUnknownEntries
    CannotSpecifySearchFolderAsSourceFolder CannotUninstallProvidedExtensions CannotUseFolderIdForItemId
    CannotUseItemIdForFolderId ClientIntentInvalidStateDefinition ClientIntentNotFound ContainsFilterWrongType
    CreateManagedFolderPartialCompletion DelegateAlreadyExists DelegateCannotAddOwner DelegateValidationFailed
    DeleteDistinguishedFolder DeleteUnifiedMessagingPromptFailed DuplicateExtendedKeywordDefinition
    DuplicateInputFolderNames DuplicateSOAPHeader DuplicateSenderRestrictionsInputFound DuplicateUserIdsSpecified
    EventNotFound ExportRemoteArchiveItemsFailed ExtensionAlreadyInstalledForOrg ExtensionNotFound
    ExtensionsNotAuthorized FindRemoteArchiveFolderFailed FolderExists FolderPropertRequestFailed FolderSaveFailed
    FolderSavePropertyError FreeBusyDLLimitReached FreeBusyGenerationFailed GetRemoteArchiveFolderFailed
    GetRemoteArchiveItemFailed IPGatewayNotFound ImContactLimitReached ImGroupDisplayNameAlreadyExists
    ImGroupLimitReached InboxRulesValidationError IncorrectUpdatePropertyCount IndividualMailboxLimitReached
    InvalidArgument InvalidAttachmentId InvalidAttachmentSubfilter InvalidAttachmentSubfilterTextFilter
    InvalidBulkActionType InvalidCompleteDate InvalidContactEmailIndex InvalidDelegatePermission
    InvalidDelegateUserId InvalidExcludesRestriction InvalidExpressionTypeForSubFilter InvalidExtendedProperty
    InvalidExtendedPropertyValue InvalidExtensionId InvalidExternalSharingInitiator InvalidExternalSharingSubscriber
    InvalidFolderId InvalidFolderTypeForOperation InvalidFractionalPagingParameters InvalidFreeBusyViewType
    InvalidGetSharingFolderRequest InvalidIdMalformedEwsLegacyIdFormat InvalidIdMonikerTooLong
    InvalidIdNotAnItemAttachmentId InvalidIdReturnedByResolveNames InvalidIdStoreObjectIdTooLong
    InvalidIdTooManyAttachmentLevels InvalidIdXml InvalidImContactId InvalidImDistributionGroupSmtpAddress
    InvalidImGroupId InvalidIndexedPagingParameters InvalidInternetWebProxyOnLocalServer
    InvalidItemForOperationAcceptItem InvalidItemForOperationArchiveItem InvalidItemForOperationCancelItem
    InvalidItemForOperationCreateItem InvalidItemForOperationCreateItemAttachment InvalidItemForOperationDeclineItem
    InvalidItemForOperationExpandDL InvalidItemForOperationRemoveItem InvalidItemForOperationTentative
    InvalidKeepNCount InvalidKeepNType InvalidLatitude InvalidLikeRequest InvalidLongitude
    InvalidManagedFolderProperty InvalidManagedFolderQuota InvalidManagedFolderSize InvalidMergedFreeBusyInterval
    InvalidOofParameter InvalidOperation InvalidPagingMaxRows InvalidParentFolder InvalidPercentCompleteValue
    InvalidPermissionSettings InvalidPhoneCallId InvalidPhoneNumber InvalidPhotoSize InvalidPropertyAppend
    InvalidPropertyDelete InvalidPropertyForExists InvalidPropertyForOperation InvalidPropertyRequest
    InvalidPropertySet InvalidPullSubscriptionId InvalidPushSubscriptionUrl InvalidRecipientSubfilter
    InvalidRecipientSubfilterComparison InvalidRecipientSubfilterOrder InvalidRecipientSubfilterTextFilter
    InvalidReferenceItem InvalidReportMessageActionType InvalidRequest InvalidRestriction InvalidRetentionTagIdGuid
    InvalidRetentionTagInheritance InvalidRetentionTagInvisible InvalidRetentionTagNone
    InvalidRetentionTagTypeMismatch InvalidSIPUri InvalidScheduledOofDuration InvalidSendItemSaveSettings
    InvalidSharingData InvalidSharingMessage InvalidSubfilterType InvalidSubfilterTypeNotAttendeeType
    InvalidSubfilterTypeNotRecipientType InvalidSubscription InvalidSubscriptionRequest InvalidSweepRule
    InvalidSweepRuleOperationType InvalidSyncStateData InvalidTimeInterval InvalidUserOofSettings
    InvalidValueForProperty InvalidWatermark LegacyMailboxFreeBusyViewTypeNotMerged LocationServicesInvalidRequest
    MailboxDataArrayEmpty MailboxDataArrayTooBig MailboxScopeNotAllowedWithoutQueryString ManagedFolderAlreadyExists
    ManagedFolderNotFound ManagedFoldersRootFailure MarketPlaceExtensionAlreadyInstalledForOrg
    MeetingSuggestionGenerationFailed MessageDispositionRequired MessageTrackingNoSuchDomain
    MimeContentInvalidBase64String MissingArgument MissingEmailAddressForManagedFolder
    MissingInformationReferenceItemId MissingInformationSharingFolderId MissingItemForCreateItemAttachment
    MissingManagedFolderId MissingUserIdInformation MoveDistinguishedFolder NewerExtensionAlreadyInstalled
    NewerMarketPlaceExtensionAlreadyInstalled NoCalendar NoFolderClassOverride NoPropertyTagForCustomProperties
    NoRbacPermissionToInstallMarketPlaceExtensions NoRbacPermissionToInstallReadWriteMailboxExtensions
    NoSenderRestrictionsSettingsFoundInRequest NoSpeechDetected NotSupportedSharingMessage
    OccurrenceCrossingBoundary OccurrenceTimeSpanTooBig OperationNotAllowedWithPublicFolderRoot
    OutlookRuleBlobExists ParentFolderIdRequired PhoneNumberNotDialable PromptPublishingOperationFailed
    PropertyValidationFailure QueryFilterTooLong ReadReceiptNotPending RecognizerNotInstalled
    RecurrenceEndDateTooBig RecurrenceHasNoOccurrence RemoveDelegatesFailed RequiredPropertyMissing
    ResolveNamesInvalidFolderType ResolveNamesOnlyOneContactsFolderAllowed RestrictionTooComplex RestrictionTooLong
    ResultSetTooBig SchemaValidation SearchQueryHasTooManyKeywords SearchTooManyMailboxes
    SendMeetingCancellationsRequired SendMeetingInvitationsOrCancellationsRequired SendMeetingInvitationsRequired
    SenderRestrictionsUpdateFailed SentMeetingRequestUpdate SentTaskRequestUpdate SharingNoExternalEwsAvailable
    SharingSynchronizationFailed SpeechGrammarError SubscriptionDelegateAccessNotSupported SubscriptionNotFound
    SubscriptionUnsubscribed SubscriptionsDisabledForGroup SyncFolderNotFound TeamMailboxActiveToPendingDelete
    TeamMailboxErrorUnknown TeamMailboxFailedSendingNotifications TeamMailboxNotAuthorizedOwner TeamMailboxNotFound
    TeamMailboxNotLinkedToSharePoint TeamMailboxUrlValidationFailed TimeIntervalTooBig UnableToGetUserOofSettings
    UnableToRemoveImContactFromGroup UnexpectedUnifiedGroupsCount UnifiedGroupAadAuthorizationRequestDenied
    UnifiedGroupAliasNamingPolicy UnifiedGroupAlreadyExists UnifiedGroupCreationDisabled
    UnifiedGroupMailboxAADCreationFailed UnifiedGroupMailboxAADDeleteFailed UnifiedGroupMailboxDeleteFailed
    UnifiedGroupMailboxNamingPolicy UnifiedGroupMailboxNotFound UnifiedGroupMailboxProvisionFailed
    UnifiedGroupMailboxUpdateFailed UnifiedGroupMailboxUpdatedPartialProperties UnifiedMessagingDialPlanNotFound
    UnifiedMessagingPromptNotFound UnifiedMessagingReportDataNotFound UnifiedMessagingRequestFailed
    UnifiedMessagingServerNotFound UnsupportedMapiPropertyType UnsupportedPathForQuery UnsupportedPathForSortGroup
    UnsupportedPropertyDefinition UnsupportedQueryFilter UnsupportedRecurrence UnsupportedSubFilter
    UpdateDelegatesFailed UpdatePropertyMismatch UserNotUnifiedMessagingEnabled ValueOutOfRange
    WorkingHoursSaveFailed WorkingHoursXmlMalformed
    """,
}

CLASSES: Final[dict[str, CodeClass]] = {
    f"Error{name}": code_class for code_class, names in _NAMES.items() for name in names.split()
}

ITEM_NOT_FOUND: Final = "ErrorItemNotFound"
CONFLICT: Final = "ErrorIrresolvableConflict"
NO_TARGET: Final = "ErrorToFolderNotFound"
"""The folder that a message was to be moved to is none that it can be moved to."""
SYNC_STATE_GONE: Final = "ErrorInvalidSyncStateData"
TOO_LARGE: Final = "ErrorMessageSizeExceeded"
QUOTA_EXCEEDED: Final = "ErrorQuotaExceeded"
NOBODY_OF_THE_NAME: Final = "ErrorNameResolutionNoResults"
ACCESS_DENIED: Final = "ErrorAccessDenied"
BATCH_STOPPED: Final = "ErrorBatchProcessingStopped"
"""The item was not looked at, because the server stopped at one before it."""
INVALID_PROPERTIES: Final = "ErrorInvalidPropertySet"


def _codes(names: str) -> frozenset[str]:
    return frozenset(f"Error{name}" for name in names.split())


# --- of an item --------------------------------------------------------------------------------------------------

ITEM_GONE: Final = _codes("ItemNotFound InvalidIdMalformed InvalidIdEmpty InvalidId")
"""The server has no item under this id: it was moved, deleted or sent."""

CHANGED_ELSEWHERE: Final = _codes("IrresolvableConflict StaleObject")
"""The item was changed since the version that its ChangeKey names."""

KEY_UNKNOWN: Final = _codes("ChangeKeyRequired ChangeKeyRequiredForWriteOperations InvalidChangeKey")
"""The server wants a ChangeKey, or does not know the one it was given."""

KEY_REFUSED: Final = CHANGED_ELSEWHERE | KEY_UNKNOWN
"""The server did nothing for want of the item's newest ChangeKey."""

ATTACHMENT_GONE: Final = _codes("ItemNotFound InvalidAttachmentId AttachmentNotFound")
"""The server has no attachment under this id, so there is none to delete either."""

NO_ATTACHMENTS: Final = "NoAttachments"
"""Said by this program, for a server that was seen to keep no attachments, whichever way they come."""

MESSAGE_TOO_LARGE: Final = _codes("MessageSizeExceeded MailboxMessageSizeLimitExceeded")
"""The server takes no message as large as this."""

NO_RECIPIENTS: Final = "ErrorInvalidRecipients"
"""The message has no recipient, or one that it cannot be sent to."""

WITHOUT_RECIPIENTS: Final = _codes("InvalidRecipients MissingRecipients")
"""Said of a message to nobody."""

# --- of a place or a person --------------------------------------------------------------------------------------

NO_MAILBOX: Final = _codes("NonExistentMailbox NonPrimarySmtpAddress MissingEmailAddress")
"""The server has no mailbox at this address."""

NO_RECIPIENT: Final = NO_MAILBOX | _codes("MailRecipientNotFound RecipientNotFound")
"""Nobody can be written to at this address."""

PLACE_REFUSED: Final = _codes(
    """
    AccessDenied CannotUseFolderIdForItemId CreateItemAccessDenied FolderNotFound InvalidFolderId MailboxConfiguration
    MoveCopyFailed NonExistentMailbox NonPrimarySmtpAddress ParentFolderNotFound ToFolderNotFound
    WrongServerVersionDelegate
    """
)
"""Said of a folder, these mean that the draft cannot be kept there, and say nothing against the message."""

NO_SUCH_PERSON: Final = _codes("NameResolutionNoMailbox NameResolutionNoResults")
"""The directory has no entry by this name."""

NO_CONFIGURATION: Final = _codes("FolderNotFound ItemNotFound")
"""The mailbox has no such list of settings, for example no categories of its own."""

# --- of a request ------------------------------------------------------------------------------------------------

OF_THE_ACCOUNT: Final = _codes(
    """
    AccountDisabled ConnectionFailed ExceededConnectionCount ImpersonateUserDenied ImpersonationDenied
    ImpersonationFailed IncorrectSchemaVersion InvalidSchemaVersionForMailboxVersion InvalidServerVersion
    MailboxMoveInProgress MailboxStoreUnavailable MissingEmailAddress NonExistentMailbox NonPrimarySmtpAddress
    PasswordChangeRequired PasswordExpired SiteMailboxUnavailable
    """
)
"""Faults that speak of the account or its mailbox, before anything was done."""

OF_THE_ACCOUNT_FOR_NOW: Final = OF_THE_ACCOUNT | _codes("ServerBusy")
"""Faults after which the account is asked again later: a server that is busy has nothing against one request."""

_BY_SOAP: Final = frozenset({"Client"})
OF_THE_REQUEST: Final = _BY_SOAP | _codes("AccessDenied InvalidRequest MessageSizeExceeded SchemaValidation ServerBusy")
"""Faults that say the request was not processed, and that hold for each item in it."""

NEVER_OF_ONE_ITEM: Final = _BY_SOAP | _codes("InvalidRequest SchemaValidation")
"""Faults of those that no server can mean for one item of several."""

SYNC_STATE_LOST: Final = _codes("InvalidSyncStateData SyncFolderNotFound")
"""The server does not know any more what it told of a folder: the folder is listed anew."""

SYNC_NOT_OFFERED: Final = _codes("InvalidOperation InvalidRequest NotImplemented UnsupportedOperation")
"""The server has no SyncFolderItems for this folder: it is listed page by page."""

CONVERSATIONS_NOT_OFFERED: Final = SYNC_NOT_OFFERED | _codes("FolderNotFound InvalidPropertyRequest")
"""The server has no GetConversationItems, or not as it is asked here: each folder is searched."""

STREAMING_NOT_OFFERED: Final = _codes(
    """
    InvalidRequest InvalidSubscription InvalidSubscriptionRequest NoRespondingCASInDestinationSite NotSupported
    ProxyRequestNotAllowed SchemaValidation
    """
)
"""The server sends no notifications by itself: it is asked for them."""

_RETRIED: Final = _codes(
    """
    ADUnavailable ExceededConnectionCount MailboxMoveInProgress MailboxStoreUnavailable ServerBusy ServiceUnavailable
    TooManyObjectsOpened
    """
)

_MAY_HAVE_HAPPENED: Final = _codes(
    """
    ClientDisconnected ConnectionFailed DataSourceOperation InsufficientResources InternalServerError
    InternalServerTransientError ItemSave MailboxFailover MoveCopyFailed NotEnoughMemory ParsingXMLResponse
    ProxyCallFailed ProxyRequestProcessingFailed ProxySoapException RequestAborted ResponseSchemaValidation
    TimeoutExpired Win32InteropError
    """
)


def class_of(code: str) -> CodeClass:
    """Return the class of a response code."""
    return CLASSES.get(code, CodeClass.UNLISTED)


def is_retried(code: str) -> bool:
    """Return whether the server turned the item away unread for now, so that the outbox may try again by itself."""
    return code in _RETRIED


def may_have_happened(code: str) -> bool:
    """Return whether the server stopped in the middle of the item: it is looked for, and never sent again by itself."""
    return code in _MAY_HAVE_HAPPENED
