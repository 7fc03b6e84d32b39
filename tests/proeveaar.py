"""A made-up quota year as files: every table of a year's letter, with numbers made from the latest year's by a rule.

The quotas follow the real rule, so that all controls of the year agree; nothing in it is published by anybody.
"""

import csv
import io
import json
from pathlib import Path

from kkrlib import data, flygtninge

KILDE = "proeve"
#: Tables that the refugee report does not read.
ANDRE = (
    "klynge_",
    "socialtilsyn_",
    "fakta",
    "tilsyn",
    "oevrige_",
    "kontrol",
    "uden_kontrol",
    "henvisninger",
    "emner",
    "talord",
    "fald",
)
#: Of a landstal row: what a letter says of dates, for the quota year given.
BREV = {
    "udmeldt": "{foer}-04-29",
    "aftalefrist": "{foer}-09-10",
    "bekendtgoerelse": "BEK 550/2022",
    "befolkning_opgjort": "{foer}-01-01",
    "asylansoegere_opgjort": "{foer}-04-14",
    "familiesammenfoerte_aar": "{foerfoer}",
}


def kun_flygtninge(folder: Path) -> None:
    """Leave out what other reports read, so that the copy is checked in a moment."""
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if resource["name"].startswith(ANDRE):
            (folder / resource["path"]).unlink()
    package["resources"] = [r for r in package["resources"] if not r["name"].startswith(ANDRE)]
    for resource in package["resources"]:
        about = resource.get("periode", {})
        about |= {k: [p for p in v if not p[0].startswith(ANDRE)] for k, v in about.items() if k == "dage"}
    path.write_text(json.dumps(package), encoding="utf-8")


