"""What has gone from, and come into, the sample mailboxes."""

from typing import Final

from app.sandbox.letters import ANNEKE, CLARA, DAY, HENRIK, JAMES, MATEUS, PRIYA, RUTH, SOFIA, TOMAS, Letter, html

_MINUTES: Final = (
    b"Fabrikam, call of 18 November\r\n\r\n"
    b"- Cut-over on a Sunday, not before the inventory in week 3\r\n"
    b"- Anneke sends the list of warehouses\r\n"
    b"- Mateus tries the import with last year's data\r\n"
)

SENT: Final[tuple[Letter, ...]] = (
    Letter(
        CLARA,
        "sentitems",
        4.5,
        (SOFIA,),
        "RE: Invoice 20261187",
        "Hi Sofia,\n\nYes, that one is ours, please pay it. I had signed the order in September.\n\nClara\n",
    ),
    Letter(
        CLARA,
        "sentitems",
        22,
        (JAMES, MATEUS),
        "Notes from the call with Fabrikam",
        html(
            "Hi both,",
            "Here are my notes from yesterday. The one that matters: <b>not before the inventory in week 3</b>.",
            "Clara",
        ),
        categories=("Fabrikam",),
        attachments=(("Call 18 November.txt", "text/plain", _MINUTES),),
    ),
    Letter(
        CLARA,
        "sentitems",
        25,
        (ANNEKE,),
        "RE: Moving the kick-off to Tuesday",
        html("Dear Anneke,", "Tuesday at ten is fine. We will be three: James, Mateus and I.", "Best wishes,<br>Clara"),
        cc=(JAMES,),
        categories=("Fabrikam",),
    ),
    Letter(
        CLARA,
        "sentitems",
        1.3 * DAY,
        (HENRIK,),
        "Badge for a visitor on Monday",
        "Hi Henrik,\n\nRuth Abara from Adventure Works comes on Monday at nine. Could you leave a badge at the "
        "desk?\n\nThank you,\nClara\n",
    ),
    Letter(
        CLARA,
        "sentitems",
        1.9 * DAY,
        (TOMAS,),
        "RE: Samples",
        html(
            "Dear Tomas,",
            "The samples left us this morning and should be with you on Thursday. The blue ones are the new material.",
            "Kind regards,<br>Clara Fontaine",
        ),
        categories=("Northwind",),
    ),
    Letter(
        CLARA,
        "sentitems",
        2.2 * DAY,
        (PRIYA,),
        "Two contracts for your desk",
        "Hi Priya,\n\nTwo for you: Northwind (a renewal, one page) and Adventure Works (new, eleven pages). No hurry "
        "with the second.\n\nClara\n",
        importance=2,
    ),
    Letter(
        CLARA,
        "sentitems",
        3 * DAY,
        (MATEUS,),
        "RE: Test data",
        "Hi Mateus,\n\nUse last year's, with the names taken out. Anneke has said yes to that in writing.\n\nClara\n",
    ),
    Letter(
        CLARA,
        "sentitems",
        3.3 * DAY,
        ("camille.bérard@exemple.fr",),
        "Votre candidature",
        "Bonjour Camille,\n\nMerci pour notre échange de vendredi, qui nous a beaucoup plu. Nous aimerions vous revoir "
        "à Paris la semaine du 30 novembre.\n\nBien cordialement,\nClara Fontaine\n",
    ),
    Letter(
        CLARA,
        "sentitems",
        4.1 * DAY,
        ("everyone@contoso.com",),
        "We have signed with Fabrikam",
        html(
            "Dear all,",
            "It took fourteen months, and since four o'clock this afternoon it is true: Fabrikam has "
            "signed, for all four warehouses.",
            "Thank you, all of you. There is cake on the third floor.",
            "Clara",
        ),
        importance=2,
        categories=("Fabrikam",),
    ),
    Letter(
        CLARA,
        "sentitems",
        5.2 * DAY,
        (RUTH,),
        "Wednesday at your warehouse",
        html(
            "Dear Ruth,",
            "We will take the 8.12 train and be with you around ten. Do we need safety shoes?",
            "Best wishes,<br>Clara",
        ),
    ),
    Letter(
        CLARA,
        "sentitems",
        6.1 * DAY,
        (JAMES,),
        "RE: RE: Holiday in February",
        "Hi James,\n\nThe second week is fine for me. I take the two after it.\n\nClara\n",
    ),
    Letter(
        CLARA,
        "sentitems",
        8 * DAY,
        (SOFIA, JAMES),
        "Numbers for October",
        "Dear both,\n\nOctober was better than planned: 214 000 against 190 000. Northwind ordered early, so November "
        "will be thinner.\n\nClara\n",
    ),
    Letter(
        CLARA,
        "sentitems",
        9.4 * DAY,
        (ANNEKE, RUTH),
        "Invitation to our partner day",
        html(
            "Dear Anneke, dear Ruth,",
            "We would be glad to see you at our partner day in Berlin on 9 December. There "
            "are talks in the morning, and time to meet in the afternoon.",
            "Best wishes,<br>Clara",
        ),
    ),
    Letter(
        CLARA,
        "sentitems",
        12 * DAY,
        (HENRIK,),
        "RE: Chairs",
        "Hi Henrik,\n\nThe grey ones, please. Eight.\n\nClara\n",
    ),
    Letter(
        CLARA,
        "sentitems",
        16 * DAY,
        (TOMAS,),
        "Terms for next year",
        html(
            "Dear Tomas,",
            "Attached to this year's terms there was a note about pallets that return empty. We would "
            "like to drop it. Is that all right with you?",
            "Kind regards,<br>Clara Fontaine",
        ),
        categories=("Northwind",),
    ),
    Letter(
        CLARA,
        "sentitems",
        23 * DAY,
        (PRIYA, SOFIA),
        "RE: Signing rights",
        "Dear both,\n\nUnderstood: up to 50 000 alone, above that with one of you.\n\nClara\n",
    ),
    Letter(
        JAMES,
        "sentitems",
        21,
        (CLARA,),
        "RE: Notes from the call with Fabrikam",
        "Week 3 it is. I move the plan.\n\nJames\n",
    ),
    Letter(
        SOFIA,
        "sentitems",
        6,
        (CLARA,),
        "Invoice 20261187",
        "Hi Clara,\n\nDo you know this one? It says Rotterdam, 4 210 euros.\n\nSofia\n",
    ),
)

