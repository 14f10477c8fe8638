"""What lies half-written in the sample mailboxes' Drafts."""

from typing import Final

from app.sandbox.letters import ANNEKE, CLARA, DAY, HENRIK, JAMES, MATEUS, PRIYA, RUTH, SOFIA, TOMAS, Letter, html

_COSTS: Final = (
    b"date,what,amount,currency\r\n"
    b"2026-11-03,Train Paris - Rotterdam,148.00,EUR\r\n"
    b"2026-11-03,Hotel New York Rotterdam (2 nights),326.40,EUR\r\n"
    b"2026-11-04,Dinner with Fabrikam (5 people),281.75,EUR\r\n"
    b"2026-11-05,Train Rotterdam - Paris,148.00,EUR\r\n"
)

DRAFTS: Final[tuple[Letter, ...]] = (
    Letter(
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
    Letter(
        CLARA,
        "drafts",
        1.5,
        (SOFIA,),
        "Travel costs for Rotterdam",
        "Hi Sofia,\n\nHere are the costs of the Rotterdam trip. The dinner is a little over the limit, there were five "
        "of us in the end.\n\nThe receipts are with Henrik.\n\nClara\n",
        attachments=(("Travel costs Rotterdam.csv", "text/csv", _COSTS),),
    ),
    Letter(
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
    Letter(
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
    Letter(
        CLARA,
        "drafts",
        5,
        ("Marc Lefèvre",),
        "Déjeuner jeudi ?",
        "Salut Marc,\n\nEs-tu libre jeudi midi ? J'aimerais te raconter où nous en sommes avec les Néerlandais, et "
        "avoir ton avis sur le calendrier.\n\nJe réserve à côté de la gare si ça te va.\n\nÀ bientôt,\nClara\n",
    ),
    Letter(
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
    Letter(
        CLARA,
        "drafts",
        26,
        (HENRIK,),
        "A bigger room for the partner day",
        "Hi Henrik,\n\nWe are 34 people now, and the Spree room takes 30. Is the large one on the fourth floor free on "
        "the 9th of December, from nine to five? We would need lunch for all, eight of them vegetarian.\n\nClara\n",
    ),
    Letter(
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
    Letter(
        CLARA,
        "drafts",
        2.1 * DAY,
        (MATEUS,),
        "Three questions about the import",
        "Hi Mateus,\n\nBefore I write to Fabrikam:\n\n1. How long does the import take with 2 million lines?\n"
        "2. Can it be run twice without doubling anything?\n3. What do we do with lines without an article number?\n\n"
        "A line on each is enough.\n\nClara\n",
    ),
    Letter(
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
    Letter(
        CLARA,
        "drafts",
        3.4 * DAY,
        (SOFIA,),
        "Forecast for the first quarter",
        "Hi Sofia,\n\nA first guess, to be taken with salt:\n\nFabrikam   180 000\nNorthwind   95 000\n"
        "Adventure Works   60 000 (if they sign before Christmas)\n\nI would know more after the 9th.\n\nClara\n",
    ),
    Letter(
        CLARA,
        "drafts",
        4.2 * DAY,
        (JAMES,),
        "Who looks after Northwind in February?",
        "Hi James,\n\nI am away from the 8th to the 19th of February. Would you look after Northwind in that time? "
        "Nothing is due, but Tomas likes to know whom to call.\n\nClara\n",
    ),
    Letter(
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
    Letter(
        CLARA,
        "drafts",
        8 * DAY,
        (),
        "Ideas for the spring newsletter",
        "- the story of the Rotterdam warehouse (ask Anneke for a picture)\n- three numbers from the year\n"
        "- interview with Mateus?\n- something short about the partner day\n",
    ),
    Letter(
        JAMES,
        "drafts",
        3,
        (CLARA,),
        "Plan for Fabrikam, two phases",
        "Hi Clara,\n\nPhase one: master data and the first warehouse, six weeks. Phase two: the other three, two weeks "
        "each. The cut-over is on a Sunday in both.\n\nJames\n",
    ),
    Letter(
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
    Letter(
        SOFIA,
        "drafts",
        20,
        (CLARA, JAMES),
        "Budget round, second draft",
        "Dear both,\n\nYour two numbers do not add up to my one. Could you look at line 14?\n\nSofia\n",
    ),
    Letter(
        MATEUS,
        "drafts",
        5,
        (CLARA,),
        "RE: Three questions about the import",
        "1. About 40 minutes.\n2. Yes, it knows what it has already seen.\n"
        "3. They go to a list for a person to look at.\n\nMateus\n",
    ),
)
