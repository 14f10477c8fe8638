"""The words that Exchange says with its response codes. `words_fr` has them in French."""

from typing import Final

ENGLISH: Final[dict[str, str]] = {
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "ErrorAttachmentNestLevelLimitExceeded": "The attachment nest level exceeds the maximum supported level.",
    "ErrorAttachmentSizeLimitExceeded": "The attachment exceeds the maximum supported size.",
    "ErrorBatchProcessingStopped": "Batch processing was stopped because of an earlier error.",
    "ErrorCannotDeleteObject": "Object cannot be deleted.",
    "ErrorCannotEmptyFolder": "Folder cannot be emptied.",
    "ErrorCannotUseFolderIdForItemId": "Expected an item Id but received a folder Id.",
    "ErrorCannotUseItemIdForFolderId": "Expected a folder Id but received an item Id.",
    "ErrorChangeKeyRequired": "ChangeKey is required if overriding automatic conflict resolution.",
    "ErrorChangeKeyRequiredForWriteOperations": "ChangeKey is required for this operation.",
    "ErrorContainsFilterWrongType": "The Contains filter can only be used for string properties.",
    "ErrorContentConversionFailed": "Content conversion failed.",
    "ErrorCreateItemAccessDenied": "Unable to create item. The user account does not have the right to create items.",
    "ErrorCreateSubfolderAccessDenied": (
        "Unable to create subfolder. The user account does not have the right to create subfolders."
    ),
    "ErrorCrossMailboxMoveCopy": "Move and Copy operations across mailbox boundaries are not permitted.",
    "ErrorDataSizeLimitExceeded": "Property exceeds the maximum supported size.",
    "ErrorDelegateNoUser": "The delegate does not map to a user in the directory.",
    "ErrorDeleteDistinguishedFolder": "Distinguished folders cannot be deleted.",
    "ErrorDuplicateSOAPHeader": "A duplicate SOAP header was received.",
    "ErrorEventNotFound": "The event that the watermark names is not there any more.",
    "ErrorExceededConnectionCount": (
        "You have exceeded the available concurrent connections for your account. "
        "Try again once your other requests have completed."
    ),
    "ErrorExceededFindCountLimit": (
        "You have exceeded the maximum number of objects that can be returned for the find operation. "
        "Use paging to reduce the result size and try your request again."
    ),
    "ErrorExceededSubscriptionCount": "You have exceeded the maximum number of subscriptions for your account.",
    "ErrorExpiredSubscription": "Subscription information is not available. Subscription is expired.",
    "ErrorFolderExists": "A folder with the specified name already exists.",
    "ErrorFolderNotFound": "The specified folder could not be found in the store.",
    "ErrorImpersonateUserDenied": "The account does not have permission to impersonate the requested user.",
    "ErrorImpersonationFailed": "Impersonation failed.",
    "ErrorIncorrectUpdatePropertyCount": (
        "An object within a change description must contain one and only one property to modify."
    ),
    "ErrorInsufficientResources": "Resources are unavailable. Try again later.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ErrorInternalServerTransientError": "An internal server error occurred. Try again later.",
    "ErrorInvalidArgument": "The argument is invalid.",
    "ErrorInvalidAttachmentId": "The specified attachment Id is invalid.",
    "ErrorInvalidChangeKey": "The change key is invalid.",
    "ErrorInvalidExchangeImpersonationHeaderData": (
        "An ExchangeImpersonation SOAP header must contain a user principal name, user SID, or primary SMTP address."
    ),
    "ErrorInvalidExcludesRestriction": "Second operand in Excludes expression must be uint compatible.",
    "ErrorInvalidExtendedProperty": "The extended property attribute combination is invalid.",
    "ErrorInvalidExtendedPropertyValue": "The extended property value is inconsistent with its type.",
    "ErrorInvalidFolderId": "Folder Id is invalid.",
    "ErrorInvalidFractionalPagingParameters": "Invalid fractional paging offset values.",
    "ErrorInvalidIdEmpty": "Id must be non-empty.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorInvalidIdNotAnItemAttachmentId": "The Id does not represent an item attachment.",
    "ErrorInvalidIndexedPagingParameters": "The specified indexed paging values are invalid.",
    "ErrorInvalidItemForOperationCreateItem": "Item type is invalid for CreateItem operation.",
    "ErrorInvalidItemForOperationSendItem": "Item type is invalid for SendItem operation.",
    "ErrorInvalidItemForOperationCreateItemAttachment": "Item type is invalid for CreateItemAttachment operation.",
    "ErrorInvalidNameForNameResolution": "The specified value is not a valid name for name resolution.",
    "ErrorInvalidOperation": "The operation is invalid.",
    "ErrorInvalidPagingMaxRows": "MaxEntriesReturned must be greater than zero.",
    "ErrorInvalidPropertyAppend": "The append action is not supported for this property.",
    "ErrorInvalidPropertyDelete": "The delete action is not supported for this property.",
    "ErrorInvalidPropertyForExists": "Property cannot be used in Exists expression. Use IsEqualTo instead.",
    "ErrorInvalidPropertyForOperation": "Property is not valid for this operation.",
    "ErrorInvalidPropertyRequest": "Property is not valid for this object type.",
    "ErrorInvalidPropertySet": "Set action is invalid for property.",
    "ErrorInvalidPropertyUpdateSentMessage": "Update operation is invalid for property of a sent message.",
    "ErrorInvalidPullSubscriptionId": "SubscriptionId is invalid. Subscription is not a pull subscription.",
    "ErrorInvalidPushSubscriptionUrl": "The URL of the push subscription is invalid.",
    "ErrorInvalidRecipients": "At least one recipient isn't valid.",
    "ErrorInvalidReferenceItem": "The reference item does not support the requested operation.",
    "ErrorInvalidRequest": "The request is invalid.",
    "ErrorInvalidRestriction": "The restriction is invalid.",
    "ErrorInvalidRoutingType": "The routing type format is invalid.",
    "ErrorInvalidScheduledOofDuration": "The duration of the scheduled out-of-office time is invalid.",
    "ErrorInvalidSendItemSaveSettings": (
        "Invalid combination of SaveItemToFolder attribute and SavedItemFolderId element."
    ),
    "ErrorInvalidServerVersion": "The specified server version is invalid.",
    "ErrorInvalidSmtpAddress": "The SMTP address format is invalid.",
    "ErrorInvalidSubscription": "Subscription is invalid.",
    "ErrorInvalidSubscriptionRequest": "The subscription request is invalid.",
    "ErrorInvalidSyncStateData": "Synchronization state data is corrupt or otherwise invalid.",
    "ErrorInvalidValueForProperty": "The specified value is invalid for property.",
    "ErrorInvalidWatermark": "The watermark is invalid.",
    "ErrorIrresolvableConflict": (
        "The send or update operation could not be performed because the change key passed in the request does not "
        "match the current change key for the item."
    ),
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorItemSave": "The item save operation did not succeed.",
    "ErrorMailboxMoveInProgress": "Mailbox move in progress. Try again later.",
    "ErrorMailboxStoreUnavailable": "The mailbox database is temporarily unavailable.",
    "ErrorMessageDispositionRequired": "MessageDisposition attribute is required.",
    "ErrorMessageSizeExceeded": "The message exceeds the maximum supported size.",
    "ErrorMimeContentConversionFailed": "MIME content conversion failed.",
    "ErrorMimeContentInvalid": "Invalid MIME content.",
    "ErrorMimeContentInvalidBase64String": "Invalid base64 string for MIME content.",
    "ErrorMissingInformationEmailAddress": "EmailAddress or ItemId must be included in the request.",
    "ErrorMissingInformationReferenceItemId": "ReferenceItemId must be included in the request.",
    "ErrorMissingItemForCreateItemAttachment": "An item must be specified when creating an item attachment.",
    "ErrorMissingRecipients": "A message needs to have at least one recipient.",
    "ErrorMoveCopyFailed": "The move or copy operation failed.",
    "ErrorMoveDistinguishedFolder": "Cannot move distinguished folder.",
    "ErrorNameResolutionMultipleResults": "Multiple results were found.",
    "ErrorNameResolutionNoResults": "No results were found.",
    "ErrorNoFolderClassOverride": "You cannot specify the FolderClass when creating a non-generic folder.",
    "ErrorNoPropertyTagForCustomProperties": (
        "Custom properties cannot be specified using property tags. The GUID and Id/Name combination must be used "
        "instead."
    ),
    "ErrorNonExistentMailbox": "The SMTP address has no mailbox associated with it.",
    "ErrorNonPrimarySmtpAddress": "The primary SMTP address must be specified when referencing a mailbox.",
    "ErrorNotDelegate": "The user is not a delegate for the mailbox.",
    "ErrorObjectTypeChanged": "Operation would change object type, which is not permitted.",
    "ErrorParentFolderNotFound": "The specified parent folder could not be found.",
    "ErrorPasswordExpired": "Password has expired. Change password.",
    "ErrorPropertyValidationFailure": "At least one property failed validation.",
    "ErrorQuotaExceeded": "Mailbox has exceeded maximum mailbox size.",
    "ErrorReadReceiptNotPending": "Unable to suppress read receipt. Read receipts are not pending.",
    "ErrorRequiredPropertyMissing": "Required property is missing.",
    "ErrorResolveNamesInvalidFolderType": "Cannot perform ResolveNames for non-contact folder.",
    "ErrorRestrictionTooComplex": "The restriction or sort order is too complex for this operation.",
    "ErrorRestrictionTooLong": "Restriction contained too many elements.",
    "ErrorSavedItemFolderNotFound": "The folder in which items were to be saved could not be found.",
    "ErrorSchemaValidation": "The request failed schema validation.",
    "ErrorSendAsDenied": (
        "The user account which was used to submit this request does not have the right to send mail on behalf of the "
        "specified sending account."
    ),
    "ErrorServerBusy": "The server cannot service this request right now. Try again later.",
    "ErrorStaleObject": "The current ChangeKey is required for this operation.",
    "ErrorSubmissionQuotaExceeded": (
        "The message couldn't be sent because the sender's submission quota was exceeded. Please try again later."
    ),
    "ErrorSubscriptionAccessDenied": "Access is denied. Only the subscription owner may access the subscription.",
    "ErrorSubscriptionNotFound": "The specified subscription was not found.",
    "ErrorSyncFolderNotFound": "The folder to be synchronized could not be found.",
    "ErrorTimeoutExpired": "The operation timed out.",
    "ErrorTimeZone": "The time zone isn't valid.",
    "ErrorToFolderNotFound": "The specified target folder could not be found.",
    "ErrorUnsupportedMapiPropertyType": "The MAPI property type is not supported.",
    "ErrorUnsupportedPathForQuery": "The property does not support filtering.",
    "ErrorUnsupportedPathForSortGroup": "The property can not be used for sorting or grouping.",
    "ErrorUnsupportedTypeForConversion": "Property type cannot be converted.",
    "ErrorUpdatePropertyMismatch": "Update property does not match the property in the path.",
    "ErrorValueOutOfRange": "The value is out of range.",
}
