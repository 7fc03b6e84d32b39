"""A tiny data folder with every kind of table, key and check that the real one has, for tests that damage it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kkrlib import data

FILER = {
    "kilder": "kilde,titel,fil,sha256\nk1,Bilag til møde,k1.txt,\nk2,Årsrapport,,\n",
    "omraader": "omraade,kkr,slug\nØst,KKR Øst,oest\nVest,KKR Vest,vest\n",
    "steder": "kode,sted,omraade\n101,Ærø,Øst\n102,Læsø,Øst\n103,Fanø,Vest\n",
    "fliser": "kode,raekke,kolonne\n101,0,0\n102,0,1\n103,1,0\n",
    "aar": "aar,antal,udmeldt,kilde,linje\n2023,6,2022-04-30,k1,1\n2025,9,2024-04-29,k1,2\n",
    "tal": "aar,omraade,kode,antal,andet,kilde,linje\n"
    "2023,Øst,101,1,,k1,3\n2023,Øst,102,2,4,k1,4\n2023,Vest,103,3,,k1,5\n"
    "2025,Øst,101,2,,k1,6\n2025,Øst,102,3,5,k1,7\n2025,Vest,103,4,,k1,8\n",
    "summer": "aar,tabel,kolonne,omraade,vaerdi,kilde,linje\n"
    "2023,tal,antal,Danmark,6,k1,9\n2023,tal,antal,Øst,3,k1,10\n2023,tal,antal,Vest,4,k1,11\n"
    "2025,tal,antal,Danmark,9,k1,12\n",
    "kildefejl": "fejl,tabel,aar,noegle,kolonne,trykt,anvendt,art,begrundelse\n"
    'sum-vest,tal,2023,Vest,antal,4,3,sum,"Summen er trykt som 4, og rækken er 3."\n',
    "andele": "fra,til,kode,andel\n2022-07-01,,101,1/2\n2022-07-01,,101,1/2\n2022-07-01,2022-12-31,102,1\n"
    "2023-01-01,,102,0/1\n2022-07-01,,103,1\n",
    "overfoersler": "fra,til,antal,note\n101,103,1,\n",
    "tom": "nr,tekst\n",
}

#: Columns that are not text.
_TYPER = {
    "integer": {"aar", "antal", "andet", "linje", "raekke", "kolonne", "vaerdi", "nr"},
    "date": {"udmeldt", "fra", "til"},
}
_TEKST = {("summer", "kolonne"), ("kildefejl", "kolonne"), ("overfoersler", "fra"), ("overfoersler", "til")}
_VALGFRI = {"andet", "fil", "sha256", "til", "note"}
_NOEGLER: dict[str, Any] = {
    "kilder": "kilde",
    "omraader": "omraade",
    "steder": "kode",
    "fliser": "kode",
    "aar": "aar",
    "tal": ["aar", "kode"],
    "summer": ["aar", "tabel", "kolonne", "omraade"],
    "kildefejl": "fejl",
    "overfoersler": ["fra", "til"],
    "tom": "nr",
}
_FREMMED = {
    "steder": {"omraade": ("omraader", "omraade")},
    "fliser": {"kode": ("steder", "kode")},
    "aar": {"kilde": ("kilder", "kilde")},
    "tal": {
        "kilde": ("kilder", "kilde"),
        "kode": ("steder", "kode"),
        "omraade": ("omraader", "omraade"),
        "aar": ("aar", "aar"),
    },
    "summer": {"kilde": ("kilder", "kilde"), "aar": ("aar", "aar")},
    "andele": {"kode": ("steder", "kode")},
    "overfoersler": {"fra": ("steder", "kode"), "til": ("steder", "kode")},
}
_CHECKS: dict[str, list[dict[str, Any]]] = {
    "omraader": [{"check": "navne", "kolonner": ["omraade", "kkr", "slug"]}],
    "steder": [{"check": "entydig", "kolonne": "sted"}],
    "fliser": [
        {"check": "komplet", "kolonne": "kode", "register": "steder"},
        {"check": "entydig", "kolonne": ["raekke", "kolonne"]},
    ],
    "aar": [
        {
            "check": "lig_med",
            "kolonne": "antal",
            "noegle": "aar",
            "tabel": "summer",
            "vaerdi": "vaerdi",
            "hvor": {"tabel": "tal", "omraade": "Danmark"},
        }
    ],
    "tal": [
        {"check": "komplet", "kolonne": "kode", "register": "steder", "pr": "aar"},
        {"check": "hoerer_til", "kolonne": "omraade", "noegle": "kode", "register": "steder"},
    ],
    "summer": [
        {
            "check": "sum",
            "tabel": "tabel",
            "kolonne": "kolonne",
            "vaerdi": "vaerdi",
            "omraade": "omraade",
            "alle": "Danmark",
            "pr": "aar",
            "del": "omraade",
            "undtagelser": "kildefejl",
        }
    ],
    "kildefejl": [{"check": "kendt", "besked": "begrundelse"}],
    "andele": [
        {
            "check": "andele",
            "kolonne": "andel",
            "pr": "kode",
            "register": "steder",
            "fra": "fra",
            "til": "til",
            "nul": True,
        }
    ],
    "overfoersler": [{"check": "forskellige", "kolonner": ["fra", "til"]}],
}
_MOENSTRE = {"kode": "[0-9]{3}", "slug": "[a-z]+", "andel": "[0-9]{1,9}(/[1-9][0-9]{0,8})?"}


def beskrivelse() -> dict[str, Any]:
    """The descriptor, made anew: a test may change it."""
    resources = []
    for name, text in FILER.items():
        fields = []
        for column in text.split("\n")[0].split(","):
            kind = next(
                (k for k, columns in _TYPER.items() if column in columns and (name, column) not in _TEKST), "string"
            )
            field: dict[str, Any] = {"name": column, "type": kind, "description": column}
            limits: dict[str, Any] = {} if column in _VALGFRI else {"required": True}
            if kind == "integer":
                limits["minimum"] = 0
                field["unit"] = "antal"
            if column in _MOENSTRE:
                limits["pattern"] = _MOENSTRE[column]
            if (name, column) == ("kildefejl", "art"):
                limits["enum"] = ["sum", "navn"]
            if (name, column) == ("tal", "antal"):
                field["role"] = "published"
            if column == "andet":
                field["printed"] = False
            fields.append({**field, "constraints": limits})
        schema: dict[str, Any] = {
            "fields": fields,
            "foreignKeys": [
                {"fields": column, "reference": {"resource": table, "fields": target}}
                for column, (table, target) in _FREMMED.get(name, {}).items()
            ],
        }
        if name in _NOEGLER:
            schema["primaryKey"] = _NOEGLER[name]
        resource: dict[str, Any] = {
            "name": name,
            "path": f"{name}.csv",
            "profile": "tabular-data-resource",
            "title": name,
            "label": name,
            "encoding": "utf-8",
            "format": "csv",
            "mediatype": "text/csv",
            "dialect": {"delimiter": ",", "quoteChar": '"'},
            "sources": [{"title": "en kilde"}],
            "schema": schema,
            "checks": [dict(check) for check in _CHECKS.get(name, ())],
        }
        if name == "tom":
            resource["may_be_empty"] = True
        if name == "summer":
            resource["genfindes"] = [{"tabel": "aar", "noegle": "aar", "kolonne": "antal"}]
        resources.append(resource)
    return {"name": "lille", "profile": "tabular-data-package", "resources": resources}


def skriv(mappe: Path, beskrevet: Any = None) -> Path:
    """Write the folder, or only another descriptor into it."""
    mappe.mkdir(exist_ok=True)
    if beskrevet is None:
        for name, text in FILER.items():
            (mappe / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    text = json.dumps(beskrivelse() if beskrevet is None else beskrevet)
    (mappe / data.BESKRIVELSE).write_text(text, encoding="utf-8")
    return mappe
