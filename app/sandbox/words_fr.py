"""The words that Exchange says with its response codes, in French."""

from typing import Final

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
