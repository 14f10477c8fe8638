"""The sentences of errors, in English and French."""

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


FRENCH: Final[dict[str, str]] = {
    "ErrorAccessDenied": "L'accès est refusé. Vérifiez les informations d'identification et réessayez.",
    "ErrorAttachmentNestLevelLimitExceeded": (
        "Le niveau d'imbrication de la pièce jointe dépasse le niveau maximal pris en charge."
    ),
    "ErrorAttachmentSizeLimitExceeded": "La pièce jointe dépasse la taille maximale prise en charge.",
    "ErrorBatchProcessingStopped": "Le traitement par lot a été arrêté à cause d'une erreur antérieure.",
    "ErrorCannotDeleteObject": "L'objet ne peut pas être supprimé.",
    "ErrorCannotEmptyFolder": "Le dossier ne peut pas être vidé.",
    "ErrorCannotUseFolderIdForItemId": "Un ID d'élément était attendu, mais un ID de dossier a été reçu.",
    "ErrorCannotUseItemIdForFolderId": "Un ID de dossier était attendu, mais un ID d'élément a été reçu.",
    "ErrorChangeKeyRequired": "ChangeKey est requis pour remplacer la résolution automatique des conflits.",
    "ErrorChangeKeyRequiredForWriteOperations": "ChangeKey est requis pour cette opération.",
    "ErrorContainsFilterWrongType": "Le filtre Contains ne peut être utilisé que pour les propriétés de type chaîne.",
    "ErrorContentConversionFailed": "Échec de la conversion du contenu.",
    "ErrorCreateItemAccessDenied": (
        "Impossible de créer l'élément. Le compte d'utilisateur n'est pas autorisé à créer des éléments."
    ),
    "ErrorCreateSubfolderAccessDenied": (
        "Impossible de créer le sous-dossier. Le compte d'utilisateur n'est pas autorisé à créer des sous- dossiers."
    ),
    "ErrorCrossMailboxMoveCopy": (
        "Les opérations de déplacement et de copie entre boîtes aux lettres ne sont pas autorisées."
    ),
    "ErrorDataSizeLimitExceeded": "La propriété dépasse la taille maximale prise en charge.",
    "ErrorDelegateNoUser": "Le délégué ne correspond à aucun utilisateur de l'annuaire.",
    "ErrorDeleteDistinguishedFolder": "Les dossiers spéciaux ne peuvent pas être supprimés.",
    "ErrorDuplicateSOAPHeader": "Un en-tête SOAP en double a été reçu.",
    "ErrorEventNotFound": "L'événement que désigne le filigrane n'existe plus.",
    "ErrorExceededConnectionCount": (
        "Vous avez dépassé le nombre de connexions simultanées autorisées pour votre compte. Réessayez lorsque vos "
        "autres demandes seront terminées."
    ),
    "ErrorExceededFindCountLimit": (
        "Vous avez dépassé le nombre maximal d'objets que l'opération de recherche peut renvoyer. Utilisez la "
        "pagination pour réduire la taille du résultat, puis réessayez."
    ),
    "ErrorExceededSubscriptionCount": "Vous avez dépassé le nombre maximal d'abonnements autorisés pour votre compte.",
    "ErrorExpiredSubscription": "Les informations d'abonnement ne sont pas disponibles. L'abonnement a expiré.",
    "ErrorFolderExists": "Un dossier portant le nom spécifié existe déjà.",
    "ErrorFolderNotFound": "Le dossier spécifié est introuvable dans la banque d'informations.",
    "ErrorImpersonateUserDenied": "Le compte n'est pas autorisé à emprunter l'identité de l'utilisateur demandé.",
    "ErrorImpersonationFailed": "Échec de l'emprunt d'identité.",
    "ErrorIncorrectUpdatePropertyCount": (
        "Un objet d'une description de modification doit contenir une seule et unique propriété à modifier."
    ),
    "ErrorInsufficientResources": "Les ressources ne sont pas disponibles. Réessayez ultérieurement.",
    "ErrorInternalServerError": "Une erreur interne du serveur s'est produite. L'opération a échoué.",
    "ErrorInternalServerTransientError": "Une erreur interne du serveur s'est produite. Réessayez ultérieurement.",
    "ErrorInvalidArgument": "L'argument n'est pas valide.",
    "ErrorInvalidAttachmentId": "L'ID de pièce jointe spécifié n'est pas valide.",
    "ErrorInvalidChangeKey": "La clé de modification n'est pas valide.",
    "ErrorInvalidExchangeImpersonationHeaderData": (
        "Un en-tête SOAP ExchangeImpersonation doit contenir un nom d'utilisateur principal, un SID d'utilisateur "
        "ou une adresse SMTP principale."
    ),
    "ErrorInvalidExcludesRestriction": (
        "Le second opérande de l'expression Excludes doit être compatible avec le type uint."
    ),
    "ErrorInvalidExtendedProperty": "La combinaison d'attributs de la propriété étendue n'est pas valide.",
    "ErrorInvalidExtendedPropertyValue": "La valeur de la propriété étendue ne correspond pas à son type.",
    "ErrorInvalidFolderId": "L'ID de dossier n'est pas valide.",
    "ErrorInvalidFractionalPagingParameters": (
        "Les valeurs de décalage de la pagination fractionnaire ne sont pas valides."
    ),
    "ErrorInvalidIdEmpty": "L'ID ne doit pas être vide.",
    "ErrorInvalidIdMalformed": "L'ID est incorrect.",
    "ErrorInvalidIdNotAnItemAttachmentId": "L'ID ne représente pas un élément joint.",
    "ErrorInvalidIndexedPagingParameters": "Les valeurs de pagination indexée spécifiées ne sont pas valides.",
    "ErrorInvalidItemForOperationCreateItem": "Le type d'élément n'est pas valide pour l'opération CreateItem.",
    "ErrorInvalidItemForOperationCreateItemAttachment": (
        "Le type d'élément n'est pas valide pour l'opération CreateItemAttachment."
    ),
    "ErrorInvalidItemForOperationSendItem": "Le type d'élément n'est pas valide pour l'opération SendItem.",
    "ErrorInvalidNameForNameResolution": "La valeur spécifiée n'est pas un nom valide pour la résolution de noms.",
    "ErrorInvalidOperation": "L'opération n'est pas valide.",
    "ErrorInvalidPagingMaxRows": "MaxEntriesReturned doit être supérieur à zéro.",
    "ErrorInvalidPropertyAppend": "L'action d'ajout n'est pas prise en charge pour cette propriété.",
    "ErrorInvalidPropertyDelete": "L'action de suppression n'est pas prise en charge pour cette propriété.",
    "ErrorInvalidPropertyForExists": (
        "La propriété ne peut pas être utilisée dans une expression Exists. Utilisez IsEqualTo à la place."
    ),
    "ErrorInvalidPropertyForOperation": "La propriété n'est pas valide pour cette opération.",
    "ErrorInvalidPropertyRequest": "La propriété n'est pas valide pour ce type d'objet.",
    "ErrorInvalidPropertySet": "L'action de définition n'est pas valide pour la propriété.",
    "ErrorInvalidPropertyUpdateSentMessage": (
        "L'opération de mise à jour n'est pas valide pour une propriété d'un message envoyé."
    ),
    "ErrorInvalidPullSubscriptionId": (
        "SubscriptionId n'est pas valide. L'abonnement n'est pas un abonnement par extraction."
    ),
    "ErrorInvalidPushSubscriptionUrl": "L'URL de l'abonnement par émission n'est pas valide.",
    "ErrorInvalidRecipients": "Au moins un destinataire n'est pas valide.",
    "ErrorInvalidReferenceItem": "L'élément de référence ne prend pas en charge l'opération demandée.",
    "ErrorInvalidRequest": "La demande n'est pas valide.",
    "ErrorInvalidRestriction": "La restriction n'est pas valide.",
    "ErrorInvalidRoutingType": "Le format du type de routage n'est pas valide.",
    "ErrorInvalidScheduledOofDuration": "La durée de l'absence du bureau planifiée n'est pas valide.",
    "ErrorInvalidSendItemSaveSettings": (
        "La combinaison de l'attribut SaveItemToFolder et de l'élément SavedItemFolderId n'est pas valide."
    ),
    "ErrorInvalidServerVersion": "La version de serveur spécifiée n'est pas valide.",
    "ErrorInvalidSmtpAddress": "Le format de l'adresse SMTP n'est pas valide.",
    "ErrorInvalidSubscription": "L'abonnement n'est pas valide.",
    "ErrorInvalidSubscriptionRequest": "La demande d'abonnement n'est pas valide.",
    "ErrorInvalidSyncStateData": "Les données d'état de synchronisation sont endommagées ou non valides.",
    "ErrorInvalidValueForProperty": "La valeur spécifiée n'est pas valide pour la propriété.",
    "ErrorInvalidWatermark": "Le filigrane n'est pas valide.",
    "ErrorIrresolvableConflict": (
        "L'envoi ou la mise à jour n'a pas pu être effectué, car la clé de modification transmise dans la demande "
        "ne correspond pas à la clé de modification actuelle de l'élément."
    ),
    "ErrorItemNotFound": "L'objet spécifié est introuvable dans la banque d'informations.",
    "ErrorItemSave": "L'enregistrement de l'élément a échoué.",
    "ErrorMailboxMoveInProgress": "Un déplacement de boîte aux lettres est en cours. Réessayez ultérieurement.",
    "ErrorMailboxStoreUnavailable": "La base de données de boîtes aux lettres est temporairement indisponible.",
    "ErrorMessageDispositionRequired": "L'attribut MessageDisposition est requis.",
    "ErrorMessageSizeExceeded": "Le message dépasse la taille maximale prise en charge.",
    "ErrorMimeContentConversionFailed": "Échec de la conversion du contenu MIME.",
    "ErrorMimeContentInvalid": "Le contenu MIME n'est pas valide.",
    "ErrorMimeContentInvalidBase64String": "La chaîne base64 du contenu MIME n'est pas valide.",
    "ErrorMissingInformationEmailAddress": "EmailAddress ou ItemId doit être inclus dans la demande.",
    "ErrorMissingInformationReferenceItemId": "ReferenceItemId doit être inclus dans la demande.",
    "ErrorMissingItemForCreateItemAttachment": "Un élément doit être spécifié lors de la création d'un élément joint.",
    "ErrorMissingRecipients": "Un message doit avoir au moins un destinataire.",
    "ErrorMoveCopyFailed": "L'opération de déplacement ou de copie a échoué.",
    "ErrorMoveDistinguishedFolder": "Impossible de déplacer un dossier spécial.",
    "ErrorNameResolutionMultipleResults": "Plusieurs résultats ont été trouvés.",
    "ErrorNameResolutionNoResults": "Aucun résultat n'a été trouvé.",
    "ErrorNoFolderClassOverride": (
        "Vous ne pouvez pas spécifier FolderClass lors de la création d'un dossier non générique."
    ),
    "ErrorNoPropertyTagForCustomProperties": (
        "Les propriétés personnalisées ne peuvent pas être spécifiées par des balises de propriété. Utilisez la "
        "combinaison d'un GUID et d'un ID ou nom."
    ),
    "ErrorNonExistentMailbox": "Aucune boîte aux lettres n'est associée à l'adresse SMTP.",
    "ErrorNonPrimarySmtpAddress": "L'adresse SMTP principale doit être spécifiée pour désigner une boîte aux lettres.",
    "ErrorNotDelegate": "L'utilisateur n'est pas délégué pour la boîte aux lettres.",
    "ErrorObjectTypeChanged": "L'opération modifierait le type de l'objet, ce qui n'est pas autorisé.",
    "ErrorParentFolderNotFound": "Le dossier parent spécifié est introuvable.",
    "ErrorPasswordExpired": "Le mot de passe a expiré. Changez de mot de passe.",
    "ErrorPropertyValidationFailure": "La validation d'au moins une propriété a échoué.",
    "ErrorQuotaExceeded": "La boîte aux lettres a dépassé sa taille maximale.",
    "ErrorReadReceiptNotPending": (
        "Impossible de supprimer la confirmation de lecture. Aucune confirmation de lecture n'est en attente."
    ),
    "ErrorRequiredPropertyMissing": "Une propriété requise est manquante.",
    "ErrorResolveNamesInvalidFolderType": (
        "Impossible d'exécuter ResolveNames pour un dossier autre qu'un dossier de contacts."
    ),
    "ErrorRestrictionTooComplex": "La restriction ou l'ordre de tri est trop complexe pour cette opération.",
    "ErrorRestrictionTooLong": "La restriction contenait trop d'éléments.",
    "ErrorSavedItemFolderNotFound": "Le dossier dans lequel les éléments devaient être enregistrés est introuvable.",
    "ErrorSchemaValidation": "La demande n'a pas passé la validation de schéma.",
    "ErrorSendAsDenied": (
        "Le compte d'utilisateur utilisé pour envoyer cette demande n'est pas autorisé à envoyer des messages au "
        "nom du compte d'envoi spécifié."
    ),
    "ErrorServerBusy": "Le serveur ne peut pas traiter cette demande pour le moment. Réessayez ultérieurement.",
    "ErrorStaleObject": "La clé de modification actuelle est requise pour cette opération.",
    "ErrorSubmissionQuotaExceeded": (
        "Le message n'a pas pu être envoyé, car le quota d'envoi de l'expéditeur est dépassé. Réessayez plus tard."
    ),
    "ErrorSubscriptionAccessDenied": "L'accès est refusé. Seul le propriétaire de l'abonnement peut y accéder.",
    "ErrorSubscriptionNotFound": "L'abonnement spécifié est introuvable.",
    "ErrorSyncFolderNotFound": "Le dossier à synchroniser est introuvable.",
    "ErrorTimeZone": "Le fuseau horaire n'est pas valide.",
    "ErrorTimeoutExpired": "Le délai de l'opération a expiré.",
    "ErrorToFolderNotFound": "Le dossier cible spécifié est introuvable.",
    "ErrorUnsupportedMapiPropertyType": "Le type de propriété MAPI n'est pas pris en charge.",
    "ErrorUnsupportedPathForQuery": "La propriété ne prend pas en charge le filtrage.",
    "ErrorUnsupportedPathForSortGroup": "La propriété ne peut pas être utilisée pour le tri ou le regroupement.",
    "ErrorUnsupportedTypeForConversion": "Le type de propriété ne peut pas être converti.",
    "ErrorUpdatePropertyMismatch": "La propriété de mise à jour ne correspond pas à celle du chemin.",
    "ErrorValueOutOfRange": "La valeur est hors limites.",
}
