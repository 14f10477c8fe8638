"""The messages that a new sandbox holds."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A sample message. People are aliases of the organisation or whole addresses; `author` is the owner if empty."""

    owner: str
    folder: str
    hours_ago: float
    to: tuple[str, ...]
    subject: str
    body: str
    cc: tuple[str, ...] = ()
    author: str = ""
    importance: int = 1
    unread: bool = False
    categories: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str, bytes], ...] = ()


CLARA: Final = "clara.fontaine"
JAMES: Final = "james.okafor"
SOFIA: Final = "sofia.lindqvist"
MATEUS: Final = "mateus.ribeiro"
PRIYA: Final = "priya.natarajan"
HENRIK: Final = "henrik.mueller"
ANNEKE: Final = "anneke.visser@fabrikam.com"
TOMAS: Final = "tomas.novak@northwindtraders.com"
RUTH: Final = "ruth.abara@adventure-works.com"

DAY: Final = 24.0


def html(*paragraphs: str) -> str:
    """Make a body of HTML from paragraphs that may hold tags."""
    inner = "".join(f"<p>{one}</p>\r\n" for one in paragraphs)
    return f'<html><head><meta charset="utf-8"></head><body>\r\n{inner}</body></html>'


_COSTS: Final = (
    b"date,what,amount,currency\r\n"
    b"2026-11-03,Train Paris - Rotterdam,148.00,EUR\r\n"
    b"2026-11-03,Hotel New York Rotterdam (2 nights),326.40,EUR\r\n"
    b"2026-11-04,Dinner with Fabrikam (5 people),281.75,EUR\r\n"
    b"2026-11-05,Train Rotterdam - Paris,148.00,EUR\r\n"
)

