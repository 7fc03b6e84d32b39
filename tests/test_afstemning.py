"""Reconciliation: what printed numbers can stand for, each kind of control by hand, wrong input, verdicts and findings,
invariants.
"""

import json
import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kkrlib import afstemning, dansk, data, flygtninge
from kkrlib.afstemning import AFRUNDING, AFVIGER, STEMMER, UPROEVET, Interval
from kkrlib.afstemning.arter import KONTROL, LED
from kkrlib.errors import DataError
from kkrlib.interval import eksakt_tal, trykte_decimaler
from kkrlib.sted import Sted

ENHEDER = {
    "antal": ("antal", "1", "ja"),
    "personer": ("antal", "1", "ja"),
    "faktor": ("faktor", "1", "ja"),
    "tabel": ("tabel", "1", "ja"),
    "kr.": ("kr.", "1", "nej"),
    "1.000 kr.": ("kr.", "1000", "nej"),
    "mio. kr.": ("kr.", "1000000", "nej"),
    "procent": ("andel", "1/100", "nej"),
    "andel": ("andel", "1", "nej"),
    "score": ("score", "1", "nej"),
    "årsværk": ("årsværk", "1", "nej"),
    "måneder": ("måneder", "1", "nej"),
    "år": ("måneder", "12", "nej"),
}
FORBEHOLD = {"ca.": (5, 5), "næsten": (5, 0), "godt": (0, 5), "over": (0, 10)}
KILDER = [
    ("004", "Bilag til møde", "KKR Sjælland", "2024-06", "004.txt", "x"),
    ("000", "Bilag", "KKR", "2022", "000.txt", "x"),
    ("regler", "Regler", "kkrlib", None, None, None),
]
FAKTA = ["id", "felt", "udgave", "tabel", "vaerdi", "enhed", "maal", "forbehold", "trykt", "kilde", "punkt", "linje"]
ROLLER = [
    ("fakta", "vaerdi", "published", "id", "", "", "", ""),
    ("regler", "vaerdi", "rule", "regel gaelder_fra", "", "reglerne", "", ""),
    ("henvisninger", "trykt", "reference", "id", "tabel", "", "proeve", "rapport"),
    ("bred", "beloeb", "published", "aar sted", "kr.", "bilag 2", "bredt", "aar"),
    ("fejl", "begrundelse", "finding", "fejl", "", "", "", ""),
]


def fakta(id, tekst, **andet):
    """A row of facts from ``forbehold trykt=værdi enhed``: «ca. 2,5 mio. kr.», «tre=3 antal»."""
    word = next((w for w in FORBEHOLD if tekst.startswith(w)), "")
    number, unit = tekst.removeprefix(word).strip().split(" ", 1)
    printed, _, value = number.partition("=")
    value = value or printed.replace(".", "").replace(",", ".")
    row = {
        "id": id,
        "felt": "proeve",
        "udgave": 2024,
        "tabel": "Tabel 1",
        "vaerdi": value,
        "enhed": unit,
        "maal": "niveau",
        "forbehold": word or None,
        "trykt": printed,
        "kilde": "004",
        "punkt": "2.3",
    }
    return row | {"linje": 10} | andet


TOMME = {
    "regler": ["regel", "gaelder_fra", "vaerdi", "enhed", "kilde", "punkt", "linje"],
    "bred": ["aar", "sted", "beloeb", "kilde", "punkt", "linje"],
    "henvisninger": ["id", "rapport", "tabel", "trykt", "kilde", "punkt", "linje"],
    "fejl": ["fejl", "begrundelse", "anvendt", "trykt", "afgjort", "kilde", "linje"],
    "fund_kontroller": ["kontrol", "fund", "forskel"],
    "kontroller": KONTROL,
    "kontrol_led": LED,
}
FASTE = {name: pd.DataFrame(columns=columns) for name, columns in TOMME.items()} | {
    "kilder": pd.DataFrame(KILDER, columns=["kilde", "titel", "udgiver", "tid", "fil", "sha256"]),
    "enheder": pd.DataFrame([(k, *v) for k, v in ENHEDER.items()], columns=["enhed", "grundenhed", "faktor", "eksakt"]),
    "forbehold": pd.DataFrame(
        [(k, *v) for k, v in FORBEHOLD.items()], columns=["forbehold", "under_procent", "over_procent"]
    ),
    "kolonneroller": pd.DataFrame(
        ROLLER, columns=["tabel", "kolonne", "rolle", "noegle", "enhed", "navn", "felt", "udgave"]
    ),
}


def tabeller_af(*rows, **andre):
    """The tables that the reconciliation reads, with these facts and these rows of the others."""
    return (
        FASTE
        | {name: pd.DataFrame(records, columns=TOMME[name]) for name, records in andre.items()}
        | {"fakta": pd.DataFrame(rows, columns=FAKTA)}
    )


def kontrol(id, art, fakta, mangler=None):
    return dict(zip(KONTROL, (id, art, fakta, "x", mangler), strict=True))


def led(kontrol, nr, rolle, fakta, fortegn=1, mindst=None, hoejst=None):
    return dict(zip(LED, (kontrol, nr, rolle, fakta, fortegn, mindst, hoejst), strict=True))


def beregn(controls, parts, tables):
    return afstemning.beregn(
        pd.DataFrame(controls, columns=KONTROL), pd.DataFrame(parts, columns=LED), afstemning.tal(tables)
    )


def doemte(*cases):
    """Controls judged, one per (kind, number, led by role): numbers as texts (see :func:`fakta`), «minus …» for the
    sign, (text, mindst, hoejst) for a class.
    """
    facts, controls, parts = [], [], []
    for n, (art, number, roles) in enumerate(cases):
        facts.append(fakta(f"f{n}", number))
        controls.append(kontrol(f"k{n}", art, f"f{n}"))
        for nr, (role, text) in enumerate(((role, text) for role, texts in roles.items() for text in texts), start=1):
            text, *limits = (text,) if isinstance(text, str) else text
            facts.append(fakta(f"l{n}-{nr}", text.removeprefix("minus ")))
            parts.append(led(f"k{n}", nr, role, f"l{n}-{nr}", -1 if text.startswith("minus ") else 1, *limits))
    return afstemning.doem(beregn(controls, parts, tabeller_af(*facts)))


def doemt(art, number, **roles):
    return doemte((art, number, roles)).iloc[0]


# --- what a printed number can stand for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tekst", "mindst", "vaerdi", "hoejst", "decimaler"),
    [
        ("39,6 procent", "39.55", "39.6", "39.65", 1),
        ("14.6=14.6 procent", "14.55", "14.6", "14.65", 1),  # a point with another number of digits after it than three
        ("43.168 kr.", "43167.5", "43168", "43168.5", 0),
        ("1.234.567,25 kr.", "1234567.245", "1234567.25", "1234567.255", 2),
        ("2,0 mio. kr.", "1.95", "2", "2.05", 1),
        ("-308 1.000 kr.", "-308.5", "-308", "-307.5", 0),
        ("11.278 personer", "11278", "11278", "11278", 0),
        ("tre=3 procent", "3", "3", "3", 0),
        ("2/3=2/3 andel", "1/2", "2/3", "5/6", 2),
        ("½=0.5 årsværk", "0.5", "0.5", "0.5", 2),
        ("tredjedel=1/3 andel", "1/3", "1/3", "1/3", 2),
        ("-=0 kr.", "0", "0", "0", 0),
        ("ca. 250 antal", "237.5", "250", "262.5", 0),
        ("ca. 2,3 mio. kr.", "2.135", "2.3", "2.465", 1),  # 0,05 and five per cent
        ("næsten 20 procent", "18.5", "20", "20.5", 0),
        ("næsten -20 procent", "-20.5", "-20", "-18.5", 0),  # almost a fall of 20 is less of a fall
        ("godt 16 personer", "16", "16", "16.8", 0),
        ("over -100 antal", "-110", "-100", "-100", 0),
    ],
)
def test_a_number_stands_for_what_its_printing_leaves_open(tekst, mindst, vaerdi, hoejst, decimaler):
    row = afstemning.tal(tabeller_af(fakta("a", tekst))).loc["a"]
    assert (row["mindst"], row["vaerdi"], row["hoejst"], row["decimaler"]) == (
        Fraction(mindst),
        Fraction(vaerdi),
        Fraction(hoejst),
        decimaler,
    )


