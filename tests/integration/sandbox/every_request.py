"""A valid request of each operation that is served, as text for the SOAP Body: for what is to be tried with all."""

from tests.integration.sandbox import soap

CLARA = "clara.fontaine@contoso.com"
JAMES = "james.okafor@contoso.com"
_ONE = soap.folder("inbox")
_FOLDERS = f"<m:FolderIds>{_ONE}</m:FolderIds>"
_SHAPE = "<m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>"
_MAILBOX = f"<t:EmailAddress>{CLARA}</t:EmailAddress>"


def attach(item: tuple[str, str]) -> str:
    """A file for an item."""
    file = "<t:FileAttachment><t:Name>a.txt</t:Name><t:Content>aGVsbG8=</t:Content></t:FileAttachment>"
    parent = f'<m:ParentItemId Id="{item[0]}" ChangeKey="{item[1]}"/>'
    return f"<m:CreateAttachment>{parent}<m:Attachments>{file}</m:Attachments></m:CreateAttachment>"


def conversation_items(conversation: str, *, before: str = "", after: str = "", state: str = "") -> str:
    """The items of a conversation; `before` and `after` stand around MaxItemsToReturn."""
    known = f"<t:SyncState>{state}</t:SyncState>" if state else ""
    return (
        f"<m:GetConversationItems>{soap.shape(paths=soap.field('item:Subject') + soap.field('item:ParentFolderId'))}"
        f"{before}<m:MaxItemsToReturn>50</m:MaxItemsToReturn>{after}<m:Conversations><t:Conversation>"
        f'<t:ConversationId Id="{conversation}"/>{known}</t:Conversation></m:Conversations></m:GetConversationItems>'
    )


def of_items(item: tuple[str, str], attachment: str, conversation: str) -> dict[str, str]:
    """Requests about an item, an attachment and a conversation; what takes the item away comes last."""
    ids = soap.item_ids([item])
    change = soap.update(
        item,
        soap.set_field("item:Subject", "<t:Subject>y</t:Subject>"),
        soap.delete_field("item:Categories"),
        resolution="AlwaysOverwrite",
    )
    kinds = "<t:Categories><t:String>Blue</t:String></t:Categories><t:Importance>High</t:Importance>"
    message = soap.message("Each", "x", JAMES, extended=f"{kinds}{soap.marked('m')}")
    named = f'<m:AttachmentIds><t:AttachmentId Id="{attachment}"/></m:AttachmentIds>'
    to = f"<m:ToFolderId>{soap.folder('notes')}</m:ToFolderId>"
    return {
        "CreateItem": soap.create(message),
        "GetItem": soap.get([item], paths=soap.MARKER_PATH + soap.field("item:Body")),
        "UpdateItem": change,
        "CreateAttachment": attach(item),
        "GetAttachment": f"<m:GetAttachment>{named}</m:GetAttachment>",
        "ConvertId": (
            f'<m:ConvertId DestinationFormat="HexEntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="{item[0]}" '
            f'Mailbox="{CLARA}"/></m:SourceIds></m:ConvertId>'
        ),
        "GetConversationItems": conversation_items(conversation),
        "CopyItem": f"<m:CopyItem>{to}{ids}</m:CopyItem>",
        "DeleteAttachment": f"<m:DeleteAttachment>{named}</m:DeleteAttachment>",
        "MoveItem": f"<m:MoveItem>{to}{ids}</m:MoveItem>",
        "SendItem": soap.send([item]),
        "DeleteItem": soap.delete([item]),
    }


