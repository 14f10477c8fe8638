"""People over Graph: whom a name stands for, members of groups, tips, categories; each as far as consent allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.backends.graph.backend import GraphBackend
from app.backends.oauth import tokens
from app.domain.errors import ItemRefused
from app.domain.recipient import Recipient
from tests.graph_account import graph_account, refresh_token
from tests.integration.ews.conftest import job
from tests.integration.sandbox.graph import SCOPES
from tests.sandbox_fixture import RunningSandbox

JAMES = "james.okafor@contoso.com"
EVERYONE = Recipient("everyone@contoso.com", "Everyone")


def with_scopes(monkeypatch: pytest.MonkeyPatch, *scopes: str) -> None:
    """Let the service give these permissions, and no others."""
    monkeypatch.setattr(tokens, "_GRAPH_PERMISSIONS", scopes)


@pytest.fixture
def signed_in(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[..., GraphBackend]:
    """Sign in with these permissions."""

    def make(*scopes: str) -> GraphBackend:
        with_scopes(monkeypatch, *scopes)
        return GraphBackend(graph_account(sandbox), refresh_token(sandbox))

    return make


def test_a_name_is_found_among_people_and_in_the_directory_once(graph: GraphBackend) -> None:
    found = graph.resolve_names("oka", job())
    assert [one.address for one in found.people] == [JAMES]
    assert found.people[0].name == "James Okafor"
    assert found.complete
    assert graph.resolve_names("nobody of this name", job()).people == ()


def test_quotes_in_what_is_typed_do_no_harm(graph: GraphBackend) -> None:
    for text in ("o'ka", 'o"ka', "(", "\\", "a AND b", "100%"):
        graph.resolve_names(text, job())


def test_the_directory_alone_is_enough(signed_in: Callable[..., GraphBackend]) -> None:
    backend = signed_in("User.ReadBasic.All")
    assert [one.address for one in backend.resolve_names("james", job()).people] == [JAMES]
    backend.close()


def test_where_nothing_of_it_may_be_asked_it_is_refused_in_the_servers_words(
    signed_in: Callable[..., GraphBackend],
) -> None:
    backend = signed_in("Mail.ReadWrite")
    with pytest.raises(ItemRefused) as caught:
        backend.resolve_names("james", job())
    assert caught.value.words.response_code == "ErrorAccessDenied"
    backend.close()


def test_members_of_a_group_are_told_where_an_administrator_consented(
    graph: GraphBackend, signed_in: Callable[..., GraphBackend]
) -> None:
    with pytest.raises(ItemRefused) as caught:
        graph.expand_group(EVERYONE, job())
    assert caught.value.words.response_code == "ErrorAccessDenied"
    backend = signed_in(*SCOPES, "GroupMember.Read.All")
    members = backend.expand_group(EVERYONE, job())
    assert len(members.people) == 6
    assert JAMES in [one.address for one in members.people]
    with pytest.raises(ItemRefused) as unknown:
        backend.expand_group(Recipient("no.group@contoso.com"), job())
    assert unknown.value.words.response_code == "ErrorNameResolutionNoResults"
    backend.close()


def test_tips_are_told_of_each_in_the_order_asked(graph: GraphBackend) -> None:
    asked = [
        *("lena.vogel@contoso.com", "old.orders@contoso.com", "everyone@contoso.com", "board@contoso.com"),
        *("anneke.visser@fabrikam.com", "nobody@contoso.com"),
    ]
    # More than go in one request, so that two are made.
    many = [Recipient(one) for one in (*asked, *(f"person{n}@fabrikam.com" for n in range(18)))]
    tips = graph.mail_tips(many, job())
    assert [one.address for one in tips] == [one.address for one in many]
    lena, full, team, board, outside, nobody = tips[:6]
    assert lena.out_of_office.startswith("I am at school")
    assert (lena.max_message_size, lena.mailbox_full, full.mailbox_full) == (262_144, False, True)
    assert (team.members, board.restricted, team.restricted) == (6, True, False)
    assert (outside.invalid, nobody.invalid) == (None, True)


def test_categories_are_those_of_the_mailbox(graph: GraphBackend) -> None:
    from app.backends.port import ProgressListeners
    from app.domain.operations import CategoryList

    told = ProgressListeners(lambda *_: None, lambda _: None)
    names = graph.perform(CategoryList(), job(), told)
    assert isinstance(names, tuple)
    assert names
    assert len(names) == len(set(names))
