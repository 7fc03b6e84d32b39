"""Templates: one rule for a shape of table gives the controls of every edition."""

import re
from fractions import Fraction

import pandas as pd
import pytest

from kkrlib import afstemning, data
from kkrlib.afstemning import skabeloner
from kkrlib.afstemning.skabeloner import ALT, INGEN, VAELGER, udfold
from kkrlib.errors import DataError

FELTER = (
    "socialtilsyn", "boernehus", "sundhedssekretariat", "socialsekretariat", "sosu", "optag", "infrastruktur",
    "dk2020", "saerlige-pladser", "flygtninge-tekst", "klynger-tekst", "klyngekontorer-tekst",
)  # fmt: skip


@pytest.fixture(scope="module")
def tabeller():
    return data.load()


@pytest.fixture(scope="module")
def alle(tabeller):
    return udfold(tabeller)


# --- a table of our own -----------------------------------------------------------------------------------------------


def fakta(raekke, kolonne="antal", *, udgave=2023, aar=None, tabel="Tabel 1", **andet):
    own = {
        "felt": "f", "udgave": udgave, "tabel": tabel, "afsnit": None, "raekke": raekke, "kolonne": kolonne,
        "beskriver_aar": udgave if aar is None else aar, "basisaar": None, "enhed": "antal", "kommunekode": None,
        "kilde": "004", "linje": 1,
    } | andet  # fmt: skip
    said = f"f-{own['udgave']}-{skabeloner.slug(tabel)}-{skabeloner.slug(str(raekke))}-{skabeloner.slug(kolonne)}"
    return {"id": andet.get("id", said)} | own


def skabelon(id="sum", art="sum", **andet):
    return {
        "id": id, "felt": "f", "fra": None, "til": None, "art": art, "hvilken": None, "hvor": "altid",
        "tabel": "Tabel 1", "afsnit": INGEN, "raekke": "I alt", "kolonne": ALT, "aar": ALT, "basisaar": INGEN,
        "enhed": "antal", "beskrivelse": "{tabel}, {kolonne}: {raekke:lille}",
    } | andet  # fmt: skip


def led(skabelon="sum", nr=1, rolle="led", **andet):
    own = dict.fromkeys(["felt", "udgave", *VAELGER, "hvilken", "mindst", "hoejst"])
    return {"skabelon": skabelon, "nr": nr, "rolle": rolle, "fortegn": 1} | own | andet


def lille(fakta_, skabeloner_, led_, navne=()):
    return {
        "fakta": pd.DataFrame(fakta_).convert_dtypes(),
        "skabeloner": pd.DataFrame(skabeloner_).convert_dtypes(),
        "skabelon_led": pd.DataFrame(led_),
        "skabelon_tabeller": pd.DataFrame(navne, columns=["felt", "navn", "fra", "til", "tabel"]).convert_dtypes(),
        "kolonneroller": pd.DataFrame(columns=["tabel", "kolonne", "rolle", "noegle"]),
    }


TRE = [fakta(r, udgave=u) for u in (2023, 2025) for r in ("A", "B", "I alt")]
RESTEN = led(raekke="!I alt", hvilken="alle")


def relationer(tabeller_):
    controls, parts = udfold(tabeller_)
    of = parts.groupby("kontrol", sort=False)["fakta"].apply(list)
    return {k: (f, of[k]) for k, f in zip(controls["id"], controls["fakta"], strict=True)}


def fund(*args, **kwargs):
    with pytest.raises(DataError) as caught:
        udfold(lille(*args, **kwargs))
    return [(f.fil, f.raekke, f.kolonne, f.regel) for f in caught.value.fund]


def test_one_template_gives_every_edition_its_control_of_its_own_numbers():
    made = relationer(lille(TRE, [skabelon()], [RESTEN]))
    assert made == {
        f"f-{u}-sum-antal": (f"f-{u}-tabel-1-i-alt-antal", [f"f-{u}-tabel-1-{r}-antal" for r in "ab"])
        for u in (2023, 2025)
    }


def test_a_template_is_for_the_editions_from_and_to_both_included():
    for limits, editions in (
        ({"fra": 2025}, [2025]),
        ({"til": 2023}, [2023]),
        ({"fra": 2023, "til": 2025}, [2023, 2025]),
    ):
        made = relationer(lille(TRE, [skabelon(**limits)], [RESTEN]))
        assert list(made) == [f"f-{u}-sum-antal" for u in editions]


def test_the_judged_number_is_never_among_all_of_its_own_column():
    made = relationer(lille(TRE, [skabelon(til=2023)], [led(raekke=ALT, hvilken="alle")]))
    assert made == {"f-2023-sum-antal": ("f-2023-tabel-1-i-alt-antal", [f"f-2023-tabel-1-{r}-antal" for r in "ab"])}


