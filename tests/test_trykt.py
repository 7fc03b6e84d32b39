"""A printed number is read in one place, and each fact is what its row says is printed; numbers make sense where they
stand.
"""

from fractions import Fraction

import gennemloeb
import pytest

from kkrlib import trykt
from kkrlib.data import tal

# --- reading what is printed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tekst", "vaerdi", "decimaler", "enhed"),
    [
        ("2.234", "2234", 0, ""),
        ("1.234.567,25", "1234567.25", 2, ""),
        ("3244", "3244", 0, ""),
        ("14.6 %", "14.6", 1, "%"),
        ("17,7%", "17.7", 1, "%"),
        ("-37 %", "-37", 0, "%"),
        ("−5", "-5", 0, ""),
        ("+8", "8", 0, ""),
        ("2/3", "2/3", 2, ""),
        ("½", "1/2", 2, ""),
        ("2½", "5/2", 2, ""),
        ("2,5 mio. kr.", "2.5", 1, "mio. kr."),
        ("-", "0", 0, ""),
    ],
)
def test_a_printed_number_is_read_exactly_with_its_decimals_and_its_unit(tekst, vaerdi, decimaler, enhed):
    said = trykt.laes(tekst)
    assert (said.vaerdi, said.decimaler, said.enhed) == (Fraction(vaerdi), decimaler, enhed)


@pytest.mark.parametrize(
    "tekst",
    ["fire", "COVID-19 relaterede opgaver", "2019-2023", "1. Resurser", "1.23.456", "12.34.5", "1,2,3", "", "%", "1/0"],
)
def test_what_is_no_number_or_more_than_one_is_not_guessed(tekst):
    assert trykt.laes(tekst) is None


# --- each fact is what is printed -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filer(tabeller):
    return gennemloeb.som_filer(tabeller)


def fund(filer, table, key, changes):
    """What the checks of one table on its numbers say when cells of one row (its first cell is ``key``) are others;
    positions in the file.
    """
    changed = filer[table].copy()
    (row,) = changed.index[changed.iloc[:, 0] == key] if isinstance(key, str) else [key]
    for column, value in changes.items():
        changed.loc[row, column] = value
    tables, resource = {**filer, table: changed}, gennemloeb.resourcer()[table]
    rules = [rule for rule in resource["checks"] if rule["check"] in tal.CHECKS]
    found = [f for rule in rules for f in tal.CHECKS[rule["check"]](changed, resource, rule, tables)]
    assert all(f.raekke == str(row + 2) and f.fil == f"{table}.csv" for f in found), found
    return {f.kolonne: f.regel for f in reversed(found)}


FAKTA = "fakta"
NETTO_NUL = "dk2020-2022-sjaelland-netto-nul"
ASSENS = "dk2020-2020-liste-assens"
ODENSE = "sundhedssekretariat-2022-mandat-odense"
STIGNING = "socialtilsyn-2021-tekst-2788-plejefamilier-aendring-procent"
BESOEG = "socialtilsyn-2020-tekst-1006-tilsynsbesoeg"
FALD = "socialtilsyn-2021-t07-boerne-og-unge-2021-aendring"
ANDEL = "socialtilsyn-2021-t05-plejefamilier-andel"
I_ALT = "socialtilsyn-2021-t02-i-alt"
SKAERPET = "socialtilsyn-2021-tekst-3124-takst-for-skaerpet-tilsyn-pr-maaned"
PRIS = "socialtilsyn-2020-tekst-1025-godkendte-pladser-i-plejefamilier-aendring-procent"


def test_each_fact_of_the_project_is_what_its_row_says_is_printed(filer):
    resources = gennemloeb.resourcer()
    (rule,) = [r for r in resources[FAKTA]["checks"] if r["check"] == "trykt"]
    assert tal.CHECKS["trykt"](filer[FAKTA], resources[FAKTA], rule, filer) == []
    assert (filer[FAKTA]["art"] == "tal").sum() > 1700