@pytest.mark.parametrize(
    ("trykt", "decimaler"),
    [
        ("1.234", 0),
        ("1.234,5", 1),
        ("12.345.678", 0),
        ("14.6 %", 1),
        ("2.50", 2),
        ("0,25%", 2),
        ("Sundhedsaftalen 2019-2023", 0),
        ("COVID-19 relaterede", 0),
        ("tre", 0),
        ("1/10", 2),
        ("-", 0),
    ],
)
def test_decimals_are_those_after_a_comma_or_after_a_point_that_begins_no_thousands(trykt, decimaler):
    assert trykte_decimaler(trykt) == decimaler


@pytest.mark.parametrize(
    ("tekst", "tal"),
    [("1234", "1234"), ("1.5", "3/2"), ("2/3", "2/3"), ("-3", "-3"), ("6,81", "681/100"), ("1.234,5", "2469/2")],
)
def test_a_cell_is_read_exactly_as_data_and_as_danish_print(tekst, tal):
    assert eksakt_tal(tekst) == Fraction(tal)


def test_a_mean_of_whole_things_is_rounded_and_a_count_is_exact():
    numbers = afstemning.tal(tabeller_af(fakta("mean", "1,9 antal", maal="gennemsnit"), fakta("count", "1,9 antal")))
    assert [(r.mindst, r.hoejst) for r in numbers.itertuples()] == [
        (Fraction(185, 100), Fraction(195, 100)),
        (Fraction(19, 10), Fraction(19, 10)),
    ]
    assert list(numbers["eksakt"]) == [False, True]


def test_a_rule_is_exact_and_is_not_a_published_number_nor_is_a_reference():
    rule = {
        "regel": "tilsyn",
        "gaelder_fra": pd.Timestamp(2020, 5, 3),
        "vaerdi": "0.1",
        "enhed": "andel",
        "kilde": "regler",
        "punkt": "3",
        "linje": 67,
    }
    place = {
        "id": "henvisning-1",
        "rapport": 2023,
        "tabel": "Tabel 1",
        "trykt": "Tabel 12",
        "kilde": "004",
        "punkt": "2.3",
        "linje": 5,
    }
    numbers = afstemning.tal(
        tabeller_af(
            fakta("a", "0,1 andel"), fakta("b", "0,1 andel", kilde="regler"), regler=[rule], henvisninger=[place]
        )
    )
    assert list(numbers.index) == ["a", "b", "regler/tilsyn/2020-05-03/vaerdi", "henvisning-1"]
    assert list(numbers["offentliggjort"]) == [True, False, False, False]
    assert [(r.mindst, r.vaerdi, r.hoejst) for r in numbers.iloc[2:].itertuples()] == [
        (Fraction(1, 10),) * 3,
        (1, 1, 1),
    ]


def test_a_number_of_a_wide_table_has_its_key_its_own_line_and_its_tables_name():
    wide = [
        {"aar": 2022, "sted": place, "beloeb": amount, "kilde": "000", "punkt": "2.6", "linje": 7}
        for place, amount in (("Fyn", 40), (None, 5), ("Als", None))
    ]
    tables = tabeller_af(bred=wide)
    tables["bred"] = tables["bred"].astype({"beloeb": "Int64"})
    numbers = afstemning.tal(tables)
    assert list(numbers.index) == ["bred/2022/Fyn/beloeb", "bred/2022//beloeb"]  # an empty cell is no number
    row = numbers.iloc[0]
    assert (row["mindst"], row["hoejst"], row["dokument"]) == (Fraction(79, 2), Fraction(81, 2), "Bilag, 2022")
    assert row["sted"] == Sted("000", 7, punkt="2.6")
    about = ["felt", "udgave", "tabel", "raekke", "kolonne"]
    assert list(row[about]) == ["bredt", 2022, "bilag 2", "Fyn", "beloeb"]
    assert list(row[["datatabel", "datalinje", "datakolonne"]]) == ["bred", 2, "beloeb"]


def test_an_unknown_unit_and_reservation_are_all_found_with_their_rows():
    with pytest.raises(DataError) as stop:
        afstemning.tal(
            tabeller_af(fakta("a", "5 æsler"), fakta("b", "5 antal", forbehold="vist"), fakta("c", "5 antal"))
        )
    assert [(f.fil, f.raekke, f.kolonne, f.vaerdi, f.regel) for f in stop.value.fund] == [
        ("fakta.csv", "2", "enhed", "æsler", "findes ikke i enheder.csv"),
        ("fakta.csv", "3", "forbehold", "vist", "findes ikke i forbehold.csv"),
    ]


def test_a_key_that_is_used_twice_is_found():
    with pytest.raises(DataError, match="«a»: nøglen er brugt to gange"):
        afstemning.tal(tabeller_af(fakta("a", "5 antal"), fakta("a", "6 antal")))


# --- each kind by hand ----------------------------------------------------------------------------------------------
# (kind, printed, led, computed, verdict): the computed number is the one rounded to the printed decimals

RUNDET = ["2,0 mio. kr.", "5,1 mio. kr."]