def test_the_edition_before_is_the_nearest_one_and_the_first_has_none():
    rows = [fakta("A", udgave=u) for u in (2020, 2021, 2023)]
    template = skabelon("foer", "lighed", raekke="A", hvor="naar_led_findes")
    part = led("foer", rolle="samme", udgave="forrige", aar="{forrige}")
    made = relationer(lille(rows, [template], [part]))
    assert {k: own for k, (_, own) in made.items()} == {
        "f-2021-foer-antal": ["f-2020-tabel-1-a-antal"],
        "f-2023-foer-antal": ["f-2021-tabel-1-a-antal"],
    }


def test_a_description_has_the_names_of_the_table_and_its_own_control():
    controls, _ = udfold(lille(TRE, [skabelon()], [RESTEN]))
    assert set(controls["beskrivelse"]) == {"Tabel 1, antal: i alt"}


def test_a_hole_takes_the_judged_numbers_own_years_and_a_led_those_of_what_is_judged():
    rows = [fakta("A", "2022", aar=2022), fakta("A", "2023"), fakta("A", "vækst 2022-2023", basisaar=2022)]
    template = skabelon(
        "vaekst", "aendring", raekke=ALT, kolonne="vækst {basisaar}-{aar}", basisaar="!ingen", beskrivelse="{aar-1}"
    )
    parts = [
        led("vaekst", 1, "til", kolonne="{aar}", basisaar=INGEN),
        led("vaekst", 2, "fra", kolonne="{basisaar}", aar="{basisaar}", basisaar=INGEN),
    ]
    ((judged, others),) = relationer(lille(rows, [template], parts)).values()
    assert (judged, others) == ("f-2023-tabel-1-a-v-kst-2022-2023".replace("v-kst", "vaekst"), [
        "f-2023-tabel-1-a-2023", "f-2023-tabel-1-a-2022",
    ])  # fmt: skip


def test_a_table_that_is_renumbered_is_found_by_its_name_and_last_years_number_in_the_edition_before():
    rows = [fakta("A", aar=2022, tabel="Tabel 3", udgave=2022), fakta("A", aar=2022, udgave=2023)]
    names = [("f", "sager", 2022, 2022, "Tabel 3"), ("f", "sager", 2023, None, "Tabel 1")]
    template = skabelon(
        "foer", "lighed", tabel="sager", raekke=ALT, aar="{forrige}", beskrivelse="{Tabel:sager} {forrige:sager}"
    )
    controls, parts = udfold(
        lille(rows, [template], [led("foer", rolle="samme", udgave="forrige", tabel="sager")], names)
    )
    assert (list(controls["fakta"]), list(parts["fakta"])) == (["f-2023-tabel-1-a-antal"], ["f-2022-tabel-3-a-antal"])
    assert list(controls["beskrivelse"]) == ["Tabel 1 tabel 3"]


@pytest.mark.parametrize(
    ("judged", "other", "pairs"),
    [
        ("oevrige", "1", [("2", "1"), ("3", "1")]),
        ("tidligere", "sidste", [("1", "3"), ("2", "3")]),
        ("2", "1", [("2", "1")]),
    ],
)
def test_the_same_number_in_several_places_is_told_apart_by_the_order_of_the_source(judged, other, pairs):
    rows = [fakta("A", id=str(n), linje=n) for n in (3, 1, 2)]
    template = skabelon("to", "lighed", raekke="A", hvilken=judged)
    made = relationer(lille(rows, [template], [led("to", rolle="samme", hvilken=other)]))
    assert [(f, *own) for f, own in made.values()] == pairs


def test_a_template_that_no_number_fits_is_a_finding_in_its_row():
    assert fund(TRE, [skabelon(), skabelon("x", raekke="Ialt")], [RESTEN, led("x", raekke="A")]) == [
        ("skabeloner.csv", "3", "id", "skabelonen passer ikke på noget tal")
    ]


def test_a_led_that_fits_none_or_several_is_a_finding_in_its_row_with_the_judged_number():
    none = fund(TRE, [skabelon(til=2023)], [RESTEN, led(nr=2, raekke="C")])
    assert none == [
        ("skabelon_led.csv", "3", "raekke", "intet tal passer til f-2023-tabel-1-i-alt-antal (skabelonen sum)")
    ]
    ((file, row, column, said),) = fund(TRE, [skabelon(til=2023)], [led(raekke="A|B")])
    assert (file, row, column) == ("skabelon_led.csv", "2", "hvilken")
    assert "er flertydig: 2 tal passer (f-2023-tabel-1-a-antal og f-2023-tabel-1-b-antal)" in said


