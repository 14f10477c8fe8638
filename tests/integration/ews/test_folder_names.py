"""The folders of a mailbox by their names and those above them, over the wire."""

from __future__ import annotations

import pytest

from app.backends.ews.backend import EwsBackend
from app.backends.ews.folders import folders_in, mail_folders
from app.backends.ews.xml import Element, T, parse
from app.backends.net.http_errors import Unreadable
from app.domain.errors import ItemRefused
from tests.integration.ews.conftest import job
from tests.integration.ews.test_delegates import backend_of
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox


def make_folder(sandbox: RunningSandbox, name: str, parent: str) -> str:
    request = (
        f"<m:CreateFolder><m:ParentFolderId>{parent}</m:ParentFolderId><m:Folders><t:Folder>"
        f"<t:DisplayName>{name}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"
    )
    return str(sandbox.post(request).ids(".//t:FolderId")[0][0])


def test_folders_are_named_with_those_above_them_and_calendars_are_left_out(
    backend: EwsBackend, sandbox: RunningSandbox
) -> None:
    projects = make_folder(sandbox, "Projects", soap.folder("msgfolderroot"))
    northwind = make_folder(sandbox, "Northwind", f'<t:FolderId Id="{projects}"/>')
    found = {folder.path: folder.folder_id for folder in backend.find_folders("", job())}
    assert found[("Projects", "Northwind")] == northwind
    assert ("Drafts",) in found
    assert ("Sent Items",) in found
    assert ("Calendar",) not in found
    assert ("Contacts",) not in found
    assert list(found) == sorted(found, key=lambda path: [name.casefold() for name in path])


def test_folders_of_a_shared_mailbox_are_named_for_who_may_see_them(sandbox: RunningSandbox) -> None:
    sofia = backend_of(sandbox, "sofia.lindqvist")
    mateus = backend_of(sandbox, "mateus.ribeiro")
    try:
        assert ("Sent Items",) in {folder.path for folder in sofia.find_folders("sales@contoso.com", job())}
        with pytest.raises(ItemRefused) as refused:
            mateus.find_folders("sales@contoso.com", job())
        assert refused.value.words.response_code == "ErrorAccessDenied"
    finally:
        sofia.close()
        mateus.close()


def folder(number: str, parent: str, name: str, kind: str = "IPF.Note") -> str:
    return (
        f'<t:Folder><t:FolderId Id="{number}"/><t:ParentFolderId Id="{parent}"/>'
        f"<t:FolderClass>{kind}</t:FolderClass><t:DisplayName>{name}</t:DisplayName></t:Folder>"
    )


def answer(inside: str, last: str = "true", total: int = 2) -> Element:
    text = (
        f'<m:FindFolderResponseMessage ResponseClass="Success" xmlns:t="{T}" '
        'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseCode>NoError</m:ResponseCode>'
        f'<m:RootFolder TotalItemsInView="{total}" IncludesLastItemInRange="{last}">{inside}</m:RootFolder>'
        "</m:FindFolderResponseMessage>"
    )
    return parse(text.encode())


def test_a_ring_of_parents_holds_nobody() -> None:
    found, last = folders_in(answer(f"<t:Folders>{folder('1', '2', 'A')}{folder('2', '1', 'B')}</t:Folders>"))
    assert last
    assert {one.folder_id for one in mail_folders(found)} == {"1", "2"}


def test_a_page_that_is_not_the_last_asks_for_more_and_an_empty_one_ends() -> None:
    assert folders_in(answer(f"<t:Folders>{folder('1', '', 'A')}</t:Folders>", last="false"))[1] is False
    assert folders_in(answer("<t:Folders/>", last="false", total=0))[1] is True


def test_folders_that_were_counted_and_not_listed_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        folders_in(answer("", total=3))
