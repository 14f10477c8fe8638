"""Every response code of Exchange belongs to a class, by what a person can do about it.

The codes are those of ResponseCodeType (messages.xsd of Exchange SE), written here without the "Error" before each.
A code that is not among them belongs to no class: then the server's own words are shown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CodeClass(StrEnum):
    """Who can do something about a refusal."""

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
    # A defect of ours: we asked wrongly, or were told of a thing that we never ask for.
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

_RETRIED: Final = frozenset(
    {
        "ErrorServerBusy",
        "ErrorMailboxStoreUnavailable",
        "ErrorMailboxMoveInProgress",
        "ErrorServiceUnavailable",
        "ErrorADUnavailable",
        "ErrorExceededConnectionCount",
        "ErrorTooManyObjectsOpened",
    }
)

_MAY_HAVE_HAPPENED: Final = frozenset(
    {
        "ErrorTimeoutExpired",
        "ErrorInternalServerError",
        "ErrorInternalServerTransientError",
        "ErrorClientDisconnected",
        "ErrorRequestAborted",
        "ErrorConnectionFailed",
        "ErrorProxyCallFailed",
        "ErrorProxyRequestProcessingFailed",
        "ErrorProxySoapException",
        "ErrorItemSave",
        "ErrorMoveCopyFailed",
        "ErrorMailboxFailover",
        "ErrorInsufficientResources",
        "ErrorNotEnoughMemory",
        "ErrorDataSourceOperation",
        "ErrorResponseSchemaValidation",
        "ErrorParsingXMLResponse",
        "ErrorWin32InteropError",
    }
)


def class_of(code: str) -> CodeClass:
    """Return the class of a response code."""
    return CLASSES.get(code, CodeClass.UNLISTED)


def is_retried(code: str) -> bool:
    """Tell whether the server turned the item away unread for now, so that the outbox may try again by itself."""
    return code in _RETRIED


def may_have_happened(code: str) -> bool:
    """Tell whether the server broke off in the midst of the item: it is looked for, and never sent again by itself."""
    return code in _MAY_HAVE_HAPPENED