def test_a_text_that_an_edition_does_not_have_gives_it_no_control_where_the_template_says_so():
    rows = [*TRE, fakta("C", udgave=2025)]
    made = relationer(lille(rows, [skabelon(hvor="naar_led_findes")], [led(raekke="C")]))
    assert list(made) == ["f-2025-sum-antal"]


def test_a_judged_number_that_is_printed_twice_is_a_finding_until_one_is_chosen():
    rows = [fakta("I alt", id="x"), fakta("I alt", id="y"), fakta("A")]
    ((file, row, _, said),) = [f for f in fund(rows, [skabelon()], [led(raekke="A")]) if f[2] == "hvilken"]
    assert (file, row) == ("skabeloner.csv", "2") and "er flertydig: 2 tal passer (x og y)" in said
    assert relationer(lille(rows, [skabelon(hvilken="2")], [led(raekke="A")]))["f-2023-sum-antal"][0] == "y"


@pytest.mark.parametrize(
    ("template", "part", "file", "column", "said"),
    [
        ({"felt": "g"}, {}, "skabeloner.csv", "felt", "intet tal har det felt; brug f"),
        ({"hvor": "tit"}, {}, "skabeloner.csv", "hvor", "brug altid og naar_led_findes"),
        ({"hvilken": "0"}, {}, "skabeloner.csv", "hvilken", "brug 1, 2"),
        ({"enhed": None}, {}, "skabeloner.csv", "enhed", "skal udfyldes; brug * for enhver værdi, ingen for ingen"),
        ({"beskrivelse": "{rk}"}, {}, "skabeloner.csv", "beskrivelse", "«{rk}» er ikke en kolonne"),
        ({}, {"kolonne": "{år}"}, "skabelon_led.csv", "kolonne", "«{år}» er ikke en kolonne"),
        ({}, {"rolle": "del"}, "skabelon_led.csv", "rolle", "ukendt rolle «del»; brug led"),
        ({}, {"hvilken": "først"}, "skabelon_led.csv", "hvilken", "brug 1, 2"),
        ({}, {"udgave": "2021"}, "skabelon_led.csv", "udgave", "brug forrige"),
        ({}, {"felt": "g"}, "skabelon_led.csv", "felt", "intet tal har det felt"),
        ({}, {"skabelon": "summ"}, "skabelon_led.csv", "skabelon", "findes ikke i skabeloner.csv; mente du «sum»?"),
    ],
)
def test_what_is_not_in_the_vocabulary_is_a_finding_with_what_can_be_written(template, part, file, column, said):
    found = fund(TRE, [skabelon(**template)], [RESTEN | part])
    assert any((f, r, c) == (file, "2", column) and said in rule for f, r, c, rule in found), found


def test_two_templates_that_give_the_same_control_are_a_finding_in_the_row_of_the_later():
    ((file, row, _, said), *_) = fund(TRE, [skabelon(), skabelon()], [RESTEN])
    assert (file, row) == ("skabeloner.csv", "3") and "giver kontrollen f-2023-sum-antal, som også sum giver" in said


def test_there_are_no_controls_where_there_are_no_templates():
    assert [len(t) for t in udfold({})] == [0, 0]


# --- the data ---------------------------------------------------------------------------------------------------------


def test_few_controls_stand_alone_and_each_says_why(tabeller, alle):
    assert len(tabeller["kontroller"]) < 150 and len(alle[0]) >= 950
    assert tabeller["kontroller"]["grund"].str.endswith(".").all()


def test_a_description_has_no_hole_left_and_reads_as_one_line(alle):
    for said in alle[0]["beskrivelse"]:
        assert not re.search(r"[{}]|\s{2}|\s[,:]|^[a-zæøå]", said), said


def om_fyrre_aar(text):
    """A label with every year in it forty years on."""
    return re.sub(r"\b(19|20)\d\d\b", lambda m: str(int(m[0]) + 40), text)


