"""What several parts of the report need: its source line, its names and notes."""

from __future__ import annotations

from kkrlib import dansk
from kkrlib.klynger import DELT, Beregning, Deling, Kontorer
from kkrlib.klynger.regel import BELOEB
from kkrlib.omraade import HELE_LANDET
from kkrlib.perioder import aarets_dag, gaeldende

KR = "kroner"
PERSONER = "personer"
MIO = 10**6
DELE = {"kommuner": "Fra kommunerne", "regioner": "Fra regionen"}


def klyngenavn(b: Beregning, key: tuple[str, str]) -> str:
    """A klynge's name, with its region on the national page where another has the same."""
    region, name = key
    twins = [k for _, k in b.klynger.index if k == name]
    return f"{name} ({region.removeprefix('Region ')})" if b.region == HELE_LANDET and len(twins) > 1 else name


def har_tabel_1(b: Beregning) -> bool:
    """Whether the year has a Tabel 1."""
    return bool(b.klynger["offentliggjort_i_alt"].notna().any())


def numre(b: Beregning) -> dict[tuple[str, str], int]:
    register = b.register
    return {(r, k): int(n) for r, k, n in zip(register["region"], register["klynge"], register["nummer"], strict=True)}


def kommunenavn(b: Beregning, code: str) -> str:
    return str(b.kommuner.at[code, "kommune"])


def omraadets_delinger(b: Beregning) -> list[Deling]:
    return [d for d in b.delinger if b.region in (HELE_LANDET, d.region)]


def koebenhavn_note(b: Beregning) -> str:
    if not omraadets_delinger(b):
        return ""
    d = omraadets_delinger(b)[0]
    name = kommunenavn(b, d.kommunekode)
    if b.koebenhavn == DELT:
        own = b.fordelt[(b.fordelt["kommunekode"] == d.kommunekode) & (b.fordelt["region"] == d.region)].set_index(
            "klynge"
        )["kommuner"]
        return (
            f"{name} er delt mellem {d.hoved} og {d.anden}, som Tabel 1 forudsætter; delingen er udledt. {name} "
            "bidrager med "
            f"{dansk.kroner(round(own[d.hoved]))} til {d.hoved} og {dansk.kroner(round(own[d.anden]))} til {d.anden}."
        )
    return f"{name} er udelt og regnet med i {d.hoved}."


def kilde(b: Beregning, *own: str) -> str:
    return "; ".join([f"KKR Sjælland, bilag til møde (kilde {b.midler['kilde']}, punkt {b.midler['punkt']})", *own])


def opgjort(b: Beregning) -> str:
    return "opgjort uden Christiansø" + (
        "" if b.befolkning_opgjort is None else f" den {dansk.dato(b.befolkning_opgjort)}"
    )


def trykte_summer(b: Beregning) -> dict[str, dict[str, int]]:
    """The totals that Tabel 1 prints, by column and by region or «Hele landet»: the klynger's amounts do not all add up
    to them.
    """
    rows = (
        b.tabeller["klynge_regionsbeloeb"]
        .loc[lambda t: (t["aar"] == b.aar) & (t["tabel"] == "tabel-1")]
        .set_index("region")
    )
    pools = b.tabeller["klynge_regionspuljer"].loc[lambda t: t["aar"] == b.aar].set_index("region")["pulje"]
    regions = {"kommuner": rows["kommuner"], "regioner": pools, "i_alt": rows["i_alt"]}
    country = {"kommuner": "pulje_kommuner", "regioner": "pulje_regioner", "i_alt": "i_alt"}
    return {c: {**regions[c].dropna().astype(int).to_dict(), "Hele landet": int(b.midler[country[c]])} for c in BELOEB}


def kkr(b: Beregning, k: Kontorer) -> str:
    register = gaeldende(b.tabeller["regioner"], aarets_dag(k.vilkaar["fra_aar"]))
    return str(register.set_index("region").at[k.vilkaar["region"], "kkr"])