DRAFTS: Final[tuple[SampleMessage, ...]] = (
    SampleMessage(
        CLARA,
        "drafts",
        0.4,
        (JAMES,),
        "Kick-off with Fabrikam on Tuesday",
        html(
            "Hi James,",
            "Anneke would like to move the kick-off to <b>Tuesday at ten</b>, because their warehouse lead is only "
            "in Rotterdam that morning. I said yes for both of us, I hope that is all right.",
            "Could you bring the plan with the two phases? She asked about the cut-over twice, "
            "so I would start with it.",
            "Clara",
        ),
        cc=(MATEUS,),
        categories=("Fabrikam",),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        1.5,
        (SOFIA,),
        "Travel costs for Rotterdam",
        "Hi Sofia,\n\nHere are the costs of the Rotterdam trip. The dinner is a little over the limit, there were five "
        "of us in the end.\n\nThe receipts are with Henrik.\n\nClara\n",
        attachments=(("Travel costs Rotterdam.csv", "text/csv", _COSTS),),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        2.2,
        (PRIYA,),
        "Fabrikam contract: clause 7 before noon, please",
        html(
            "Hi Priya,",
            "Fabrikam sent the contract back with one change, in clause 7 (liability). They want the cap at twelve "
            "months' fees instead of six. Their board meets at two, so I need your word before noon.",
            "If twelve is not possible, would nine be?",
            "Thank you!<br>Clara",
        ),
        importance=2,
        categories=("Fabrikam", "Legal"),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        3.1,
        (TOMAS,),
        "Our spring offer for Northwind",
        html(
            "Dear Tomas,",
            "Thank you for your call on Thursday. As promised, here is what we can offer for the spring season: the "
            "same terms as last year for up to 400 pallets, and 4 per cent less above that.",
            "The offer holds until the end of the year.",
            "Kind regards,<br>The Sales team at Contoso",
        ),
        author="sales",
        categories=("Northwind",),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        5,
        ("Marc Lefèvre",),
        "Déjeuner jeudi ?",
        "Salut Marc,\n\nEs-tu libre jeudi midi ? J'aimerais te raconter où nous en sommes avec les Néerlandais, et "
        "avoir ton avis sur le calendrier.\n\nJe réserve à côté de la gare si ça te va.\n\nÀ bientôt,\nClara\n",
    ),
    SampleMessage(
        CLARA,
        "drafts",
        7,
        (ANNEKE,),
        "Agenda for Tuesday",
        html(
            "Dear Anneke,",
            "Tuesday at ten is fine for all of us. This is what I would like to cover:",
            "1. Where we are (James, 15 minutes)<br>2. Moving the old stock data (Mateus, 30 minutes)<br>"
            "3. The weeks around the cut-over (all)<br>4. Who calls whom when something breaks",
            "Is there anything that your side would like to add?",
            "Best wishes,<br>Clara",
        ),
        cc=(JAMES, MATEUS),
        categories=("Fabrikam",),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        26,
        (HENRIK,),
        "A bigger room for the partner day",
        "Hi Henrik,\n\nWe are 34 people now, and the Spree room takes 30. Is the large one on the fourth floor free on "
        "the 9th of December, from nine to five? We would need lunch for all, eight of them vegetarian.\n\nClara\n",
    ),
    SampleMessage(
        CLARA,
        "drafts",
        30,
        (RUTH,),
        "Thank you for the visit",
        html(
            "Dear Ruth,",
            "Thank you for showing us round on Wednesday. I have been to many warehouses by now, and yours is the "
            "first "
            "where people seemed to like the scanners.",
            "I will send you the two references I mentioned as soon as both have said yes.",
            "Best wishes,<br>Clara",
        ),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        2.1 * DAY,
        (MATEUS,),
        "Three questions about the import",
        "Hi Mateus,\n\nBefore I write to Fabrikam:\n\n1. How long does the import take with 2 million lines?\n"
        "2. Can it be run twice without doubling anything?\n3. What do we do with lines without an article number?\n\n"
        "A line on each is enough.\n\nClara\n",
    ),
    SampleMessage(
        CLARA,
        "drafts",
        2.8 * DAY,
        ("everyone@contoso.com",),
        "Partner day on 9 December",
        html(
            "Dear all,",
            "On Wednesday, 9 December we have eleven partners in the house. If you meet somebody who looks lost, "
            "please "
            "bring them to the fourth floor.",
            "The programme is in the shared folder. Talks at two and at four are open to everyone.",
            "Clara",
        ),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        3.4 * DAY,
        (SOFIA,),
        "Forecast for the first quarter",
        "Hi Sofia,\n\nA first guess, to be taken with salt:\n\nFabrikam   180 000\nNorthwind   95 000\n"
        "Adventure Works   60 000 (if they sign before Christmas)\n\nI would know more after the 9th.\n\nClara\n",
    ),
    SampleMessage(
        CLARA,
        "drafts",
        4.2 * DAY,
        (JAMES,),
        "Who looks after Northwind in February?",
        "Hi James,\n\nI am away from the 8th to the 19th of February. Would you look after Northwind in that time? "
        "Nothing is due, but Tomas likes to know whom to call.\n\nClara\n",
    ),
    SampleMessage(
        CLARA,
        "drafts",
        6 * DAY,
        ("zoe.brannstrom@contoso.com",),
        "Welcome to the team",
        html(
            "Dear Zoë,",
            "Welcome! I am glad that you start on the first. Henrik will have your laptop and your badge, and we all "
            "have lunch together at half past twelve.",
            "See you then,<br>Clara",
        ),
    ),
    SampleMessage(
        CLARA,
        "drafts",
        8 * DAY,
        (),
        "Ideas for the spring newsletter",
        "- the story of the Rotterdam warehouse (ask Anneke for a picture)\n- three numbers from the year\n"
        "- interview with Mateus?\n- something short about the partner day\n",
    ),
    SampleMessage(
        JAMES,
        "drafts",
        3,
        (CLARA,),
        "Plan for Fabrikam, two phases",
        "Hi Clara,\n\nPhase one: master data and the first warehouse, six weeks. Phase two: the other three, two weeks "
        "each. The cut-over is on a Sunday in both.\n\nJames\n",
    ),
    SampleMessage(
        JAMES,
        "drafts",
        27,
        (TOMAS,),
        "Delivery dates for January",
        html(
            "Dear Tomas,",
            "We can deliver on the 12th and on the 19th of January. Which of the two suits you?",
            "Kind regards,<br>James Okafor",
        ),
        author="sales",
    ),
    SampleMessage(
        SOFIA,
        "drafts",
        20,
        (CLARA, JAMES),
        "Budget round, second draft",
        "Dear both,\n\nYour two numbers do not add up to my one. Could you look at line 14?\n\nSofia\n",
    ),
    SampleMessage(
        MATEUS,
        "drafts",
        5,
        (CLARA,),
        "RE: Three questions about the import",
        "1. About 40 minutes.\n2. Yes, it knows what it has already seen.\n"
        "3. They go to a list for a person to look at.\n\nMateus\n",
    ),
)


_MINUTES: Final = (
    b"Fabrikam, call of 18 November\r\n\r\n"
    b"- Cut-over on a Sunday, not before the inventory in week 3\r\n"
    b"- Anneke sends the list of warehouses\r\n"
    b"- Mateus tries the import with last year's data\r\n"
)