@pytest.fixture(scope="module")
def naeste(tabeller):
    """The tables with a made-up later edition of every field: the same rows, numbers and names of tables, other years.

    Of socialtilsyn the last report, two years on, as the one before is two years back; of all others every edition
    forty years on, with the wide tables' rows of those years, which templates look in.
    """
    facts = tabeller["fakta"]
    report = facts["felt"] == "socialtilsyn"
    new = []
    for own, years in ((facts[report & (facts["udgave"] == SIDSTE)], 2), (facts[~report], 40)):
        moved = own.assign(**{c: own[c] + years for c in ("udgave", "beskriver_aar", "basisaar")})
        moved["id"] = "naeste-" + own["id"]
        if years == 40:
            secretariat = own["felt"].str.endswith("sekretariat") & (own["kolonne"] != "nævnt")
            moved["kolonne"] = own["kolonne"].map(om_fyrre_aar)
            moved["raekke"] = own["raekke"].map(om_fyrre_aar).where(secretariat, own["raekke"])
        else:
            moved["kolonne"] = [
                re.sub(r"^(.*)(20\d\d)$", lambda m: f"{m[1]}{int(m[2]) + 2}", k)
                if k != "Antal godkendte 2020/2021"
                else k
                for k in own["kolonne"]
            ]
        new.append(moved)
    later = {**tabeller, "fakta": pd.concat([facts, *new], ignore_index=True)}
    wide = set(tabeller["skabelon_led"].query("felt == 'ingen'")["tabel"])
    for column in tabeller["kolonneroller"].itertuples():
        for key in {"aar", "kvoteaar", "fra_aar"} & set(column.noegle.split()):
            if column.tabel in wide:
                wide.discard(column.tabel)
                table = tabeller[column.tabel]
                later[column.tabel] = pd.concat([table, table.assign(**{key: table[key] + 40})], ignore_index=True)
    return later


SIDSTE = 2023

#: Those approved in 2020 and 2021 are one cohort, counted first in the report of 2021: a report two years after 2023
#: has none before it that counted a cohort of 2022 and 2023.
KOHORTE = [
    f"socialtilsyn-2023-{name}"
    for name in (
        "koncept-godkendt-forrige",
        "godkendt-2020-forrige",
        "fortsat-godkendte-forrige",
        "egen-drift-forrige",
        "koncept-naestved-forrige",
        "koncept-hjoerring-forrige",
        "koncept-faxe-forrige",
        "sagsoverdraget-forrige",
        "profil-erfaring-erfaring-med-aflastning-plejefamilier-godkendt-i-2020-og-2021",
        "profil-erfaring-erfaring-med-anbragte-boern-og-unge-plejefamilier-godkendt-i-2020-og-2021",
        "profil-biologiske-boern",
        "profil-plejeforaeldre-med-en-paedagogisk-uddannelse",
    )
]


def doemt(tabeller_):
    """Control → its template, its verdict, and whether all its numbers are of one edition."""
    controls, parts = udfold(tabeller_)
    judged = afstemning.beregn(controls, parts, afstemning.tal(tabeller_))
    verdicts = dict(zip(judged["id"], afstemning.doem(judged)["dom"], strict=True))
    facts = dict(zip(judged["id"], judged["alle_fakta"], strict=True))
    edition = dict(zip(tabeller_["fakta"]["id"], tabeller_["fakta"]["udgave"], strict=True))
    alone = {k: len({edition[f] for f in own if f in edition}) == 1 for k, own in facts.items()}
    return {
        key: (row, verdicts[key], alone[key], own)
        for key, row, own in zip(controls["id"], controls["raekke"], map(facts.get, controls["id"]), strict=True)
    }


@pytest.fixture(scope="module")
def begge(tabeller, naeste):
    return doemt(tabeller), doemt(naeste)


@pytest.mark.parametrize("felt", FELTER)
def test_a_made_up_later_edition_of_a_field_gets_all_its_controls_from_data_alone(tabeller, begge, felt):
    now, later = begge
    of = dict(zip(tabeller["fakta"]["id"], tabeller["fakta"]["udgave"], strict=True))
    last = {
        k: v for k, v in now.items() if k.startswith(f"{felt}-") and (felt != "socialtilsyn" or of[v[3][0]] == SIDSTE)
    }
    new = {k: v for k, v in later.items() if k.startswith(f"{felt}-") and v[3][0].startswith("naeste-")}
    assert last
    there = {(row, tuple(f.removeprefix("naeste-") for f in own)): dom for row, dom, _, own in new.values()}
    missing = []
    for key, (row, dom, alone, own) in last.items():
        wide = tuple(re.sub(r"/((?:19|20)\d\d)(?=/)", lambda m: f"/{int(m[1]) + 40}", f) for f in own)
        if alone or felt != "socialtilsyn":
            if there.get((row, own if felt == "socialtilsyn" else wide)) != dom:
                missing.append(key)
        elif not any(r == row and o[0] == own[0] for r, o in there):
            missing.append(key)  # against the edition before, which is another one with its own numbers
    assert missing == (KOHORTE if felt == "socialtilsyn" else [])


def test_other_numbers_of_the_same_shape_change_no_control_only_its_verdict(tabeller, alle):
    facts = tabeller["fakta"].assign(
        vaerdi=[str(Fraction(v) * 2) if isinstance(v, str) else v for v in tabeller["fakta"]["vaerdi"]]
    )
    controls, _ = udfold({**tabeller, "fakta": facts})
    assert list(controls["id"]) == list(alle[0]["id"])