def laes_raekker(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def skriv_raekker(folder, name, rows):
    fields = [f["name"] for f in _resource(folder, name)["schema"]["fields"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, fields, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")


def tilfoej(folder, name, rows):
    skriv_raekker(folder, name, [*laes_raekker(folder, name), *rows])


def _resource(folder, name):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return next(r for r in package["resources"] if r["name"] == name)


def valgfri(folder, name):
    """The columns of a table whose cells may be empty."""
    fields = _resource(folder, name)["schema"]["fields"]
    return [f["name"] for f in fields if not f.get("constraints", {}).get("required")]


def proevekilde(folder: Path) -> None:
    """The source of what nobody has published, once."""
    if KILDE not in {r["kilde"] for r in laes_raekker(folder, "kilder")}:
        row = {"kilde": KILDE, "titel": "Et prøvebrev", "udgiver": "Ingen", "fil": "proeve.txt", "sha256": "0" * 64}
        tilfoej(folder, "kilder", [row])


def naeste_aar(folder: Path) -> int:
    return max(flygtninge.aar_med_data(data.laes(folder))) + 1


def i_kraft(rows, dag):
    """Of a register's rows, those in force on an ISO day."""
    return [r for r in rows if r["gaelder_fra"] <= dag and (not r["gaelder_til"] or r["gaelder_til"] >= dag)]


def tilfoej_aar(folder: Path, landstal: int = 700, senere=(), aar=None) -> int:
    """Add the year after the latest one with data, or ``aar``. ``senere`` are later announcements: (landstal, udmeldt,
    konsekvens). Returns the year.

    Every number is the latest year's, changed by its kommunekode; one kommune has no asylansøgere printed. Kommuner and
    regions are those that the folder's registers have on 1 January of the year: one that is part of another by then
    counts there.
    """
    aar = aar or naeste_aar(folder)
    day = f"{aar}-01-01"
    region = {r["kommunekode"]: r["region"] for r in i_kraft(laes_raekker(folder, "kommuner"), day)}
    part_of = {
        r["kommunekode"]: r["efterfoelger"] for r in laes_raekker(folder, "kommune_efterfoelgere") if r["dag"] <= day
    }
    latest = str(aar - 1)
    base = max(int(y) for y in {r["kvoteaar"] for r in laes_raekker(folder, "bilag_a")})
    place = {"kilde": KILDE, "punkt": "1"}
    proevekilde(folder)

    days = {k: v.format(foer=latest, foerfoer=aar - 2) for k, v in BREV.items()}
    first = {"kvoteaar": aar, "nr": 1, "landstal": landstal, "konsekvens": "beregning", **days, **place, "linje": 1}
    first |= {f"linje_{column}": 1 for column in BREV}
    rows = [first] + [
        {"kvoteaar": aar, "nr": nr, "landstal": n, "udmeldt": day, "konsekvens": what, **place, "linje": nr}
        for nr, (n, day, what) in enumerate(senere, start=2)
    ]
    others = [r for r in laes_raekker(folder, "landstal") if int(r["kvoteaar"]) != aar]
    skriv_raekker(folder, "landstal", [*others, *rows])

    def changed(name, **rules):
        old = [r for r in laes_raekker(folder, name) if r["kvoteaar"] == str(base)]
        merged = [r for r in old if r["kommunekode"] in part_of]
        old = [{**r, "region": region[r["kommunekode"]]} for r in old if r["kommunekode"] not in part_of]
        for gone in merged:
            into = next(r for r in old if r["kommunekode"] == part_of[gone["kommunekode"]])
            into |= {c: int(into[c] or 0) + int(gone[c] or 0) for c in rules}
        new = [
            r
            | {"kvoteaar": aar, **place, "linje": line}
            | {c: rule(r, int(r["kommunekode"])) for c, rule in rules.items()}
            for line, r in enumerate(old, start=100)
        ]
        tilfoej(folder, name, new)
        return new

    people = changed(
        "bilag_a",
        befolkning=lambda r, code: int(r["befolkning"]) + code % 97,
        indvandrere_flygtninge=lambda r, code: int(r["indvandrere_flygtninge"]) + code % 13,
        asylansoegere=lambda r, code: "" if code == 101 else code % 3,
    )
    families = changed(
        "familiesammenfoerte", familiesammenfoerte=lambda r, code: int(r["familiesammenfoerte"]) + code % 2
    )
    quotas = flygtninge.fordel(flygtninge.grundlag(data.laes(folder), aar), landstal)["kommunekvote"]
    letter = changed("bilag_b", kommunekvote=lambda r, code: int(quotas[r["kommunekode"]]))
    regions = list(dict.fromkeys(r["region"] for r in letter))
    by_region = {g: sum(int(r["kommunekvote"]) for r in letter if r["region"] == g) for g in regions}
    regional = [
        {"kvoteaar": aar, "region": g, "regionskvote": n, **place, "linje": 50 + i}
        for i, (g, n) in enumerate(by_region.items())
    ]
    tilfoej(folder, "regionskvoter", regional)
    sums = []
    for name, column, part in (
        *(("bilag_a", c, people) for c in ("befolkning", "indvandrere_flygtninge", "asylansoegere")),
        ("familiesammenfoerte", "familiesammenfoerte", families),
        ("bilag_b", "kommunekvote", letter),
        ("regionskvoter", "regionskvote", regional),
    ):
        for area in ["Danmark"] if name == "regionskvoter" else ["Danmark", *regions]:
            total = sum(int(r[column] or 0) for r in part if area in ("Danmark", r["region"]))
            sums.append(
                {
                    "kvoteaar": aar,
                    "tabel": name,
                    "kolonne": column,
                    "omraade": area,
                    "vaerdi": total,
                    **place,
                    "linje": 300,
                }
            )
    tilfoej(folder, "summer", sums)
    return aar


def fastsaet(folder: Path, aar: int, nr: int, kvoter, form: str = "fastsat", regioner: bool = True) -> None:
    """Add quotas as fixed after an announcement: ``kvoter`` by kommunekode, and (``regioner``) their sums."""
    region = {r["kommunekode"]: r["region"] for r in i_kraft(laes_raekker(folder, "kommuner"), f"{aar}-01-01")}
    place = {"kilde": KILDE, "punkt": "2"}
    rows = [
        {
            "kvoteaar": aar,
            "nr": nr,
            "region": region[c],
            "kommunekode": c,
            "kommunekvote": int(n),
            **place,
            "linje": 500 + i,
        }
        for i, (c, n) in enumerate(kvoter.items())
    ]
    tilfoej(folder, "fastsatte_kvoter", rows)
    if regioner:
        sums = {}
        for r in rows:
            sums[r["region"]] = sums.get(r["region"], 0) + r["kommunekvote"]
        tilfoej(
            folder,
            "fastsatte_regionskvoter",
            [
                {"kvoteaar": aar, "nr": nr, "region": g, "regionskvote": n, "form": form, **place, "linje": 700}
                for g, n in sums.items()
            ],
        )