SENT: Final[tuple[SampleMessage, ...]] = (
    SampleMessage(
        CLARA,
        "sentitems",
        4.5,
        (SOFIA,),
        "RE: Invoice 20261187",
        "Hi Sofia,\n\nYes, that one is ours, please pay it. I had signed the order in September.\n\nClara\n",
    ),
    SampleMessage(
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
    SampleMessage(
        CLARA,
        "sentitems",
        25,
        (ANNEKE,),
        "RE: Moving the kick-off to Tuesday",
        html("Dear Anneke,", "Tuesday at ten is fine. We will be three: James, Mateus and I.", "Best wishes,<br>Clara"),
        cc=(JAMES,),
        categories=("Fabrikam",),
    ),
    SampleMessage(
        CLARA,
        "sentitems",
        1.3 * DAY,
        (HENRIK,),
        "Badge for a visitor on Monday",
        "Hi Henrik,\n\nRuth Abara from Adventure Works comes on Monday at nine. Could you leave a badge at the "
        "desk?\n\nThank you,\nClara\n",
    ),
    SampleMessage(
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
    SampleMessage(
        CLARA,
        "sentitems",
        2.2 * DAY,
        (PRIYA,),
        "Two contracts for your desk",
        "Hi Priya,\n\nTwo for you: Northwind (a renewal, one page) and Adventure Works (new, eleven pages). No hurry "
        "with the second.\n\nClara\n",
        importance=2,
    ),
    SampleMessage(
        CLARA,
        "sentitems",
        3 * DAY,
        (MATEUS,),
        "RE: Test data",
        "Hi Mateus,\n\nUse last year's, with the names taken out. Anneke has said yes to that in writing.\n\nClara\n",
    ),
    SampleMessage(
        CLARA,
        "sentitems",
        3.3 * DAY,
        ("camille.bérard@exemple.fr",),
        "Votre candidature",
        "Bonjour Camille,\n\nMerci pour notre échange de vendredi, qui nous a beaucoup plu. Nous aimerions vous revoir "
        "à Paris la semaine du 30 novembre.\n\nBien cordialement,\nClara Fontaine\n",
    ),
    SampleMessage(
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
    SampleMessage(
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
    SampleMessage(
        CLARA,
        "sentitems",
        6.1 * DAY,
        (JAMES,),
        "RE: RE: Holiday in February",
        "Hi James,\n\nThe second week is fine for me. I take the two after it.\n\nClara\n",
    ),
    SampleMessage(
        CLARA,
        "sentitems",
        8 * DAY,
        (SOFIA, JAMES),
        "Numbers for October",
        "Dear both,\n\nOctober was better than planned: 214 000 against 190 000. Northwind ordered early, so November "
        "will be thinner.\n\nClara\n",
    ),
    SampleMessage(
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
    SampleMessage(
        CLARA,
        "sentitems",
        12 * DAY,
        (HENRIK,),
        "RE: Chairs",
        "Hi Henrik,\n\nThe grey ones, please. Eight.\n\nClara\n",
    ),
    SampleMessage(
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
    SampleMessage(
        CLARA,
        "sentitems",
        23 * DAY,
        (PRIYA, SOFIA),
        "RE: Signing rights",
        "Dear both,\n\nUnderstood: up to 50 000 alone, above that with one of you.\n\nClara\n",
    ),
    SampleMessage(
        JAMES,
        "sentitems",
        21,
        (CLARA,),
        "RE: Notes from the call with Fabrikam",
        "Week 3 it is. I move the plan.\n\nJames\n",
    ),
    SampleMessage(
        SOFIA,
        "sentitems",
        6,
        (CLARA,),
        "Invoice 20261187",
        "Hi Clara,\n\nDo you know this one? It says Rotterdam, 4 210 euros.\n\nSofia\n",
    ),
)

RECEIVED: Final[tuple[SampleMessage, ...]] = (
    SampleMessage(
        CLARA,
        "inbox",
        6,
        (CLARA,),
        "Invoice 20261187",
        "Hi Clara,\n\nDo you know this one? It says Rotterdam, 4 210 euros.\n\nSofia\n",
        author=SOFIA,
    ),
    SampleMessage(
        CLARA,
        "inbox",
        21,
        (CLARA,),
        "RE: Notes from the call with Fabrikam",
        "Week 3 it is. I move the plan.\n\nJames\n",
        author=JAMES,
        unread=True,
    ),
    SampleMessage(
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
    SampleMessage(
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
    SampleMessage(
        "sales",
        "inbox",
        31,
        ("sales",),
        "Price list 2027",
        "Good morning,\n\nCould you send me your price list for next year?\n\nTomas Novák\n",
        author=TOMAS,
        unread=True,
    ),
    SampleMessage(
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