PR_HAAND = {
    # 1,5 mio. kr. is from 1.450.000 to 1.550.000 kr.
    "lighed i anden enhed": ("lighed", "1,5 mio. kr.", {"samme": ["1.530.000 kr."]}, "1.5", STEMMER),
    "lighed, afrundet i anden enhed": ("lighed", "1.550 1.000 kr.", {"samme": ["1,5 mio. kr."]}, "1500", AFRUNDING),
    "lighed, for langt i anden enhed": ("lighed", "1.551 1.000 kr.", {"samme": ["1,5 mio. kr."]}, "1500", AFVIGER),
    "lighed, samme cifre": ("lighed", "12 procent", {"samme": ["12 procent"]}, "12", STEMMER),
    "lighed, samme cifre er afrundet ens": ("lighed", "12 procent", {"samme": ["13 procent"]}, "13", AFVIGER),
    "lighed med "
    "forbehold": ("lighed", "ca. 12 procent", {"samme": ["13 procent"]}, "13", AFRUNDING),  # 10,9–13,1 meets 12,5–13,5
    "lighed, forbeholdet rækker ikke": ("lighed", "ca. 12 procent", {"samme": ["14 procent"]}, "14", AFVIGER),
    "lighed, begge med forbehold": ("lighed", "ca. 12 "
    "procent", {"samme": ["ca. 14 procent"]}, "14", AFRUNDING),  # 10,9–13,1 meets 12,8–15,2
    "lighed, år og måneder": ("lighed", "2 år", {"samme": ["tyve=20 måneder"]}, "2", STEMMER),  # 1⅔ is 2
    "ca. om et antal": ("lighed", "ca. 250 antal", {"samme": ["238 antal"]}, "238", AFRUNDING),
    "ca. rækker fem procent": ("lighed", "ca. 250 antal", {"samme": ["237 antal"]}, "237", AFVIGER),
    "sum af antal": ("sum", "10 antal", {"led": ["4 antal", "6 personer"]}, "10", STEMMER),
    "sum af antal har ingen afrunding": ("sum", "11 antal", {"led": ["4 antal", "6 antal"]}, "10", AFVIGER),
    "sum af afrundede": ("sum", "10,1 mio. "
    "kr.", {"led": ["3,3 mio. kr.", "3,3 mio. kr.", "3,3 mio. kr."]}, "9.9", AFRUNDING),  # 4 × 0,05
    "sum af afrundede, for "
    "langt": ("sum", "10,2 mio. kr.", {"led": ["3,3 mio. kr.", "3,3 mio. kr.", "3,3 mio. kr."]}, "9.9", AFVIGER),
    "regnskab": ("regnskab", "-1.765 1.000 kr.", {"led": ["45.170 1.000 kr.", "-46.935 1.000 kr."]}, "-1765", STEMMER),
    "regnskab med "
    "fortegn": ("regnskab", "-77 1.000 kr.", {"led": ["-22.475 1.000 kr.", "minus -22.398 1.000 kr."]}, "-77", STEMMER),
    "regnskab, en "
    "krone": ("regnskab", "-78 1.000 kr.", {"led": ["-22.475 1.000 kr.", "minus -22.398 1.000 kr."]}, "-77", AFRUNDING),
    "regnskab, to "
    "kroner": ("regnskab", "-79 1.000 kr.", {"led": ["-22.475 1.000 kr.", "minus -22.398 1.000 kr."]}, "-77", AFVIGER),
    "antal": ("antal", "tre=3 antal", {"element": ["5 antal", "90 procent", "7 kr."]}, "3", STEMMER),
    "antal, et mangler": ("antal", "fire=4 antal", {"element": ["5 antal", "6 antal", "7 antal"]}, "3", AFVIGER),
    "antal med "
    "forbehold": ("antal", "ca. 20 antal", {"element": [f"{n} antal" for n in range(1, 20)]}, "19", AFRUNDING),
    "andel af antal": ("andel", "39,6 procent", {"del": ["198 antal"], "hel": ["500 antal"]}, "39.6", STEMMER),
    "andel af antal, forkert": ("andel", "39,7 procent", {"del": ["198 antal"], "hel": ["500 antal"]}, "39.6", AFVIGER),
    "andel af flere "
    "dele": ("andel", "0,8 andel", {"del": ["1 antal", "3 antal"], "hel": ["2 antal", "3 antal"]}, "0.8", STEMMER),
    # 1,95/5,15 = 37,86 % and 2,05/5,05 = 40,59 %
    "andel af afrundede": ("andel", "39,6 procent", {"del": RUNDET[:1], "hel": RUNDET[1:]}, "39.2", AFRUNDING),
    "andel af afrundede, øverst": ("andel", "40,6 procent", {"del": RUNDET[:1], "hel": RUNDET[1:]}, "39.2", AFRUNDING),
    "andel af afrundede, over": ("andel", "40,7 procent", {"del": RUNDET[:1], "hel": RUNDET[1:]}, "39.2", AFVIGER),
    "andel af afrundede, nederst": ("andel", "37,9 procent", {"del": RUNDET[:1], "hel": RUNDET[1:]}, "39.2", AFRUNDING),
    "andel af afrundede, under": ("andel", "37,8 procent", {"del": RUNDET[:1], "hel": RUNDET[1:]}, "39.2", AFVIGER),
    # 1.000 × 3/7 = 428,57
    "fordeling": ("fordeling", "429 "
    "antal", {"total": ["1.000 antal"], "del": ["3 antal"], "hel": ["7 antal"]}, "429", STEMMER),
    "fordeling, den anden nabo": ("fordeling", "428 "
    "antal", {"total": ["1.000 antal"], "del": ["3 antal"], "hel": ["7 antal"]}, "429", AFVIGER),
    # 950.000/3 = 316.667 and 1.050.000/3 = 350.000
    "fordeling af en afrundet total": ("fordeling", "350.000 "
    "kr.", {"total": ["1,0 mio. kr."], "del": ["1 antal"], "hel": ["3 antal"]}, "333333", AFRUNDING),
    "fordeling, over": ("fordeling", "350.001 "
    "kr.", {"total": ["1,0 mio. kr."], "del": ["1 antal"], "hel": ["3 antal"]}, "333333", AFVIGER),
    "aendring, et fald": ("aendring", "fire=-4 antal", {"til": ["1.081 antal"], "fra": ["1.085 antal"]}, "-4", STEMMER),
    "aendring, forkert "
    "fortegn": ("aendring", "fire=4 antal", {"til": ["1.081 antal"], "fra": ["1.085 antal"]}, "-4", AFVIGER),
    "aendring af "
    "afrundede": ("aendring", "0,3 mio. kr.", {"til": ["2,3 mio. kr."], "fra": ["2,1 mio. kr."]}, "0.2", AFRUNDING),
    "aendring af afrundede, for "
    "langt": ("aendring", "0,4 mio. kr.", {"til": ["2,3 mio. kr."], "fra": ["2,1 mio. kr."]}, "0.2", AFVIGER),
    # 358/371 − 1 = −3,504 %
    "aendring_procent, et "
    "fald": ("aendring_procent", "-3,5 procent", {"til": ["358 antal"], "fra": ["371 antal"]}, "-3.5", STEMMER),
    "aendring_procent, et fald, "
    "forkert": ("aendring_procent", "-3,6 procent", {"til": ["358 antal"], "fra": ["371 antal"]}, "-3.5", AFVIGER),
    "aendring_procent, knap så stort et fald": ("aendring_procent", "næsten -3,6 "
    "procent", {"til": ["358 antal"], "fra": ["371 antal"]}, "-3.5", AFRUNDING),
    # 2,15/1,95 − 1 = 10,26 %, 2,05/2,05 − 1 = 0
    "aendring_procent af "
    "afrundede": ("aendring_procent", "10 procent", {"til": ["2,1 mio. kr."], "fra": ["2,0 mio. kr."]}, "5", AFRUNDING),
    "aendring_procent, "
    "over": ("aendring_procent", "11 procent", {"til": ["2,1 mio. kr."], "fra": ["2,0 mio. kr."]}, "5", AFVIGER),
    "aendring_procent, "
    "under": ("aendring_procent", "-1 procent", {"til": ["2,1 mio. kr."], "fra": ["2,0 mio. kr."]}, "5", AFVIGER),
    "aendring_procent af et underskud, der "
    "halveres": ("aendring_procent", "50 procent", {"til": ["-50 antal"], "fra": ["-100 antal"]}, "50", STEMMER),
    "aendring_procent af et underskud, der "
    "vokser": ("aendring_procent", "-50 procent", {"til": ["-150 antal"], "fra": ["-100 antal"]}, "-50", STEMMER),
    # 62/0,76 = 81,58: 62/82 − 1 = −24,4 %, 62/81 − 1 = −23,5 %
    "heltal": ("heltal", "-24 procent", {"til": ["19 antal"]}, "-24", STEMMER),
    "heltal af flere": ("heltal", "-24 procent", {"til": ["15 antal", "4 antal"]}, "-24", STEMMER),
    # from 3 to 5 is 66,7 %, from 4 to 5 is 25 %
    "heltal, intet udgangspunkt": ("heltal", "50 procent", {"til": ["5 antal"]}, "67", AFVIGER),
    "heltal med forbehold": ("heltal", "ca. 52 procent", {"til": ["3 antal"]}, "50", AFRUNDING),
    "heltal, alt er nyt": ("heltal", "100 procent", {"til": ["1 antal"]}, "0", AFVIGER),
    # 2.000.000/1.223.634 = 1,6345
    "forhold": ("forhold", "1,63 "
    "kr.", {"taeller": ["minus -2.000.000 kr."], "naevner": ["1.223.634 antal"]}, "1.63", STEMMER),
    "forhold, forkert": ("forhold", "1,64 "
    "kr.", {"taeller": ["minus -2.000.000 kr."], "naevner": ["1.223.634 antal"]}, "1.63", AFVIGER),
    "forhold af en afrundet "
    "tæller": ("forhold", "1,65 kr.", {"taeller": ["2,0 mio. kr."], "naevner": ["1.223.634 antal"]}, "1.63", AFRUNDING),
    "forhold omregner "
    "enheden": ("forhold", "2 1.000 kr.", {"taeller": ["2,0 mio. kr."], "naevner": ["1.000 antal"]}, "2", STEMMER),
    "faktor": ("faktor", "12.120 kr.", {"grundtal": ["10.100 kr."], "faktor": ["1,2 faktor"]}, "12120", STEMMER),
    "faktor, en krone": ("faktor", "12.121 "
    "kr.", {"grundtal": ["10.100 kr."], "faktor": ["1,2 faktor"]}, "12120", AFRUNDING),  # 0,5 × 1,2 + 0,5
    "faktor, to "
    "kroner": ("faktor", "12.122 kr.", {"grundtal": ["10.100 kr."], "faktor": ["1,2 faktor"]}, "12120", AFVIGER),
    "faktor af flere": ("faktor", "12 "
    "antal", {"grundtal": ["1 antal", "3 antal"], "faktor": ["1 faktor", "2 faktor"]}, "12", STEMMER),
    "graense nedad": ("graense", "10 antal", {"mindst": ["4 antal", "6 antal"]}, "10", STEMMER),
    "graense nedad, brudt": ("graense", "9 antal", {"mindst": ["4 antal", "6 antal"]}, "10", AFVIGER),
    "graense nedad, brudt i decimalen": ("graense", "39,4 procent", {"mindst": ["39,6 procent"]}, "39.6", AFVIGER),
    "graense nedad siger intet opad": ("graense", "900 antal", {"mindst": ["10 antal"]}, "900", STEMMER),
    "graense opad": ("graense", "9,8 mio. kr.", {"hoejst": ["9.800.000 kr."]}, "9.8", STEMMER),
    "graense opad, inden for afrunding": ("graense", "9,9 mio. kr.", {"hoejst": ["9,8 mio. kr."]}, "9.8", AFRUNDING),
    "graense opad, brudt": ("graense", "10,0 mio. kr.", {"hoejst": ["9,8 mio. kr."]}, "9.8", AFVIGER),
    "graense opad siger intet nedad": ("graense", "-900 antal", {"hoejst": ["10 antal"]}, "-900", STEMMER),
    "graense til begge sider": ("graense", "5 antal", {"mindst": ["4 antal"], "hoejst": ["6 antal"]}, "5", STEMMER),
    "graense til begge sider, "
    "over": ("graense", "7 antal", {"mindst": ["4 antal"], "hoejst": ["6 antal"]}, "6", AFVIGER),
    # between (10·0 + 30·7)/40 = 5,25 and (10·6 + 30·12)/40 = 10,5
    "gennemsnit": ("gennemsnit", "10,5 "
    "score", {"antal": [("10 antal", "0", "6"), ("30 antal", "7", "12")]}, "10.5", STEMMER),
    "gennemsnit, umuligt "
    "højt": ("gennemsnit", "10,6 score", {"antal": [("10 antal", "0", "6"), ("30 antal", "7", "12")]}, "10.5", AFVIGER),
    "gennemsnit, lavest mulige afrundet": ("gennemsnit", "5,2 "
    "score", {"antal": [("10 antal", "0", "6"), ("30 antal", "7", "12")]}, "5.3", AFRUNDING),
    "gennemsnit, umuligt "
    "lavt": ("gennemsnit", "5,1 score", {"antal": [("10 antal", "0", "6"), ("30 antal", "7", "12")]}, "5.3", AFVIGER),
    # 90 % have 4 or 5, the rest anywhere from 1 to 5: from 0,9·4 + 0,1·1 = 3,7 to 5, and 89,5 % give 3,685
    "gennemsnit på en skala": ("gennemsnit", "3,7 "
    "score", {"antal": [("90 procent", "4", "5")], "skala": ["1 antal", "5 antal"]}, "3.7", STEMMER),
    "gennemsnit på en skala, resten nederst": ("gennemsnit", "3,6 "
    "score", {"antal": [("90 procent", "4", "5")], "skala": ["1 antal", "5 antal"]}, "3.7", AFVIGER),
    "gennemsnit på en skala, afrundet andel": ("gennemsnit", "3,69 "
    "score", {"antal": [("90 procent", "4", "5")], "skala": ["1 antal", "5 antal"]}, "3.7", AFRUNDING),
    # 94,9 % have 5, 3 % have 1, 2,1 % have 1 to 5: at most 0,949·5 + 0,03·1 + 0,021·5 = 4,88, at least 4,796
    "gennemsnit på en skala, flere klasser": ("gennemsnit", "4,8 score", {"antal": [("94,9 "
    "procent", "5", "5"), ("3 procent", "1", "1")], "skala": ["5 antal", "1 antal"]}, "4.8", STEMMER),
    "gennemsnit på en skala, over": ("gennemsnit", "5,0 score", {"antal": [("94,9 "
    "procent", "5", "5"), ("3 procent", "1", "1")], "skala": ["5 antal", "1 antal"]}, "4.9", AFVIGER),
}  # fmt: skip