def of_folders(folder: tuple[str, str]) -> dict[str, str]:
    """Requests about folders; `folder` is one that may be changed, moved, emptied and deleted, in that order."""
    named = f'<t:FolderId Id="{folder[0]}"/>'
    ids = f"<m:FolderIds>{named}</m:FolderIds>"
    name = "<t:Folder><t:DisplayName>Renamed</t:DisplayName></t:Folder>"
    return {
        "GetFolder": f"<m:GetFolder>{_SHAPE}{_FOLDERS}</m:GetFolder>",
        "FindFolder": (
            f'<m:FindFolder Traversal="Deep">{_SHAPE}<m:ParentFolderIds>{soap.folder("msgfolderroot")}'
            "</m:ParentFolderIds></m:FindFolder>"
        ),
        "CreateFolder": (
            f"<m:CreateFolder><m:ParentFolderId>{_ONE}</m:ParentFolderId><m:Folders><t:Folder>"
            "<t:DisplayName>Another</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"
        ),
        "UpdateFolder": (
            f"<m:UpdateFolder><m:FolderChanges><t:FolderChange>{named}<t:Updates><t:SetFolderField>"
            f"{soap.field('folder:DisplayName')}{name}</t:SetFolderField></t:Updates></t:FolderChange>"
            "</m:FolderChanges></m:UpdateFolder>"
        ),
        "MoveFolder": f"<m:MoveFolder><m:ToFolderId>{soap.folder('drafts')}</m:ToFolderId>{ids}</m:MoveFolder>",
        "EmptyFolder": f'<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="false">{ids}</m:EmptyFolder>',
        "DeleteFolder": f'<m:DeleteFolder DeleteType="HardDelete">{ids}</m:DeleteFolder>',
        "MarkAllItemsAsRead": (
            "<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts>"
            f"{_FOLDERS}</m:MarkAllItemsAsRead>"
        ),
        "SyncFolderHierarchy": f"<m:SyncFolderHierarchy>{_SHAPE}</m:SyncFolderHierarchy>",
        "SyncFolderItems": (
            f"<m:SyncFolderItems>{soap.shape('Default')}<m:SyncFolderId>{_ONE}</m:SyncFolderId>"
            "<m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>"
        ),
        "FindItem": soap.find("drafts", restriction=soap.equals(soap.MARKER_PATH, "m")),
    }


def of_people(subscription: str, watermark: str) -> dict[str, str]:
    """Requests about people, settings and subscriptions."""
    owner = f"<t:Mailbox><t:Address>{CLARA}</t:Address></t:Mailbox>"
    named = f"<m:SubscriptionId>{subscription}</m:SubscriptionId>"
    return {
        "ResolveNames": (
            '<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>sofia</m:UnresolvedEntry></m:ResolveNames>'
        ),
        "ExpandDL": (
            "<m:ExpandDL><m:Mailbox><t:EmailAddress>everyone@contoso.com</t:EmailAddress></m:Mailbox></m:ExpandDL>"
        ),
        "GetMailTips": (
            f"<m:GetMailTips><m:SendingAs>{_MAILBOX}</m:SendingAs><m:Recipients><t:Mailbox>{_MAILBOX}</t:Mailbox>"
            "</m:Recipients><m:MailTipsRequested>All</m:MailTipsRequested></m:GetMailTips>"
        ),
        "FindPeople": (
            '<m:FindPeople><m:IndexedPageItemView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/>'
            "<m:QueryString>s</m:QueryString></m:FindPeople>"
        ),
        "GetDelegate": (f'<m:GetDelegate IncludePermissions="true"><m:Mailbox>{_MAILBOX}</m:Mailbox></m:GetDelegate>'),
        "GetUserConfiguration": (
            f'<m:GetUserConfiguration><m:UserConfigurationName Name="CategoryList">{soap.folder("calendar")}'
            "</m:UserConfigurationName><m:UserConfigurationProperties>XmlData</m:UserConfigurationProperties>"
            "</m:GetUserConfiguration>"
        ),
        "GetServerTimeZones": (
            '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>UTC</t:Id></m:Ids></m:GetServerTimeZones>'
        ),
        "GetUserOofSettingsRequest": f"<m:GetUserOofSettingsRequest>{owner}</m:GetUserOofSettingsRequest>",
        "SetUserOofSettingsRequest": (
            f"<m:SetUserOofSettingsRequest>{owner}<t:UserOofSettings><t:OofState>Disabled</t:OofState>"
            "<t:ExternalAudience>All</t:ExternalAudience></t:UserOofSettings></m:SetUserOofSettingsRequest>"
        ),
        "Subscribe": (
            f"<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>{_ONE}</t:FolderIds><t:EventTypes>"
            "<t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:Timeout>5</t:Timeout>"
            "</m:PullSubscriptionRequest></m:Subscribe>"
        ),
        "GetEvents": f"<m:GetEvents>{named}<m:Watermark>{watermark}</m:Watermark></m:GetEvents>",
        "Unsubscribe": f"<m:Unsubscribe>{named}</m:Unsubscribe>",
    }
