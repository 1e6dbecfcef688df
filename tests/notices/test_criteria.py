"""What offers are judged by: read lot by lot in a European notice, and in running text where weights make a whole."""

from decimal import Decimal

import pytest

from procurement.notices.parsed import ReadCriterion
from procurement.notices.reading.criteria import criteria_in_prose
from procurement.notices.ted.reader import read_notice

PRICE_40 = [("Prix", 40), ("Valeur technique", 60)]


def plain(criteria):
    return [(one.name, one.weight) for one in criteria]


@pytest.mark.parametrize(
    "said",
    [
        "Critères d'attribution : Prix : 40 % ; Valeur technique : 60 %",
        "Critères de jugement des offres :\n- Prix (40 %)\n- Valeur technique (60 %)\nDurée : 12 mois, 20 % d'avance",
        "Critères énumérés ci-dessous :\n1. Prix - 40 %\nApprécié au vu du bordereau.\n2. Valeur technique - 60 %",
        "Critère n°1 : Prix : 40 %\nCritère n°2 : Valeur technique : 60 %",
        "Les critères sont prix pondéré à 40 % et valeur technique pondérée à 60 %.",
        "Critères : 40 % prix, 60 % valeur technique.",
        "Critères :\n40% : prix\n60% : valeur technique",
        "Critères pondérés de la façon suivante :- Prix 40 pour cent- Valeur technique 60 pour cent",
        "Critères : Prix : 40 % ; Valeur technique : 60 % (dont méthode 30 %)",
        "Critères : Prix : 40 points ; Valeur technique : 60 points",
        "Critères :\n1. Prix (40 pts)\n2. Valeur technique (60 pts)",
        "Jugement des offres : prix 40 %, valeur technique 60 %",
        "Critères : Prix 40 % ; Valeur technique 60 % : méthode 30 %, moyens 30 %",
        "Critères :\nPrix : 40 %\nSous-critère tarif horaire : 15 %\nValeur technique (60 %, dont moyens 20 %)",
    ],
)
def test_weights_that_make_a_whole_are_read_however_they_are_written(said):
    assert plain(criteria_in_prose(said)) == PRICE_40


def test_a_criterion_keeps_its_own_words_commas_and_brackets():
    read = criteria_in_prose("Critères : Qualité, méthode et suivi (mémoire) : 57,5 % ; Prix (TTC) : 42,5 %")
    assert plain(read) == [
        ("Qualité, méthode et suivi (mémoire)", Decimal("57.5")),
        ("Prix (TTC)", Decimal("42.5")),
    ]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Les critères sont dans le règlement de la consultation.",
        "Critères : prix 40 %, valeur technique 50 %",
        "Critères : prix 70 %, valeur technique 60 %",
        "Critère unique : le prix (100 %).",
        "Avance : 30 %. Retenue de garantie : 5 %. Heures d'insertion : 65 %.",
        "Critères : 40 % ; 60 %",
        "Critères :\n- Valeur technique (50 %) : méthode 30 %, moyens 20 %\n- Prix (50 %)",
        "Critères : prix 40 points, valeur technique 50 points",
        "critère " * 4000 + "1 % " * 4000,
    ],
)
def test_nothing_is_read_where_they_make_none(said):
    assert list(criteria_in_prose(said)) == []


def criterion(name: str, sort: str, weight: str = "", means: str = "per-exa") -> str:
    """An award criterion in eForms (BT-539, BT-540, BT-541, BT-5421), in the prefixes of the sample."""
    parameter = (
        "<x:UBLExtensions><x:UBLExtension><x:ExtensionContent><e:EformsExtension><e:AwardCriterionParameter>"
        f'<e:ParameterCode listName="number-weight">{means}</e:ParameterCode>'
        f"<e:ParameterNumeric>{weight}</e:ParameterNumeric>"
        "</e:AwardCriterionParameter></e:EformsExtension></x:ExtensionContent></x:UBLExtension></x:UBLExtensions>"
    )
    return (
        f"<a:SubordinateAwardingCriterion>{parameter if weight else ''}"
        f'<b:AwardingCriterionTypeCode listName="award-criterion-type">{sort}</b:AwardingCriterionTypeCode>'
        f'<b:Description languageID="FRA">{name}</b:Description></a:SubordinateAwardingCriterion>'
    )


@pytest.fixture
def judged(markup):
    """Read the sample of two lots with criteria of ours: `judged(first, second)`."""

    def read(*lots: str):
        head, *blocks = markup("ted_two_lots").split("<a:ProcurementProjectLot>")
        for place, inner in enumerate(lots):
            awarding = (
                f"<a:AwardingTerms><a:AwardingCriterion>{inner}</a:AwardingCriterion></a:AwardingTerms>"
            )
            blocks[place] = blocks[place].replace("<a:TenderingTerms>", f"<a:TenderingTerms>{awarding}", 1)
        return read_notice({"xml": "<a:ProcurementProjectLot>".join([head, *blocks])}).criteria

    return read


def test_criteria_that_all_lots_share_are_said_once(judged):
    same = criterion("Prix", "price", "40") + criterion("Valeur technique", "quality", "60")
    assert judged(same, same) == (
        ReadCriterion("Prix", "price", Decimal(40)),
        ReadCriterion("Valeur technique", "quality", Decimal(60)),
    )


def test_where_lots_differ_each_criterion_says_whose_it_is(judged):
    first, second = criterion("Prix", "price", "100"), criterion("", "quality") + criterion("Coût", "cost")
    assert [(one.name, one.sort, one.weight, one.lots) for one in judged(first, second)] == [
        ("Prix", "price", 100, ("1",)),
        ("", "quality", None, ("2",)),
        ("Coût", "cost", None, ("2",)),
    ]


def test_points_are_percents_where_there_are_a_hundred(judged):
    def points(*weights: str) -> str:
        return "".join(criterion(f"Point {one}", "quality", one, "poi-exa") for one in weights)

    hundred, others = points("40", "60"), points("40", "80")
    assert [one.weight for one in judged(hundred, hundred)] == [40, 60]
    assert [one.weight for one in judged(others, others)] == [None, None]


def test_weights_among_the_words_are_read_too(judged):
    among = criterion("Prix (40 %)", "price") + criterion("Valeur technique : 60 %", "quality")
    assert plain(judged(among, among)) == PRICE_40


@pytest.mark.parametrize("weight", ["-5", "1e9", "NaN", "140", "quarante", "5,5,5"])
def test_an_absurd_weight_is_none(judged, weight):
    one = criterion("Prix", "price", weight)
    assert judged(one, one) == (ReadCriterion("Prix", "price"),)