@pytest.fixture(scope="module")
def pr_haand():
    judged = doemte(*((art, printed, parts) for art, printed, parts, _, _ in PR_HAAND.values()))
    return dict(zip(PR_HAAND, judged.to_dict("records"), strict=True))


@pytest.mark.parametrize("navn", PR_HAAND)
def test_each_kind_gives_what_a_hand_calculation_gives(pr_haand, navn):
    *_, computed, verdict = PR_HAAND[navn]
    row = pr_haand[navn]
    assert (row["beregnet"], row["dom"]) == (Fraction(computed), verdict)
    assert row["forskel"] == row["offentliggjort"] - Fraction(computed)


def test_every_kind_that_data_can_declare_has_a_hand_calculation_with_each_verdict_it_can_get():
    seen = {}
    for art, _, _, _, verdict in PR_HAAND.values():
        seen.setdefault(art, set()).add(verdict)
    assert set(seen) == set(afstemning.ARTER) - {"regel", "findes"}
    assert all(verdicts >= {STEMMER, AFVIGER} for verdicts in seen.values())
    assert {art for art, verdicts in seen.items() if AFRUNDING not in verdicts} == set()


def test_the_data_can_declare_every_kind_but_the_one_a_field_computes():
    package = json.loads((data.data_mappe() / data.BESKRIVELSE).read_text(encoding="utf-8"))
    (resource,) = (r for r in package["resources"] if r["name"] == "kontroller")
    (field,) = (f for f in resource["schema"]["fields"] if f["name"] == "art")
    assert sorted(field["constraints"]["enum"]) == sorted(set(afstemning.ARTER) - {"regel"})


def test_n_rounded_led_and_their_sum_explain_a_difference_of_n_plus_one_half_units_and_no_more():
    cases, expected = [], []
    for n in range(1, 10):
        parts = [f"{100 + i} kr." for i in range(n)]
        total, most = sum(100 + i for i in range(n)), (n + 1) // 2
        for sign in (1, -1):
            cases += [("sum", f"{total + sign * d} kr.", {"led": parts}) for d in (most, most + 1)]
            expected += [AFRUNDING, AFVIGER]
    assert list(doemte(*cases)["dom"]) == expected


