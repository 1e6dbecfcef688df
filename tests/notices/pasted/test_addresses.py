"""Addresses recognised: the site and the notice's number there."""

import pytest

from procurement.notices.pasted.addresses import Site, addresses, recognised


@pytest.mark.parametrize(
    ("url", "site", "number"),
    [
        ("https://www.boamp.fr/pages/avis/?q=idweb:%2226-85090%22", Site.BOAMP, "26-85090"),
        ("https://www.boamp.fr/avis/detail/26-85090", Site.BOAMP, "26-85090"),
        ("http://www.boamp.fr/index.php/avis/detail/26-85090/0", Site.BOAMP, "26-85090"),
        ("https://www.boamp.fr/", Site.BOAMP, ""),
        ("https://ted.europa.eu/fr/notice/-/detail/140913-2024", Site.TED, "140913-2024"),
        ("https://ted.europa.eu/udl?uri=TED:NOTICE:140913-2024:TEXT:FR:HTML", Site.TED, "140913-2024"),
        (
            "https://www.marches-publics.gouv.fr/?page=Entreprise.X&refConsultation=123456&orgAcronyme=x5s",
            Site.PLACE,
            "123456",
        ),
        (
            "https://www.marches-publics.gouv.fr/entreprise/consultation/98765?orgAcronyme=x",
            Site.PLACE,
            "98765",
        ),
        ("https://www.achatpublic.com/sdm/ent/gen/ent_detail.do?PCSLID=CSL_2026", Site.PROFILE, ""),
        ("https://boamp.fr.evil.example/avis/detail/26-85090", Site.OTHER, ""),
        ("https://evilboamp.fr/avis/detail/26-85090", Site.OTHER, ""),
    ],
)
def test_the_site_and_the_number(url, site, number):
    assert recognised(url) == (site, number)


def test_addresses_are_found_in_a_sentence_without_its_full_stop():
    text = "Voir (https://www.boamp.fr/avis/detail/26-85090), ou www.klekoon.com/x. Fin : http://"
    found = list(addresses(text))
    assert [one.url for one in found] == [
        "https://www.boamp.fr/avis/detail/26-85090",
        "https://www.klekoon.com/x",
    ]
    assert text[found[1].start : found[1].end] == "www.klekoon.com/x"
