"""Doubts about addresses: each trick is seen, and no address that is in order is doubted, counted over a corpus."""

from __future__ import annotations

import pytest

from app.services.checks.recipients import doubt, is_provider, readable_domain

OWN = ("contoso.com",)
WRITTEN = {"fabrikam.com": 4, "northwind-traders.example": 1, "acme.io": 2}

SLIPPED = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmaill.com": "gmail.com",
    "gmaik.com": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.cm": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmal.com": "hotmail.com",
    "hotmaill.com": "hotmail.com",
    "outlok.com": "outlook.com",
    "outloook.com": "outlook.com",
    "yaho.com": "yahoo.com",
    "yahooo.com": "yahoo.com",
    "yahoo.co": "yahoo.com",
    "iclod.com": "icloud.com",
    "wanado.fr": "wanadoo.fr",
    "laposte.ner": "laposte.net",
    "t-onlin.de": "t-online.de",
    "freenet.ed": "freenet.de",
    "contos.com": "contoso.com",
    "cotnoso.com": "contoso.com",
    "contosso.com": "contoso.com",
    "contoso.con": "contoso.com",
    "contoso.co": "contoso.com",
    "contoso": "contoso.com",
    "fabirkam.com": "fabrikam.com",
    "fabrikam.om": "fabrikam.com",
    "smallshop.cmo": "smallshop.com",
    "charity.ogr": "charity.org",
}
LOOKS_LIKE = {
    "cοntoso.com": "contoso.com",  # noqa: RUF001 - a Greek message: what this is about
    "соntоsо.com": "contoso.com",  # noqa: RUF001 - Cyrillic messages: what this is about
    "xn--cntoso-i0e.com": "contoso.com",
    "c0ntoso.com": "contoso.com",
    "rnicros0ft.example": "",
    "gmaıl.com": "gmail.com",  # noqa: RUF001 - a message without its dot: what this is about
    "gmaiI.com": "gmail.com",
    "gma1l.com": "gmail.com",
    "fabrіkam.com": "fabrikam.com",  # noqa: RUF001 - a Cyrillic message: what this is about
    "аррӏе.example": "",  # noqa: RUF001 - all Cyrillic: what this is about
    "paypaӏ.example": "mixed",  # noqa: RUF001 - a Cyrillic message: what this is about
    "bänk-αt.example": "mixed",  # noqa: RUF001 - a Greek message: what this is about
    "acme.іо": "acme.io",  # noqa: RUF001 - Cyrillic messages: what this is about
    "fàbrikam.com": "fabrikam.com",
}
IN_ORDER = """
    contoso.com eu.contoso.com mail.eu.contoso.com fabrikam.com northwind-traders.example acme.io gmail.com mail.com
    email.com ymail.com googlemail.com yahoo.fr yahoo.co.uk yahoo.com.br yahoo.co.jp hotmail.fr hotmail.co.uk
    outlook.de live.nl live.co.uk gmx.de gmx.net gmx.ch gmx.es web.de aol.com aon.at msn.com me.com mac.com pm.me
    orange.fr orange.es orange.pl free.fr freenet.de sfr.fr cloud.com icloud.com love.com live.com proton.me
    microsoft.com apple.com google.com amazon.com amazon.de amazon.co.uk github.com gitlab.com mozilla.org debian.org
    python.org kernel.org gnu.org w3.org ietf.org wikipedia.org bbc.co.uk theguardian.com nytimes.com lemonde.fr
    liberation.fr spiegel.de zeit.de faz.net sueddeutsche.de nzz.ch srf.ch orf.at repubblica.it elpais.com
    bund.de bundestag.de berlin.de muenchen.de münchen.de bayern.de gouv.fr paris.fr service-public.fr gov.uk
    nhs.uk hmrc.gov.uk europa.eu ec.europa.eu un.org who.int nato.int oecd.org admin.ch bern.ch zh.ch wien.gv.at
    ox.ac.uk cam.ac.uk ucl.ac.uk mit.edu stanford.edu harvard.edu ethz.ch epfl.ch tum.de tu-berlin.de fu-berlin.de
    hu-berlin.de uni-hamburg.de rwth-aachen.de ens.fr sorbonne-universite.fr polytechnique.edu kuleuven.be uva.nl
    siemens.com bosch.com bosch.de sap.com bmw.de vw.de volkswagen.de daimler.com basf.com bayer.com allianz.de
    lufthansa.com deutschebahn.com bahn.de dhl.de dpdhl.com hermes.com renault.fr peugeot.com airbus.com thalesgroup.com
    total.com edf.fr engie.com sncf.fr ratp.fr airfrance.fr bnpparibas.com socgen.com axa.com axa.fr unilever.com
    shell.com bp.com gsk.com astrazeneca.com barclays.com barclays.co.uk hsbc.com hsbc.co.uk lloydsbank.co.uk
    ubs.com credit-suisse.com nestle.com novartis.com roche.com swatch.com ikea.com ikea.se volvo.com volvocars.com
    ericsson.com nokia.com spotify.com klarna.com novo.dk maersk.com lego.com philips.com asml.com ing.nl ing.com
    rabobank.nl abnamro.nl kpn.com fiat.it eni.it enel.it telecomitalia.it telefonica.com santander.es bbva.es
    ibm.com intel.com oracle.com cisco.com dell.com hp.com adobe.com salesforce.com workday.com zoom.us slack.com
    dropbox.com box.com stripe.com paypal.com visa.com mastercard.com fedex.com ups.com usps.gov irs.gov nasa.gov
    localhost intranet mail-server-1 exchange.local corp.internal bücher.example почта.рф пример.рф 例え.jp 한국.kr
    münchner-bank.example straße.example ελλάδα.gr παράδειγμα.gr דוגמה.co.il مثال.eg xn--bcher-kva.example
    xn--80a1acny.xn--p1ai smith.name jones.me.uk clare.ie clontarf.ie barn.example born.example corn.example
    burn.com modern.com modem.com stern.de kern.de learn.org learning.com inbox.com outbox.com lookout.com
    3m.com 7-eleven.com 1und1.de o2.co.uk o2online.de 4players.de n26.com level3.com 0day.example wien.at
    tn-online.example online.de t-systems.com telekom.de vodafone.de vodafone.com congstar.de versatel.de
    rte.ie irishtimes.com tcd.ie ucd.ie dcu.ie aib.ie boi.com ryanair.com aerlingus.com esb.ie eir.ie three.ie
    cern.ch esa.int ecb.europa.eu bundesbank.de banque-france.fr bankofengland.co.uk imf.org worldbank.org icrc.org
    comcast.com verizon.com att.com charter.com sky.it skynet.com skyline.de planet.com home.com sunrise.com
    posteo.net mailbox.com mailbox.de gmail.example hotel.com hotmetal.com protonic.com earthlink.com charity.org
""".split()  # noqa: SIM905 - a corpus is read better as words