def test_a_fraction_or_a_word_that_is_met_exactly_agrees_and_one_beside_it_does_not():
    for printed, parts in (
        ("2/3=2/3 andel", ("20", "30")),
        ("tredjedel=1/3 andel", ("10", "30")),
        ("½=0.5 andel", ("15", "30")),
    ):
        row = doemt("andel", printed, **{"del": [f"{parts[0]} antal"], "hel": [f"{parts[1]} antal"]})
        assert (row["dom"], row["forskel"]) == (STEMMER, 0), printed
    assert doemt("andel", "tredjedel=1/3 andel", **{"del": ["12 antal"], "hel": ["30 antal"]})["dom"] == AFVIGER


def test_a_count_is_not_divided_by_how_it_is_written():
    assert doemt("sum", "2.234 antal", led=["to_tusinde=2000 antal", "234 antal"])["dom"] == STEMMER


@pytest.mark.parametrize(
    ("tabel", "mener", "dom"),
    [
        ("Tabel 1", None, STEMMER),
        ("Tabel 9", None, AFVIGER),
        ("Tabel 1", "a", STEMMER),
        ("Tabel 1", "b", AFVIGER),
        ("Tabel 1", "c", AFVIGER),
    ],
)
def test_a_reference_agrees_where_the_report_has_the_table_and_what_is_meant_stands_in_it(tabel, mener, dom):
    place = {
        "id": "henvisning-1",
        "rapport": "2023",
        "tabel": tabel,
        "trykt": "tabel 12",
        "kilde": "004",
        "punkt": "2.3",
        "linje": 5,
    }
    tables = tabeller_af(
        fakta("a", "5 antal", udgave=2023),
        fakta("b", "5 antal", udgave=2023, tabel="Tabel 2"),
        fakta("c", "5 antal", udgave=2021),
        fakta("d", "5 antal", udgave=2021, tabel="Tabel 9"),
        fakta("e", "5 antal", udgave=2023, tabel="Tabel 9", felt="et andet"),
        henvisninger=[place],
    )
    row = afstemning.doem(
        beregn([kontrol("k", "findes", "henvisning-1")], [led("k", 1, "mener", mener)] if mener else [], tables)
    ).iloc[0]
    assert (row["dom"], row["forskel"]) == (dom, 0 if dom == STEMMER else 1)


def test_a_control_that_lacks_something_cannot_be_tested_and_says_what():
    row = afstemning.doem(
        beregn([kontrol("k", "sum", "f", "Tallene er ikke trykt.")], [], tabeller_af(fakta("f", "5 antal")))
    ).iloc[0]
    assert (row["dom"], row["forklaring"], row["beregnet"], row["forskel"]) == (
        UPROEVET,
        "Tallene er ikke trykt.",
        None,
        None,
    )


def test_a_field_computes_its_rule_and_says_how_far_the_rule_can_come_out():
    controls = afstemning.Kontrolsaet("felt-2025")
    tables = tabeller_af(fakta("f", "100 kr."), fakta("g", "7 antal", linje=12))
    for key, value, slack in (
        ("praecis", Fraction(400, 4), 0),
        ("taet", Fraction(102), Fraction(3, 2)),
        ("fjernt", Fraction(102), Fraction(7, 5)),
        ("ukendt", None, 0),
    ):
        controls.tilfoej(
            key,
            "regel",
            "f",
            "Beløb",
            [("grundlag", "g")],
            tabelnavn="bilag 3",
            beregnet=value,
            udsving=Fraction(slack),
        )
    judged = afstemning.vurder(controls.kontroller, controls.led, tables)
    assert dict(zip(judged["id"], judged["dom"], strict=True)) == {
        "felt-2025-praecis": STEMMER,
        "felt-2025-taet": AFRUNDING,  # 102 less 1½ is within the half krone of 100
        "felt-2025-fjernt": AFVIGER,
        "felt-2025-ukendt": UPROEVET,
    }
    assert judged.at[0, "sted"] == "Bilag til møde, juni 2024, punkt 2.3, bilag 3"
    assert (judged.at[0, "linjer"], judged.at[0, "alle_fakta"]) == ("004:10; 004:12", ("f", "g"))


def test_a_control_says_where_its_number_stands_first_and_each_line_once():
    facts = [
        fakta("f", "10 antal", linje=30),
        fakta("a", "4 antal", linje=20),
        fakta("b", "4 antal", linje=30),
        fakta("c", "2 antal", linje=20, kilde="000"),
    ]
    facts.append(fakta("r", "0 antal", linje=66, kilde="regler"))  # a rule has no line in a document
    parts = [led("k", nr, "led", fact) for nr, fact in ((2, "b"), (1, "a"), (3, "c"), (4, "r"))]
    row = beregn([kontrol("k", "sum", "f")], parts, tabeller_af(*facts)).iloc[0]
    assert row["linjer"] == "004:30; 004:20; 000:20"
    assert row["sted"] == "Bilag til møde, juni 2024, punkt 2.3, Tabel 1"
    assert row["alle_fakta"] == ("f", "a", "b", "c", "r")


# --- wrong input ------------------------------------------------------------------------------------------------------


def test_every_control_that_makes_no_sense_is_found_at_once():
    tables = tabeller_af(
        fakta("n", "5 antal"),
        fakta("kr", "5 kr."),
        fakta("nul", "0 antal"),
        fakta("lille", "0,04 mio. kr."),
        fakta("usikker", "0,0 mio. kr."),
        fakta("p", "5 procent"),
        fakta("fald", "-100 procent"),
    )
    # key, kind, judged, led (role and fact), what is found
    wrong = [
        ("art", "gaet", "n", [], "ukendt art; brug regel, lighed, sum"),
        ("dommer", "sum", "x", [("led", "n")], "tallet x findes ikke"),
        ("tal", "sum", "n", [("led", "y"), ("led", "z")], "tallet y findes ikke|tallet z findes ikke"),
        ("rolle", "sum", "n", [("del", "n"), ("led", "n")], "ukendt rolle «del»; brug led"),
        ("faa", "andel", "p", [("del", "n")], "har 0 led i rollen «hel»; der skal være mindst 1"),
        ("mange", "lighed", "n", [("samme", "n"), ("samme", "n")], "har 2 led i rollen «samme»; der skal være 1"),
        ("enhed", "sum", "n", [("led", "kr")], "kr er i kr."),
        ("graense", "graense", "n", [], "har ingen grænse"),
        ("klasse", "gennemsnit", "n", [("antal", "n")], "hvert led skal have mindst og hoejst"),
        ("heltal", "heltal", "p", [("til", "kr")], "kr er ikke et helt antal"),
        ("nul", "andel", "p", [("del", "n"), ("hel", "nul")], "nævneren kan være 0"),
        ("naesten-nul", "forhold", "kr", [("taeller", "kr"), ("naevner", "usikker")], "nævneren kan være 0"),
        ("fra-nul", "aendring_procent", "p", [("til", "n"), ("fra", "nul")], "nævneren kan være 0"),
        (
            "alt-vaek",
            "heltal",
            "fald",
            [("til", "n")],
            "kan ikke fejle: så godt som ethvert procenttal har et helt udgangspunkt for det antal",
        ),
        ("god", "forhold", "kr", [("taeller", "kr"), ("naevner", "lille")], ""),
        ("to-gange", "sum", "n", [("led", "n")], ""),
        ("to-gange", "sum", "n", [], ""),
    ]
    controls = [kontrol(key, art, judged) for key, art, judged, _, _ in wrong] + [
        kontrol("mangler", "sum", "n", "Ikke trykt.")
    ]
    parts = [led(key, nr, role, fact) for key, _, _, rows, _ in wrong for nr, (role, fact) in enumerate(rows, 1)]
    with pytest.raises(DataError) as stop:
        beregn(controls, [*parts, led("fremmed", 1, "led", "n"), led("mangler", 1, "led", "n")], tables)
    found = [(f.raekke or f.vaerdi, f.regel) for f in stop.value.fund]
    assert found[:2] == [("to-gange", "kontrollen står to gange"), ("fremmed", "findes ikke i kontroller.csv")]
    assert ("mangler", "en kontrol, der ikke kan efterprøves, har ingen led") in found
    for key, _, _, _, texts in wrong:
        own = [text for at, text in found if at == key and text != "kontrollen står to gange"]
        assert len(own) == len(texts.split("|") if texts else []), key
        assert all(text.startswith(said) for text, said in zip(own, texts.split("|"), strict=False)), own