RECEIVED: Final[tuple[Letter, ...]] = (
    Letter(
        CLARA,
        "inbox",
        6,
        (CLARA,),
        "Invoice 20261187",
        "Hi Clara,\n\nDo you know this one? It says Rotterdam, 4 210 euros.\n\nSofia\n",
        author=SOFIA,
    ),
    Letter(
        CLARA,
        "inbox",
        21,
        (CLARA,),
        "RE: Notes from the call with Fabrikam",
        "Week 3 it is. I move the plan.\n\nJames\n",
        author=JAMES,
        unread=True,
    ),
    Letter(
        CLARA,
        "inbox",
        28,
        (CLARA,),
        "Moving the kick-off to Tuesday",
        html(
            "Dear Clara,",
            "Our warehouse lead is only in Rotterdam on Tuesday morning. Could we meet at ten then, instead of Monday?",
            "Anneke",
        ),
        cc=(JAMES,),
        author=ANNEKE,
    ),
    Letter(
        JAMES,
        "inbox",
        22,
        (JAMES, MATEUS),
        "Notes from the call with Fabrikam",
        html(
            "Hi both,",
            "Here are my notes from yesterday. The one that matters: <b>not before the inventory in week 3</b>.",
            "Clara",
        ),
        author=CLARA,
    ),
    Letter(
        "sales",
        "inbox",
        31,
        ("sales",),
        "Price list 2027",
        "Good morning,\n\nCould you send me your price list for next year?\n\nTomas Novák\n",
        author=TOMAS,
        unread=True,
    ),
    Letter(
        "sales",
        "drafts",
        29,
        (TOMAS,),
        "RE: Price list 2027",
        html(
            "Dear Tomas,",
            "The new list comes out on 1 December. Shall I send you the old one until then?",
            "The Sales team at Contoso",
        ),
    ),
)