@pytest.mark.parametrize(
    ("table", "key", "changes", "column", "said"),
    [
        # the number used is not the number printed
        (FAKTA, BESOEG, {"vaerdi": "9234"}, "vaerdi", "er ikke det trykte tal «2.234», som "
        "er 2234"),
        (FAKTA, I_ALT, {"vaerdi": "1099"}, "vaerdi", "er ikke det trykte tal «1.098»"),
        (FAKTA, I_ALT, {"vaerdi": "1.098"}, "vaerdi", "dér skiller punktummet tusinder"),
        (FAKTA, I_ALT, {"vaerdi": "-1098"}, "vaerdi", "er ikke det trykte tal «1.098», som er 1098"),
        (FAKTA, I_ALT, {"vaerdi": "1/3"}, "vaerdi", "er ikke det trykte tal"),
        (FAKTA, I_ALT, {"trykt": "1.089"}, "vaerdi", "er ikke det trykte tal «1.089»"),
        (FAKTA, "boernehus-2024-greve-andel", {"vaerdi": "69"}, "vaerdi", "er ikke det trykte tal «6,9», som er 6.9"),
        (FAKTA, "boernehus-2024-greve-kr-700", {"vaerdi": "1690.110"}, "vaerdi", "dér skiller punktummet tusinder"),
        (FAKTA, "sosu-2022-tekst-kkr", {"vaerdi": "6"}, "vaerdi", "er ikke det trykte tal «fem», som er 5"),
        (FAKTA, "klynger-tekst-2022-model-1-central", {"vaerdi": "2"}, "vaerdi", "er ikke det trykte tal «2½», som er "
        "2.5"),
        # a name is no number
        (FAKTA, ODENSE, {"vaerdi": "1"}, "vaerdi", "skal være tom, når art er «navn»"),
        (FAKTA, "boernehus-2024-greve-andel", {"vaerdi": ""}, "vaerdi", "må ikke være tom"),
        # a fall that only words say is declared, and nothing else is negative
        (FAKTA, PRIS, {"vaerdi": "1.8"}, "vaerdi", "er ikke det trykte tal «1,8 %», som er -1.8"),
        (FAKTA, STIGNING, {"vaerdi": "-1.2"}, "vaerdi", "skal stå i fald.csv"),
        (FAKTA, PRIS, {"trykt": "-1,8 %"}, "vaerdi", "der står minus foran"),
        (FAKTA, PRIS, {"maal": "niveau"}, "vaerdi", "maal er «niveau»"),
        # a word that is in no list, a text that holds more than a number, a unit that is another
        (FAKTA, "socialtilsyn-2021-tekst-3690-modtagne-klager", {"trykt": "ti"}, "trykt", "står i talord.csv"),
        (FAKTA, ASSENS, {"art": "tal", "vaerdi": "1", "maal": "niveau"}, "trykt", "er hverken et trykt tal "
        "eller et ord"),
        (FAKTA, I_ALT, {"trykt": "1.098 og 3"}, "trykt", "er hverken et trykt tal eller et ord"),
        (FAKTA, ANDEL, {"enhed": "andel"}, "enhed", "er trykt med «%», men rækkens enhed er "
        "«andel»"),
        (FAKTA, "boernehus-2024-greve-kr-700", {"trykt": "1.690.110 mio. kr."}, "enhed", "er trykt med «mio. kr.»"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_the_printed_one_is_named_in_its_own_row(filer, table, key, changes, column, said):
    found = fund(filer, table, key, changes)
    assert said in found[column], found


@pytest.mark.parametrize(
    ("table", "key", "changes", "column", "said"),
    [
        # years
        (FAKTA, I_ALT, {"beskriver_aar": "20222"}, "beskriver_aar", "mere end 10 år efter 2022"),
        (FAKTA, PRIS, {"basisaar": "219"}, "basisaar", "før 1990"),
        ("bilag_a", 0, {"kvoteaar": "2203"}, "kvoteaar", "mere end 10 år efter 2022"),
        ("klynge_kontorer", "clean", {"til_aar": "20024"}, "til_aar", "mere end 10 år efter"),
        ("socialtilsyn_afledte", 0, {"aar": "1019"}, "aar", "før 1990"),
        (FAKTA, NETTO_NUL, {"vaerdi": "20500", "trykt": "20500"}, "vaerdi", "må højst være 2100"),
        # shares and changes
        (FAKTA, ANDEL, {"vaerdi": "500", "trykt": "500 %"}, "vaerdi", "må højst være 100"),
        (FAKTA, SKAERPET, {"vaerdi": "10", "trykt": "10"}, "vaerdi", "må højst være 1"),
        (FAKTA, "boernehus-2024-greve-andel", {"vaerdi": "-6.9", "trykt": "-6,9"}, "vaerdi", "skal være mindst 0"),
        (FAKTA, FALD, {"vaerdi": "-370", "trykt": "-370 %"}, "vaerdi", "skal være "
        "mindst -100"),
        ("klynge_kontorvilkaar", 0, {"mindst_procent": "850"}, "mindst_procent", "må højst være 100"),
        ("socialtilsyn_regler", 0, {"enhed": "andel"}, "vaerdi", "må højst være 1"),
        ("forbehold", "ca.", {"over_procent": "500"}, "over_procent", "må højst være 100"),
        # what counts whole things
        (FAKTA, I_ALT, {"vaerdi": "1098.5", "trykt": "1.098,5"}, "vaerdi", "skal være et helt tal"),
        (FAKTA, I_ALT, {"vaerdi": "-1098", "trykt": "-1.098"}, "vaerdi", "skal være mindst 0"),
        # from low to high
        ("socialtilsyn_afledte", 0, {"mindst": "99999"}, "mindst", "er større end hoejst, som er 35063"),
        ("klynge_kontorvilkaar", 0, {"mindst_antal": "17"}, "mindst_antal", "er større end oevrige, som er 16"),
        ("socialtilsyn_rapporter", "2021", {"linje_slut": "12"}, "linje", "er større end linje_slut"),
        # a row's own sum
        ("klynge_aar", 0, {"i_alt": "80000001"}, "i_alt", "er ikke summen af pulje_kommuner og pulje_regioner, som er "
        "80000000"),
        ("klynge_aar", 0, {"pulje_regioner": "4000000"}, "i_alt", "som er 44000000"),
        # what belongs together
        ("klynge_kontorvilkaar", 0, {"linje_oevrige": ""}, "linje_oevrige", "må ikke være tom, når oevrige er udfyldt"),
        ("klynge_register", 0, {"linje_akuthospital": "12"}, "akuthospital", "må ikke være tom, når "
        "linje_akuthospital er udfyldt"),
        ("landstal", "2023", {"aftalefrist": ""}, "aftalefrist", "må ikke være tom, når linje_aftalefrist er udfyldt"),
        # what must be somewhere else too
        ("socialtilsyn_indikatorer", "plejefamilier-almen", {"del_af": "plejefamilie"}, "del_af", "mente du "
        "«plejefamilier»?"),
        ("fald", 0, {"fakta": "2020-tekst-1025"}, "fakta", "findes ikke i fakta.csv, kolonne id"),
        ("talord", "dobbelt", {"trykt": "dobbelte"}, "trykt", "mente du «dobbelt»?"),
    ],
)  # fmt: skip
def test_a_number_that_makes_no_sense_is_named_in_its_own_row(filer, table, key, changes, column, said):
    assert said in fund(filer, table, key, changes).get(column, ""), fund(filer, table, key, changes)


def test_a_number_is_judged_in_the_rows_that_a_rule_names_only(filer):
    """A change of 129 per cent, a balance below zero and a mean that is not whole are what they are."""
    facts = filer[FAKTA][filer[FAKTA]["art"] == "tal"]
    values = facts["vaerdi"].map(Fraction)
    assert (values[(facts["maal"] == "ændring") & (facts["enhed"] == "procent")] > 100).any()
    assert (values[(facts["maal"] == "niveau") & facts["enhed"].isin(["kr.", "1.000 kr."])] < 0).any()
    assert (values[facts["maal"] == "gennemsnit"].map(lambda x: x.denominator) > 1).any()


def test_each_word_that_is_read_as_a_number_has_a_reason_and_each_declared_fall_is_negative(filer):
    words, falls = filer["talord"], filer["fald"]
    assert (words["grund"].str.endswith(".")).all()
    facts = filer[FAKTA].set_index("id")
    assert (facts.loc[falls["fakta"], "vaerdi"].str.startswith("-")).all()
    assert not facts.loc[falls["fakta"], "trykt"].str.startswith("-").any()
    # A fall's word stands on the fact's own line, where ``kkr check --kilder`` looks it up.
    assert list(falls["linje"]) == list(facts.loc[falls["fakta"], "linje"])