def test_judging_refuses_an_id_twice_and_an_unknown_kind():
    with pytest.raises(ValueError, match="to gange"):
        afstemning.doem(pd.concat([beregnet(), beregnet()]))
    with pytest.raises(ValueError, match="ukendt art: formel"):
        afstemning.doem(beregnet(art="formel"))


# --- verdicts ---------------------------------------------------------------------------------------------------------


def beregnet(**changes):
    row = {
        "id": "a",
        "sted": "Kilde 000",
        "linjer": "000:1",
        "art": "sum",
        "beskrivelse": "x",
        "offentliggjort": 5,
        "beregnet": 5,
        "decimaler": 0,
    }
    return pd.DataFrame([row | changes])


def test_equal_numbers_agree_others_deviate_and_a_missing_one_cannot_be_tested():
    assert afstemning.doem(beregnet())["dom"].tolist() == [STEMMER]
    deviating = afstemning.doem(beregnet(beregnet=3)).iloc[0]
    assert (deviating["dom"], deviating["forskel"]) == (AFVIGER, 2)
    assert afstemning.doem(beregnet(offentliggjort=pd.NA))["dom"].tolist() == [UPROEVET]
    assert list(deviating.index) == afstemning.KOLONNER


def test_a_number_within_what_rounding_allows_is_a_rounding_and_beyond_it_a_deviation():
    third = Fraction(16, 3)  # 5⅓ is 5 in whole units
    assert afstemning.doem(beregnet(beregnet=third))[["beregnet", "forskel", "dom"]].to_numpy().tolist() == [
        [5, 0, STEMMER]
    ]
    for slack, verdict in ((Fraction(1, 10), AFVIGER), (Fraction(1, 6), AFRUNDING), (Fraction(1), AFRUNDING)):
        row = beregnet(offentliggjort=6, beregnet=third).assign(mindst=third - slack, hoejst=third + slack)
        assert afstemning.doem(row)["dom"].tolist() == [verdict], slack
    below = beregnet(offentliggjort=4, beregnet=third).assign(mindst=Fraction(9, 2), hoejst=third)
    assert afstemning.doem(below)["dom"].tolist() == [AFRUNDING]


def test_bounds_that_are_missing_are_the_number_itself():
    assert afstemning.doem(beregnet(offentliggjort=6).assign(mindst=None, hoejst=None))["dom"].tolist() == [AFVIGER]


def test_halves_are_rounded_away_from_zero_in_both_directions():
    for value, rounded in ((Fraction(5, 2), 3), (Fraction(-5, 2), -3), (Fraction(-49, 20), -2)):
        assert afstemning.doem(beregnet(beregnet=value))["beregnet"].tolist() == [rounded]


def test_what_a_reservation_allows_above_is_not_allowed_below():
    assert afstemning.doem(beregnet(offentliggjort=100, beregnet=90).assign(under=10, over=0))["dom"].tolist() == [
        AFRUNDING
    ]
    assert afstemning.doem(beregnet(offentliggjort=100, beregnet=110).assign(under=10, over=0))["dom"].tolist() == [
        AFVIGER
    ]


def test_verdicts_are_counted_in_order_of_appearance():
    rows = [
        beregnet(id=i, art=art, beregnet=value)
        for i, (art, value) in enumerate([("sum", 5), ("andel", 5), ("sum", 4), ("sum", None)])
    ]
    counts = afstemning.optael(afstemning.doem(pd.concat(rows)))
    assert counts.to_dict("index") == {
        "sum": {STEMMER: 1, AFRUNDING: 0, AFVIGER: 1, UPROEVET: 1, "i_alt": 3},
        "andel": {STEMMER: 1, AFRUNDING: 0, AFVIGER: 0, UPROEVET: 0, "i_alt": 1},
    }
    assert list(counts.index) == ["sum", "andel"]


# --- accepted deviations, and what differs from them ----------------------------------------------------------------


def accepterede(**rows):
    """Accepted deviations: by control, the finding, its explanation and the size."""
    return pd.DataFrame.from_dict(rows, orient="index", columns=["fund", "forklaring", "forskel"])


def test_a_known_deviation_carries_its_finding_and_a_number_that_agrees_does_not():
    known = accepterede(a=("f", "derfor", "2"))
    assert afstemning.doem(beregnet(beregnet=3), known)[["fund", "forklaring"]].to_numpy().tolist() == [["f", "derfor"]]
    assert afstemning.doem(beregnet(), known)[["fund", "forklaring"]].to_numpy().tolist() == [["", ""]]
    unrecorded = accepterede(a=("f", "", "2"))
    assert afstemning.doem(beregnet(beregnet=3), unrecorded)[["fund", "forklaring"]].to_numpy().tolist() == [["", ""]]


@pytest.mark.parametrize(
    ("beregnede", "accepteret", "kolonne", "ord"),
    [
        ({"beregnet": 3}, {}, "kontrol", "ny afvigelse: Kilde 000, linje 000:1: x: trykt 5, beregnet 3 (forskel 2)"),
        (
            {"beregnet": 3},
            {"a": ("f", "derfor", "-2")},
            "forskel",
            "afvigelsen har en anden størrelse, 2: Kilde 000, linje 000:1: x: trykt 5, beregnet 3",
        ),
        ({"beregnet": 3}, {"a": ("f", "", "2")}, "fund", "fundet står ikke i nogen tabel over kildefejl"),
        (
            {"beregnet": 5},
            {"a": ("f", "derfor", "2")},
            "kontrol",
            "afvigelsen forekommer ikke længere; dommen er «stemmer»",
        ),
        (
            {"beregnet": None},
            {"a": ("f", "derfor", "2")},
            "kontrol",
            "afvigelsen forekommer ikke længere; dommen er «kan ikke efterprøves»",
        ),
        ({"id": "b"}, {"a": ("f", "derfor", "2")}, "kontrol", "kontrollen findes ikke"),
    ],
)
def test_what_is_new_of_another_size_gone_or_not_recorded_is_found(beregnede, accepteret, kolonne, ord):
    known = accepterede(**accepteret)
    (finding,) = afstemning.nye_og_borte(afstemning.doem(beregnet(**beregnede), known), known)
    assert (finding.fil, finding.kolonne, finding.alvor) == ("fund_kontroller.csv", kolonne, "fejl")
    assert finding.regel == ord


