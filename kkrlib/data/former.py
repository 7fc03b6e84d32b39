"""What each check of the descriptor must say: its keys, and what they hold.

A check that is not declared in its form would be read as something else, or stop the program; so the descriptor is
held to these before any table is opened. The functions are in :mod:`kkrlib.data.regler`.
"""

from __future__ import annotations

from kkrlib.data.beskrivelse import Noegle, Regelform

#: Check → its form. They run in this order, so that a cause is told before what follows from it.
FORMER: dict[str, Regelform] = {
    "entydig": Regelform({"kolonne": Noegle("kolonner"), "tomme": Noegle("ja", valgfri=True)}, renset=True),
    "navne": Regelform({"kolonner": Noegle("kolonner")}, renset=True),
    "forskellige": Regelform({"kolonner": Noegle("kolonner"), "besked": Noegle("tekst", valgfri=True)}, renset=True),
    "aar": Regelform(
        {
            "kolonner": Noegle("liste"),
            "mindst": Noegle("heltal"),
            "frem": Noegle("heltal"),
            "register": Noegle("tabel"),
            "noegle": Noegle("kolonne", ("register",)),
            "tid": Noegle("kolonne", ("register",)),
        },
        hele_tabeller=True,
    ),
    "graenser": Regelform(
        {
            "kolonner": Noegle("liste"),
            "hvor": Noegle("lister", valgfri=True),
            "mindst": Noegle("tal", valgfri=True),
            "hoejst": Noegle("tal", valgfri=True),
            "hele": Noegle("ja", valgfri=True),
        }
    ),
    "foelges": Regelform(
        {
            "kolonner": Noegle("liste"),
            "hvor": Noegle("lister", valgfri=True),
            "altid": Noegle("ja", valgfri=True),
            "tomme": Noegle("ja", valgfri=True),
        }
    ),
    "ordnet": Regelform({"kolonner": Noegle("liste")}),
    "raekkesum": Regelform({"i_alt": Noegle("kolonne"), "dele": Noegle("liste")}),
    "trykt": Regelform(
        {
            "vaerdi": Noegle("kolonne"),
            "trykt": Noegle("kolonne"),
            "enhed": Noegle("kolonne"),
            "noegle": Noegle("kolonne"),
            "maal": Noegle("lister"),
            "ord": Noegle("tabel"),
            "fald": Noegle("tabel"),
            "tegn": Noegle("ordlister"),
        },
        har={"ord": ("trykt", "vaerdi"), "fald": ("fakta",)},
        hele_tabeller=True,
    ),
    "nummereret": Regelform(
        {
            "kolonne": Noegle("kolonne", type="integer"),
            "pr": Noegle("kolonne"),
            "stigende": Noegle("kolonne"),
            "foerste": Noegle("vaerdier", valgfri=True),
        },
        renset=True,
    ),
    "netop_en": Regelform({"kolonner": Noegle("liste")}),
    "mindst": Regelform(
        {
            "kolonne": Noegle("kolonne"),
            "vaerdi": Noegle("heltal"),
            "besked": Noegle("tekst"),
            "alvor": Noegle("alvor", valgfri=True),
        }
    ),
    "hoejst": Regelform(
        {
            "kolonne": Noegle("kolonne"),
            "af": Noegle("kolonne", ("tabel",)),
            "tabel": Noegle("tabel", valgfri=True),
            "noegle": Noegle("liste", ("", "tabel"), valgfri=True),
            "besked": Noegle("tekst"),
            "alvor": Noegle("alvor", valgfri=True),
        },
        hele_tabeller=True,
    ),
    "bruges": Regelform(
        {
            "kolonne": Noegle("kolonne"),
            "i": Noegle("par"),
            "adskilt": Noegle("ja", valgfri=True),
            "ord": Noegle("ja", valgfri=True),
        },
        hele_tabeller=True,
    ),
    "komplet": Regelform(
        {
            "kolonne": Noegle("kolonner", ("", "register")),
            "register": Noegle("tabel"),
            "pr": Noegle("kolonner", valgfri=True),
        }
    ),
    "hoerer_til": Regelform(
        {
            "kolonne": Noegle("kolonne", ("", "register")),
            "noegle": Noegle("kolonne", ("", "register")),
            "register": Noegle("tabel"),
        },
        renset=True,
    ),
    "efterfoelger": Regelform(
        {
            "noegle": Noegle("kolonne", ("", "tabel")),
            "tabel": Noegle("tabel"),
            "efter": Noegle("kolonne", ("tabel",)),
            "dag": Noegle("kolonne", ("tabel",), type="date"),
        },
        renset=True,
        hele_tabeller=True,
    ),
    "former": Regelform(
        {
            "kolonne": Noegle("kolonne"),
            "noegle": Noegle("kolonne"),
            "tabeller": Noegle("tabeller"),
        },
        hele_tabeller=True,
    ),
    "ialt": Regelform(
        {
            "kolonne": Noegle("kolonne"),
            "noegle": Noegle("kolonne", ("", "tabel")),
            "tabel": Noegle("tabel"),
            "vaerdi": Noegle("kolonne", ("tabel",)),
        },
        hele_tabeller=True,
    ),
    "andele": Regelform(
        {
            "kolonne": Noegle("kolonne"),
            "pr": Noegle("kolonne", ("", "register")),
            "register": Noegle("tabel"),
            "fra": Noegle("kolonne", type="date"),
            "til": Noegle("kolonne", type="date"),
            "nul": Noegle("ja", valgfri=True),
        },
        renset=True,
    ),
    "lig_med": Regelform(
        {
            "kolonne": Noegle("kolonne"),
            "noegle": Noegle("kolonne", ("", "tabel")),
            "tabel": Noegle("tabel"),
            "vaerdi": Noegle("kolonne", ("tabel",)),
            "hvor": Noegle("vaerdier", ("tabel",)),
            "naar": Noegle("vaerdier", valgfri=True),
        },
        renset=True,
        hele_tabeller=True,
    ),
    "sum": Regelform(
        {
            "tabel": Noegle("kolonne"),
            "kolonne": Noegle("kolonne"),
            "vaerdi": Noegle("kolonne", type="integer"),
            "omraade": Noegle("kolonne"),
            "alle": Noegle("tekst"),
            "pr": Noegle("kolonne", ("", "undtagelser")),
            "del": Noegle("tekst"),
            "undtagelser": Noegle("tabel"),
        },
        har={"undtagelser": ("art", "tabel", "noegle", "kolonne", "trykt", "anvendt")},
        renset=True,
        hele_tabeller=True,
    ),
    "kendt": Regelform(
        {"besked": Noegle("kolonne")},
        har={"": ("tabel", "noegle", "kolonne", "trykt")},
    ),
}
