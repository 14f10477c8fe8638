"""A forgotten attachment is noticed in three languages, in one's own words alone, and never makes anybody wait."""

from __future__ import annotations

import unicodedata

import pytest

from app.domain.attachment import Attached
from app.domain.message import BodyFormat, Content
from app.domain.problem import ProblemKind
from app.domain.recipient import Recipient
from app.services.checks import preflight
from app.services.checks.preflight import check_attachments, own_words, spoken_of

BEN = Recipient("ben@example.org")
FILE = Attached("k", "plan.pdf", 5)


@pytest.mark.parametrize(
    "text",
    [
        "Please find attached the report.",
        "See the attachment.",
        "I've attached it",
        "I'll attach the plan",
        "I am attaching two files",
        "Enclosed please find",
        "PFA the minutes",
        "ATTACHED: minutes",
        "Vous trouverez ci-joint le rapport",
        "ci\u2011jointe la facture",
        "Veuillez trouver en pièce jointe",
        "pièces\u00a0jointes",
        "pie\u0300ce jointe",
        "piece jointe",
        "Le tableau est en PJ",
        "Je vous joins le plan",
        "le fichier joint",
        "Anbei der Bericht",
        "im Anhang finden Sie",
        "die beigefügte Datei",
        "beigefuegt",
        "angehängt",
        "angehaengte Dateien",
        "siehe Anlage",
        "in der Anlage finden Sie",
        "Dateianhang",
    ],
)
def test_words_that_speak_of_an_attachment_are_noticed(text: str) -> None:
    findings = check_attachments(Content(to=(BEN,), subject="Hello", body=text))
    assert [finding.kind for finding in findings] == [ProblemKind.ATTACHMENT_FORGOTTEN]
    assert not findings[0].blocking
    assert findings[0].value in " ".join(unicodedata.normalize("NFC", text).split())
    assert check_attachments(Content(to=(BEN,), body=text, attachments=(FILE,))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Hello Ben, see you at noon.",
        "There is no attachment this time",
        "without attachment",
        "ohne Anhang",
        "keine Anlagen",
        "sans pièce jointe",
        "aucune pièce jointe",
        "Die Anlage läuft wieder.",
        "unattached",
        "attachedness",
        "write to attached@example.org",
        "https://example.org/attachment/5",
        "le joint est cassé",
        "Anhänger",
        "",
    ],
)
def test_what_speaks_of_something_else_is_left_alone(text: str) -> None:
    assert check_attachments(Content(to=(BEN,), subject="Hello", body=text)) == []


def test_the_subject_is_looked_at_too() -> None:
    assert check_attachments(Content(to=(BEN,), subject="Attached: the plan", body="Hello"))[0].value == "Attached"


@pytest.mark.parametrize(
    "body",
    [
        "Thanks!\n\n> please find attached the report\n>> im Anhang",
        "Thanks!\n\n-----Original Message-----\nPlease find attached",
        "Danke!\n\n-----Ursprüngliche Nachricht-----\nanbei",
        "Merci !\n\n-----Message d'origine-----\nci-joint",
        "Thanks!\n________________________________\nFrom: Ben\nattached",
        "Thanks!\n\n-- \nAnna\nThis message and its attachments are confidential.",
        "Thanks!\r\n\r\n-- \r\nAnna\r\nattachments",
    ],
)
def test_what_is_quoted_and_what_is_signed_does_not_count(body: str) -> None:
    assert check_attachments(Content(to=(BEN,), subject="x", body=body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "<p>Thanks</p><blockquote>Please find attached</blockquote>",
        '<p>Thanks</p><div class="gmail_quote">On Monday Ben wrote: attached</div>',
        '<p>Thanks</p><div id="divRplyFwdMsg"><b>From:</b> attached</div>',
        "<style>.attached { color: red }</style><p>Thanks</p>",
        "<p>Thanks</p><script>attached()</script>",
        "<head><title>attached</title></head><p>Thanks</p>",
        '<p title="attached">Thanks</p>',
    ],
)
def test_html_is_read_for_its_own_words_alone(body: str) -> None:
    assert check_attachments(Content(to=(BEN,), subject="x", body=body, body_format=BodyFormat.HTML)) == []


def test_words_in_html_are_noticed() -> None:
    body = "<p>Please find <b>attached</b> the&nbsp;plan</p><blockquote>old</blockquote>"
    assert check_attachments(Content(to=(BEN,), body=body, body_format=BodyFormat.HTML))[0].value == "attached"
    assert "pièce jointe" in own_words("<p>en pi&egrave;ce&#32;jointe</p>", BodyFormat.HTML)


def test_pictures_in_the_text_are_no_attachment() -> None:
    logo = Attached("k", "logo.png", 5, content_id="logo@x")
    assert check_attachments(Content(to=(BEN,), body="attached", attachments=(logo,)))


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "<style", ">", "attach ", "pièce ", "- ", "_" * 9 + "\n", "\n--"]
)
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    body = piece * (2_000_000 // len(piece))
    # A pattern that goes back over what it has read would take hours for this.
    own_words(body, BodyFormat.HTML)
    own_words(body, BodyFormat.TEXT)
    assert spoken_of(body) in {"", piece.strip()}


def test_what_another_program_attached_keeps_the_message_back_until_it_is_kept_or_removed() -> None:
    stranger = Attached("k", "virus.pdf", 5, elsewhere=True)
    content = Content(to=(BEN,), subject="x", attachments=(stranger,))
    finding = preflight.blocking(preflight.check(content))[0]
    assert (finding.kind, finding.value) == (ProblemKind.ATTACHMENT_STRANGE, "virus.pdf")
    assert "virus.pdf" in finding.sentence


def test_a_forgotten_attachment_is_no_reason_not_to_send() -> None:
    findings = preflight.check(Content(to=(BEN,), subject="attached"))
    assert [finding.kind for finding in findings] == [ProblemKind.ATTACHMENT_FORGOTTEN]
    assert preflight.blocking(findings) == []