def test_nothing_differs_where_each_deviation_is_accepted_with_its_size():
    known = accepterede(a=("f", "derfor", "2"), b=("f", "derfor", "-0.7"))
    rows = pd.concat(
        [
            beregnet(beregnet=3),
            beregnet(id="b", offentliggjort=Fraction(3, 10), beregnet=1, decimaler=1),
            beregnet(id="c"),
        ]
    )
    assert afstemning.nye_og_borte(afstemning.doem(rows, known), known) == []


def test_each_deviation_is_found_alone_in_the_order_of_the_controls():
    rows = pd.concat([beregnet(id=i, beregnet=3) for i in "cab"])
    assert [f.vaerdi for f in afstemning.nye_og_borte(afstemning.doem(rows), accepterede())] == ["c", "a", "b"]


def test_accepted_deviations_take_their_explanation_from_the_faults_of_the_sources():
    faults = [
        {
            "fejl": "f",
            "begrundelse": "Et ciffer er byttet.",
            "anvendt": "84",
            "trykt": None,
            "afgjort": "ja",
            "kilde": "004",
            "linje": 12,
        }
    ]
    tables = tabeller_af(
        fejl=faults,
        fund_kontroller=[
            {"kontrol": "a", "fund": "f", "forskel": "84"},
            {"kontrol": "b", "fund": "ukendt", "forskel": "1"},
        ],
    )
    assert afstemning.fund(tables).reset_index().to_dict("records") == [
        {
            "fund": "f",
            "tabel": "fejl",
            "forklaring": "Et ciffer er byttet.",
            "anvendt": "84",
            "trykt": "",
            "afgjort": "ja",
            "linje": "004:12",
        }
    ]
    assert afstemning.kendte(tables).to_dict("index") == {
        "a": {"fund": "f", "forklaring": "Et ciffer er byttet.", "forskel": "84"},
        "b": {"fund": "ukendt", "forklaring": "", "forskel": "1"},
    }


def test_declared_controls_are_those_that_judge_a_number_of_the_edition_with_their_led():
    tables = tabeller_af(
        fakta("f", "5 antal", felt="a", udgave=2021),
        fakta("g", "5 antal", felt="a", udgave=2023),
        fakta("h", "5 antal", felt="b", udgave=2021),
        kontroller=[kontrol(k, "sum", of) for k, of in (("1", "f"), ("2", "f"), ("3", "g"), ("4", "h"))],
        kontrol_led=[led(k, 1, "led", "g") for k in ("1", "3", "4")],
    )
    for chosen, ids, of in (
        (("a", 2021), ["1", "2"], ["1"]),
        (("a",), ["1", "2", "3"], ["1", "3"]),
        ((), ["1", "2", "3", "4"], ["1", "3", "4"]),
        (("c",), [], []),
    ):
        controls, parts = afstemning.erklaerede(tables, *chosen)
        assert (list(controls["id"]), list(parts["kontrol"])) == (ids, of)


@pytest.mark.parametrize(
    ("tal", "tekst"),
    [
        (-84, "-84"),
        (Fraction(7, 10), "0.7"),
        (Fraction(-145, 10), "-14.5"),
        (10_000_000, "10000000"),
        (0, "0"),
        (Fraction(1, 400), "0.0025"),
    ],
)
def test_a_difference_is_written_as_the_table_of_accepted_ones_has_it(tal, tekst):
    assert afstemning.skrevet(tal) == tekst
    assert Fraction(tekst) == tal


@pytest.mark.parametrize(
    ("tal", "decimaler", "tekst"), [(1234, 0, "1.234"), (Fraction(-7, 2), 1, "−3,5"), (2, 2, "2,00"), (None, 0, "–")]
)
def test_a_number_is_said_with_the_decimals_it_is_printed_with(tal, decimaler, tekst):
    assert afstemning.trykt_tal(tal, decimaler) == tekst


def test_a_number_is_covered_once_by_each_control_that_was_carried_out():
    facts = [fakta(i, "5 antal") for i in "abcd"] + [fakta("regel", "5 antal", kilde="regler")]
    controls = [kontrol("1", "sum", "a"), kontrol("2", "lighed", "b"), kontrol("3", "sum", "c", "Ikke trykt.")]
    parts = [
        led("1", 1, "led", "b"),
        led("1", 2, "led", "b", -1),
        led("1", 3, "led", "regel"),
        led("2", 1, "samme", "a"),
    ]
    tables = tabeller_af(*facts)
    coverage = afstemning.daekning(afstemning.doem(beregn(controls, parts, tables)), afstemning.tal(tables))
    assert coverage["kontroller"].to_dict() == {"a": 2, "b": 2, "c": 0, "d": 0}  # the rule is not published


# --- the letters on refugees ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "deviating"), [(2023, 2), (2025, 0)])
def test_every_published_quota_and_sum_of_a_letter_has_a_verdict(tabeller, year, deviating):
    controls = flygtninge.beregn(tabeller, year).kontroller
    own = controls[controls["id"].str.match(rf"flygtninge-{year}-")]
    counts = afstemning.optael(own)
    assert counts["i_alt"].to_dict() == {"regel": 103, "sum": 31, "lighed": 2}
    assert counts["afviger"].sum() == deviating
    assert (own.loc[own["dom"] == AFVIGER, "fund"] != "").all()
    assert controls["linjer"].str.fullmatch(r"\d{3}:\d+(; \d{3}:\d+)*").all()


def test_one_person_off_in_a_published_quota_is_a_deviation(tabeller):
    changed = dict(tabeller)
    changed["bilag_b"] = tabeller["bilag_b"].copy()
    row = changed["bilag_b"].query("kvoteaar == 2025 and kommunekode == '265'").index[0]
    changed["bilag_b"].loc[row, "kommunekvote"] += 1
    controls = flygtninge.beregn(changed, 2025).kontroller.set_index("id")
    wrong = controls[controls["dom"] == AFVIGER]
    assert wrong.at["flygtninge-2025-kommunekvote-265", "forskel"] == 1
    assert set(wrong.index) == {
        "flygtninge-2025-kommunekvote-265",
        "flygtninge-2025-sum-bilag-b-kommunekvote-sjaelland",
        "flygtninge-2025-sum-bilag-b-kommunekvote-danmark",
    }


# --- invariants -------------------------------------------------------------------------------------------------------

numbers = st.fractions(min_value=-1000, max_value=1000, max_denominator=60)
many_at_a_time = settings(max_examples=6)


@st.composite
def intervals(draw):
    """An interval and a true number in it."""
    low, value, high, true = sorted(draw(st.lists(numbers, min_size=4, max_size=4)))
    inner, printed = draw(st.permutations([value, high]))
    return Interval(low, printed, true), inner


@given(intervals(), intervals())
def test_an_interval_of_a_result_contains_the_result_of_what_its_numbers_stand_for(a, b):
    (x, true_x), (y, true_y) = a, b
    results = [(x + y, true_x + true_y), (x - y, true_x - true_y), (x * y, true_x * true_y), (-x, -true_x)]
    if not y.mindst <= 0 <= y.hoejst:
        results.append((x / y, true_x / true_y))
    else:
        with pytest.raises(ZeroDivisionError):
            x / y
    for interval, true in results:
        assert interval.mindst <= true <= interval.hoejst
        assert interval.mindst <= interval.vaerdi <= interval.hoejst


@given(numbers, numbers)
def test_an_interval_of_exact_numbers_is_the_number(a, b):
    assert Interval.punkt(a) + Interval.punkt(b) == Interval.punkt(a + b)
    assert Interval.punkt(a) * Interval.punkt(b) == Interval.punkt(a * b)


def trykt(sand, decimaler, enhed):
    """A true number of the unit as it is printed with so many decimals."""
    rounded = dansk.afrund(sand, decimaler)
    return f"{dansk.tal(sand, decimaler)}={rounded} {enhed}"