@pytest.mark.parametrize(("typed", "meant"), SLIPPED.items())
def test_a_slip_of_a_key_is_seen_and_what_was_meant_is_known(typed: str, meant: str) -> None:
    found = doubt(typed, OWN, WRITTEN)
    assert found is not None
    assert (found.slipped, found.meant) == (True, meant)


@pytest.mark.parametrize(("typed", "meant"), LOOKS_LIKE.items())
def test_what_only_looks_like_a_known_domain_is_seen(typed: str, meant: str) -> None:
    found = doubt(typed, OWN, WRITTEN)
    if meant == "":
        # Beside nothing that is known here it looks like nobody's: then it is not doubted, or as a slip.
        assert found is None or found.slipped
    else:
        assert found is not None
        assert found.slipped is False
        assert found.meant == ("" if meant == "mixed" else meant)


def test_no_address_that_is_in_order_is_doubted() -> None:
    alarms = {domain: found for domain in IN_ORDER if (found := doubt(domain, OWN, WRITTEN)) is not None}
    assert len(IN_ORDER) >= 300
    assert alarms == {}


def test_what_was_written_to_before_is_doubted_no_more() -> None:
    assert doubt("gmial.com", OWN, {"gmial.com": 1}) is None
    assert doubt("GMIAL.com", OWN, {}) is not None


def test_a_domain_in_punycode_is_read_and_what_is_none_stays() -> None:
    assert readable_domain("XN--BCHER-KVA.example") == "bücher.example"
    assert readable_domain("xn--\u00e9\u00e9.example") == "xn--éé.example"
    assert readable_domain("xn--999999999999.example").startswith("xn--")


@pytest.mark.parametrize(
    ("domain", "anybody"), [("gmail.com", True), ("yahoo.co.uk", True), ("yahoo.co", False), ("contoso.com", False)]
)
def test_providers_are_known_in_every_country(domain: str, anybody: bool) -> None:
    assert is_provider(domain) is anybody