@st.composite
def sande(draw, mindst=1, hoejst=9999):
    """A true positive number, and it as printed, rounded or counted."""
    unit, decimals = draw(
        st.sampled_from([("kr.", 0), ("1.000 kr.", 0), ("mio. kr.", 1), ("mio. kr.", 2), ("antal", 0)])
    )
    if unit == "antal":
        true = Fraction(draw(st.integers(mindst, hoejst)))
        return true, trykt(true, 0, unit)
    own = draw(st.fractions(min_value=mindst, max_value=hoejst, max_denominator=3000))
    return own * Fraction(ENHEDER[unit][1]), trykt(own, decimals, unit)


penge = st.fractions(min_value=-500, max_value=500, max_denominator=3000)
few = st.integers(0, 2)


@st.composite
def en_sum(draw):
    parts = draw(
        st.lists(
            st.tuples(penge, st.sampled_from([(0, "kr."), (1, "mio. kr."), (0, "1.000 kr.")])), min_size=1, max_size=6
        )
    )
    total = sum(own * Fraction(ENHEDER[unit][1]) for own, (_, unit) in parts)
    return trykt(total / 1000, draw(few), "1.000 kr."), {"led": [trykt(own, d, unit) for own, (d, unit) in parts]}


@st.composite
def en_andel(draw):
    part, whole = draw(sande()), draw(sande())
    return trykt(part[0] / whole[0] * 100, draw(few), "procent"), {"del": [part[1]], "hel": [whole[1]]}


@st.composite
def en_aendring_procent(draw):
    til, fra, sign = draw(sande()), draw(sande()), draw(st.sampled_from([1, -1]))
    change = (til[0] - sign * fra[0]) / fra[0]
    return trykt(change * 100, draw(few), "procent"), {
        "til": [til[1]],
        "fra": [fra[1] if sign == 1 else f"minus {fra[1]}"],
    }


@st.composite
def et_forhold(draw):
    top, bottom = draw(sande()), draw(sande())
    return trykt(top[0] / bottom[0], draw(few), "kr."), {"taeller": [top[1]], "naevner": [bottom[1]]}


@st.composite
def en_faktor(draw):
    base, factor, digits = draw(sande()), draw(st.fractions(min_value=-9, max_value=9, max_denominator=300)), draw(few)
    return trykt(base[0] * factor, draw(few), "kr."), {
        "grundtal": [base[1]],
        "faktor": [trykt(factor, digits, "andel")],
    }


@st.composite
def en_fordeling(draw):
    total, part, whole = draw(sande()), draw(sande()), draw(sande())
    return trykt(total[0] * part[0] / whole[0], draw(few), "kr."), {
        "total": [total[1]],
        "del": [part[1]],
        "hel": [whole[1]],
    }


SANDE = {
    "sum": en_sum(),
    "andel": en_andel(),
    "aendring_procent": en_aendring_procent(),
    "forhold": et_forhold(),
    "faktor": en_faktor(),
    "fordeling": en_fordeling(),
}


@pytest.mark.parametrize("art", SANDE)
@many_at_a_time
@given(data=st.data())
def test_roundings_of_true_numbers_never_deviate(art, data):
    cases = data.draw(st.lists(SANDE[art], min_size=25, max_size=25))
    judged = doemte(*((art, number, roles) for number, roles in cases))
    wrong = judged[~judged["dom"].isin([STEMMER, AFRUNDING])]
    assert wrong.empty, [(cases[i], judged.at[i, "beregnet"]) for i in wrong.index]


@many_at_a_time
@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 2000), few), min_size=25, max_size=25))
def test_a_change_in_per_cent_from_a_whole_number_has_a_whole_number(changes):
    rounded = [
        (to, start, d, Fraction(dansk.afrund(Fraction(to - start, start) * 100, d)) / 100) for to, start, d in changes
    ]
    # The others are refused: there the next whole number changes the per cent by less than its last digit.
    changes = [
        (to, start, d) for to, start, d, p in rounded if p > -1 and (1 + p) ** 2 / to >= Fraction(1, 100 * 10**d)
    ]
    assume(changes)
    judged = doemte(
        *(
            ("heltal", trykt(Fraction(to - start, start) * 100, d, "procent"), {"til": [f"{to}={to} antal"]})
            for to, start, d in changes
        )
    )
    assert set(judged["dom"]) <= {STEMMER}


@many_at_a_time
@given(st.lists(st.tuples(st.lists(penge, min_size=1, max_size=4), penge, few), min_size=10, max_size=10))
def test_other_units_for_all_numbers_change_no_verdict(rows):
    """Of sums and shares: what is printed is the same, only the unit is another."""
    verdicts = []
    for unit in ("kr.", "1.000 kr.", "mio. kr."):
        sums = [("sum", trykt(total, d, unit), {"led": [trykt(x, d, unit) for x in parts]}) for parts, total, d in rows]
        shares = [
            ("andel", "50 procent", {"del": [trykt(parts[0], d, unit)], "hel": [trykt(abs(total) + 1, d, unit)]})
            for parts, total, d in rows
        ]
        verdicts.append(list(doemte(*sums, *shares)["dom"]))
    assert verdicts[0] == verdicts[1] == verdicts[2]


@many_at_a_time
@given(st.data(), st.lists(st.tuples(st.lists(penge, min_size=2, max_size=5), penge), min_size=10, max_size=10))
def test_the_order_of_led_does_not_matter(data, rows):
    for art, role in (("sum", "led"), ("graense", "hoejst"), ("graense", "mindst")):
        texts = [([trykt(x, 1, "mio. kr.") for x in parts], trykt(total, 1, "mio. kr.")) for parts, total in rows]
        first = doemte(*((art, total, {role: parts}) for parts, total in texts))
        second = doemte(*((art, total, {role: data.draw(st.permutations(parts))}) for parts, total in texts))
        assert first[["dom", "beregnet"]].equals(second[["dom", "beregnet"]])


@many_at_a_time
@given(st.lists(st.tuples(sande(), sande(), st.integers(-200, 200)), min_size=20, max_size=20))
def test_a_verdict_is_rounding_exactly_where_what_is_printed_and_what_is_computed_meet(rows):
    """The rule itself for a share, from the texts alone."""
    cases, expected = [], []
    for part, whole, off in rows:
        number = trykt(part[0] / whole[0] * 100 + Fraction(off, 20), 1, "procent")
        cases.append(("andel", number, {"del": [part[1]], "hel": [whole[1]]}))
        ends = []
        for text in (part[1], whole[1]):
            value, unit = text.partition("=")[2].split(" ", 1)
            half = Fraction(0) if unit == "antal" else Fraction(1, 2 * 10 ** len(value.partition(".")[2]))
            ends.append([(Fraction(value) + x) * Fraction(ENHEDER[unit][1]) for x in (-half, 0, half)])
        (p0, p1, p2), (w0, w1, w2) = ends
        published = Fraction(number.partition("=")[2].split(" ")[0])
        meets = p0 / w2 * 100 - Fraction(1, 20) <= published <= p2 / w0 * 100 + Fraction(1, 20)
        expected.append(
            STEMMER if Fraction(dansk.afrund(p1 / w1 * 100, 1)) == published else AFRUNDING if meets else AFVIGER
        )
    assert list(doemte(*cases)["dom"]) == expected


def test_the_module_knows_no_field():
    text = "".join(p.read_text(encoding="utf-8") for p in sorted(Path(afstemning.__file__).parent.glob("*.py")))
    assert not re.search(r"^(from|import) .*(flygtninge|klynger|socialtilsyn|boernehus)", text, re.M)
