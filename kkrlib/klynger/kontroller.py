"""The controls of the klyngemidler: each published number beside what it must equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import afstemning
from kkrlib.klynger.deling import HALV, Deling
from kkrlib.klynger.regel import BELOEB, NOEGLE, klyngedag, pr_klynge, pr_region
from kkrlib.perioder import paa_dagen
from kkrlib.sted import Sted

TABEL = {
    "tabel-1": "bilag 2, Tabel 1",
    "bilag-3": "bilag 3, plancher om klynger",
    "bilag-3-sjaelland": "bilag 3, planche om Region Sjælland",
}
#: The same, short, for a description: the same number stands in several tables.
STED = {"tabel-1": "Tabel 1", "bilag-3": "bilag 3", "bilag-3-sjaelland": "bilag 3, Region Sjælland"}
#: What the rule says of an amount, for a description.
_REGLEN = {
    "kommuner": "er medlemmernes del af kommunernes pulje efter indbyggertal",
    "regioner": "er dens del af regionens beløb efter indbyggertal",
    "i_alt": "er summen af de to dele, reglen giver",
}
#: The same of a region's own row.
_REGIONENS = {
    "kommuner": "er kommunernes del af deres pulje efter indbyggertal",
    "regioner": "er regionens pulje",
    "i_alt": "er summen af kommunernes del og regionens pulje",
}
STOERRELSE = {"kommuner": "fra kommunerne", "regioner": "fra regionen", "i_alt": "i alt"}


def kontroller(tabeller: Mapping[str, pd.DataFrame], saet: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    """Judge one year's controls, which :func:`kontrolsaet` returns (see :func:`kkrlib.afstemning.doem` for the
    columns).

    The column ``forskel_indbyggere`` is added: the difference as inhabitants at the rate of the rule, exact, for
    amounts of klynger and kommuner.
    """
    controls, led = saet
    judged = afstemning.vurder(controls, led, tabeller)
    rates = dict(zip(controls["id"], controls["pr_indbygger"], strict=True))
    judged["forskel_indbyggere"] = pd.Series(
        [
            None if rates[i] is None or d is None else Fraction(d) / rates[i]
            for i, d in zip(judged["id"], judged["forskel"], strict=True)
        ],
        dtype=object,
    )
    return judged


def kontrolsaet(
    tabeller: Mapping[str, pd.DataFrame],
    aar: int,
    befolkning: pd.Series,
    fordelt: pd.DataFrame,
    som_trykt: pd.DataFrame,
    delt: pd.DataFrame | None,
    delinger: Sequence[Deling],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The controls of one year's published numbers and their led, for :func:`kkrlib.afstemning.beregn`.

    ``tabeller`` is what :func:`kkrlib.data.load` returns; ``fordelt`` what :func:`kkrlib.klynger.fordel` gives for the
    full membership with nobody divided; ``som_trykt`` the same with the memberships that are printed only (same rates:
    a klynge whose list leaves kommuner out gets less); ``delt`` the same with the derived ``delinger`` (None without).

    - ``regel``: amounts of klynger, regions and kommuner, and amounts per inhabitant, against the rule; and counts that
      the texts name;
    - ``sum``: totals against their rows, and kommuner + region against i alt; the rows are rounded, so a small
      difference is «afrunding»;
    - ``lighed``: what is printed in two tables.

    Klynger and memberships are those in force on the year's ``medlemskab_pr``. A year needs none of the printed tables.
    ``pr_indbygger`` of a control is the rate of the rule, where it has one.
    """
    make = _Kontroller(tabeller, aar)
    make.klynger(fordelt, som_trykt, delt, delinger)
    make.regioner(fordelt)
    make.kommuner(befolkning, fordelt)
    make.satser(fordelt)
    make.summer()
    make.to_steder()
    make.antal()
    return make.saet.kontroller, make.saet.led


class _Kontroller:
    """Collects the rows of controls."""

    def __init__(self, tabeller: Mapping[str, pd.DataFrame], aar: int):
        day = klyngedag(tabeller, aar)
        tabeller = paa_dagen(tabeller, day, "kommuner", "regioner", "klynge_register", "klynge_medlemmer")
        self.tabeller, self.aar = tabeller, aar
        self.saet = afstemning.Kontrolsaet(f"klynger-{aar}")
        self.slugs = tabeller["regioner"].set_index("region")["slug"].to_dict()
        register = tabeller["klynge_register"]
        self.klynge_slug = {
            (r, k): f"{self.slugs[r]}-{s}"
            for r, k, s in zip(register["region"], register["klynge"], register["slug"], strict=True)
        }
        self.pools = self.facts("klynge_regionspuljer").set_index("region")
        self.year = self.facts("klynge_aar").iloc[0]
        self.membership = tabeller["klynge_medlemmer"]
        printed = (self.facts("klynge_beloeb")["tabel"] == "tabel-1").any()
        self.total_sted, self.total_id = (TABEL["tabel-1"], "tabel-1-total") if printed else ("årets midler", "total")

    def facts(self, table: str) -> pd.DataFrame:
        rows = self.tabeller[table]
        return rows[rows["aar"] == self.aar]

    def add(
        self,
        key: str,
        fact: str,
        where: str,
        art: str,
        text: str,
        led: Iterable[tuple[str, str]] = (),
        computed: Any = None,
        *,
        slack: Fraction = Fraction(0),
        rate: Fraction | None = None,
        missing: str = "",
        lines: Iterable[str] = (),
    ) -> None:
        self.saet.tilfoej(
            key,
            art,
            fact,
            text,
            led,
            tabelnavn=where,
            beregnet=computed,
            udsving=slack,
            mangler=missing,
            ogsaa_linjer=lines,
            pr_indbygger=rate,
        )

    def own(self, table: str, fact: Mapping[str, Any], column: str) -> str:
        keys = {"klynge_beloeb": ("tabel", "region", "klynge"), "klynge_regionsbeloeb": ("tabel", "region")}[table]
        return "/".join([table, str(self.aar), *(fact[k] for k in keys), column])

    def pool(self, column: str, region: str | None = None) -> list[tuple[str, str]]:
        """What an amount is computed from besides inhabitants."""
        sums, kvoteaar = self.tabeller["summer"], self.year["kvoteaar"]
        country = [("grundlag", f"klynge_aar/{self.aar}/pulje_kommuner")]
        whole = (sums["tabel"] == "bilag_a") & (sums["kolonne"] == "befolkning") & (sums["omraade"] == "Danmark")
        if (whole & (sums["kvoteaar"] == kvoteaar)).any():
            country.append(("grundlag", f"summer/{kvoteaar}/bilag_a/befolkning/Danmark/vaerdi"))
        regions = self.pools.index if region is None else [region]
        own = [("grundlag", f"klynge_regionspuljer/{self.aar}/{r}/pulje") for r in regions]
        return [*(country if column != "regioner" else []), *(own if column != "kommuner" else [])]

    def people(self, codes: Iterable[str]) -> list[tuple[str, str]]:
        return [("grundlag", f"bilag_a/{self.year['kvoteaar']}/{code}/befolkning") for code in codes]

    def lists(self, region: str, klynge: str) -> list[str]:
        """The lines that say who is a member of a klynge."""
        rows = self.membership[(self.membership["region"] == region) & (self.membership["klynge"] == klynge)]
        return [Sted.af(row).kort for row in rows.to_dict("records")]

    def members(self, fordelt: pd.DataFrame, region: str, klynge: str | None = None) -> list[tuple[str, str]]:
        rows = fordelt[(fordelt["region"] == region) & (fordelt["bidragsandel"] != 0)]
        return self.people(
            dict.fromkeys(rows["kommunekode"] if klynge is None else rows.loc[rows["klynge"] == klynge, "kommunekode"])
        )

    def klynger(
        self, fordelt: pd.DataFrame, som_trykt: pd.DataFrame, delt: pd.DataFrame | None, delinger: Sequence[Deling]
    ) -> None:
        computed = pr_klynge(fordelt)
        printed = pr_klynge(som_trykt).reindex(computed.index)
        divided = None if delt is None else pr_klynge(delt)
        split = {(d.region, k): d for d in delinger for k in (d.anden, d.hoved)}
        first = {(d.region, d.anden, "kommuner") for d in delinger}
        short = [key for key in computed.index if printed.at[key, "indbyggere"] != computed.at[key, "indbyggere"]]
        for fact in self.facts("klynge_beloeb").to_dict("records"):
            key = (fact["region"], fact["klynge"])
            name = f"{fact['klynge']}, {fact['region']}"
            where, table = TABEL[fact["tabel"]], fact["tabel"]
            for column in BELOEB:
                if pd.isna(fact[column]):
                    continue
                # What the region's own printed amount, itself rounded, can move the klynge's part of it.
                part = computed.at[key, "regioner"] / int(self.pools.at[fact["region"], "pulje"])
                slack = Fraction(0) if column == "kommuner" else HALV * part
                rate = computed.at[key, f"{column}_pr_indbygger"]
                slug, what = f"{self.klynge_slug[key]}-{column.replace('_', '-')}", STOERRELSE[column]
                own, basis = (
                    self.own("klynge_beloeb", fact, column),
                    [*self.pool(column, fact["region"]), *self.members(fordelt, *key)],
                )
                self.add(
                    f"{table}-{slug}",
                    own,
                    where,
                    "regel",
                    f"{name}: beløbet {what} i {STED[table]} {_REGLEN[column]}",
                    basis,
                    computed.at[key, column],
                    slack=slack,
                    rate=rate,
                    lines=self.lists(*key),
                )
                if key in short and table == "tabel-1":
                    text = f"{name}: beløbet {what} i Tabel 1 passer med de medlemmer, Tabel 2 nævner"
                    basis = [*self.pool(column, fact["region"]), *self.members(fordelt, *key)]
                    self.add(
                        f"tabel-2-{slug}",
                        own,
                        "bilag 2, Tabel 1 og 2",
                        "regel",
                        text,
                        basis,
                        printed.at[key, column],
                        slack=slack,
                        rate=rate,
                        lines=self.lists(*key),
                    )
                if key in split and divided is not None and table == "tabel-1":
                    text = (
                        f"{name}: beløbet {what} i Tabel 1 passer, når {self.name(split[key].kommunekode)} deles, "
                        f"som beløbet fra kommunerne til {split[key].anden} viser"
                    )
                    missing = (
                        "Andelen er udledt af dette beløb. Det kan derfor ikke også efterprøve den."
                        if (*key, column) in first
                        else ""
                    )
                    bound = max(split[key].hoejst - split[key].mindst, Fraction(0)) / 2
                    room = slack + bound * self.money(fordelt, split[key], column)
                    self.add(
                        f"delt-{slug}",
                        own,
                        TABEL["tabel-1"],
                        "regel",
                        text,
                        basis,
                        divided.at[key, column],
                        slack=room,
                        rate=rate,
                        missing=missing,
                        lines=self.lists(*key),
                    )

    def name(self, code: str) -> str:
        return self.tabeller["kommuner"].set_index("kommunekode").at[code, "kommune"]

    @staticmethod
    def money(fordelt: pd.DataFrame, deling: Deling, column: str) -> Fraction:
        mine = fordelt[
            (fordelt["kommunekode"] == deling.kommunekode)
            & (fordelt["klynge"] == deling.hoved)
            & (fordelt["region"] == deling.region)
        ]
        return mine.iloc[0][column]

    def regioner(self, fordelt: pd.DataFrame) -> None:
        computed = pr_region(fordelt)
        for fact in self.facts("klynge_regionsbeloeb").to_dict("records"):
            region = fact["region"]
            for column in BELOEB:
                if pd.isna(fact[column]):
                    continue
                slack = Fraction(0) if column == "kommuner" else HALV
                text = f"{region}: beløbet {STOERRELSE[column]} i {STED[fact['tabel']]} {_REGIONENS[column]}"
                key, own = (
                    f"{fact['tabel']}-{self.slugs[region]}-{column.replace('_', '-')}",
                    self.own("klynge_regionsbeloeb", fact, column),
                )
                basis = [*self.pool(column, region), *self.members(fordelt, region)]
                self.add(key, own, TABEL[fact["tabel"]], "regel", text, basis, computed.at[region, column], slack=slack)

    def kommuner(self, befolkning: pd.Series, fordelt: pd.DataFrame) -> None:
        sums = fordelt.groupby("kommunekode")["kommuner"].agg(lambda values: sum(values, Fraction(0)))
        for fact in self.facts("klynge_kommunebidrag").to_dict("records"):
            code = fact["kommunekode"]
            rate = sums[code] / int(befolkning[code]) if befolkning[code] else None
            own, basis = (
                f"klynge_kommunebidrag/{self.aar}/{code}/bidrag",
                [*self.pool("kommuner"), *self.people([code])],
            )
            self.add(
                f"kommune-{code}",
                own,
                TABEL["bilag-3-sjaelland"],
                "regel",
                f"{self.name(code)}: bidraget er kommunens del efter indbyggertal",
                basis,
                sums[code],
                rate=rate,
            )

    def satser(self, fordelt: pd.DataFrame) -> None:
        regions = pr_region(fordelt)
        for fact in self.facts("klynge_satser").to_dict("records"):
            rates = regions[f"{fact['side']}_pr_indbygger"]
            side = "kommunerne" if fact["side"] == "kommuner" else "regionerne"
            if fact["omfang"] == "region":
                value, scope = rates[fact["region"]], fact["region"]
            elif fact["omfang"] == "alle":
                value, scope = sum(fordelt[fact["side"]]) / sum(fordelt["indbyggere"]), "alle regioner"
            else:
                value = min(rates) if fact["omfang"] == "mindst" else max(rates)
                scope = "laveste region" if fact["omfang"] == "mindst" else "højeste region"
            basis = self.pool(fact["side"], fact["region"] if fact["omfang"] == "region" else None)
            self.add(
                f"sats-{fact['sats']}",
                f"klynge_satser/{fact['sats']}/trykt",
                fact["tabel"],
                "regel",
                f"Kroner pr. indbygger fra {side}, {scope}: satsen er beløbet delt med indbyggerne",
                basis,
                value,
            )

    def summer(self) -> None:
        """Totals and their rows."""
        rows, regions = self.facts("klynge_beloeb"), self.facts("klynge_regionsbeloeb")
        for fact in rows.to_dict("records"):
            if all(pd.notna(fact[c]) for c in BELOEB):
                slug = f"{fact['tabel']}-{self.klynge_slug[(fact['region'], fact['klynge'])]}"
                text = (
                    f"{fact['klynge']}, {fact['region']}: i alt er beløbene fra kommunerne og regionen "
                    f"({STED[fact['tabel']]})"
                )
                both = [("led", self.own("klynge_beloeb", fact, c)) for c in ("kommuner", "regioner")]
                self.add(
                    f"vandret-{slug}", self.own("klynge_beloeb", fact, "i_alt"), TABEL[fact["tabel"]], "sum", text, both
                )
        for fact in regions.to_dict("records"):
            region, table = fact["region"], fact["tabel"]
            own = {c: self.own("klynge_regionsbeloeb", fact, c) for c in BELOEB if pd.notna(fact[c])}
            if table == "tabel-1":
                own["regioner"] = f"klynge_regionspuljer/{self.aar}/{region}/pulje"
            parts = rows[(rows["tabel"] == table) & (rows["region"] == region)]
            for column in BELOEB:
                if column in own and len(parts) and parts[column].notna().all():
                    text = f"{region}: beløbet {STOERRELSE[column]} er summen af klyngernes ({STED[table]})"
                    led = [("led", self.own("klynge_beloeb", part, column)) for part in parts.to_dict("records")]
                    self.add(
                        f"sum-{table}-{self.slugs[region]}-{column.replace('_', '-')}",
                        own[column],
                        TABEL[table],
                        "sum",
                        text,
                        led,
                    )
            if len(own) == len(BELOEB):
                text = f"{region}: i alt er beløbene fra kommunerne og regionen ({STED[table]})"
                self.add(
                    f"vandret-{table}-{self.slugs[region]}",
                    own["i_alt"],
                    TABEL[table],
                    "sum",
                    text,
                    [("led", own[c]) for c in ("kommuner", "regioner")],
                )
        first = regions[regions["tabel"] == "tabel-1"].to_dict("records")
        for column, total in (("kommuner", "pulje_kommuner"), ("regioner", "pulje_regioner"), ("i_alt", "i_alt")):
            if column == "regioner":
                led = [("led", f"klynge_regionspuljer/{self.aar}/{region}/pulje") for region in self.pools.index]
            else:
                led = [
                    ("led", self.own("klynge_regionsbeloeb", fact, column)) for fact in first if pd.notna(fact[column])
                ]
                if len(led) < max(len(first), 1):
                    continue  # nothing printed to add up
            text = f"Hele landet: beløbet {STOERRELSE[column]} er summen af regionernes"
            self.add(
                f"sum-{self.total_id}-{column.replace('_', '-')}",
                f"klynge_aar/{self.aar}/{total}",
                self.total_sted,
                "sum",
                text,
                led,
            )
        both = [("led", f"klynge_aar/{self.aar}/{c}") for c in ("pulje_kommuner", "pulje_regioner")]
        self.add(
            f"vandret-{self.total_id}",
            f"klynge_aar/{self.aar}/i_alt",
            self.total_sted,
            "sum",
            "Hele landet: i alt er beløbene fra kommunerne og regionerne",
            both,
        )
        printed = set(self.facts("klynge_kommunebidrag")["kommunekode"])
        members = self.membership.loc[lambda t: t["bidragsandel"] == "1"]
        for fact in rows[rows["tabel"] == "bilag-3-sjaelland"].to_dict("records"):
            codes = members[(members["region"] == fact["region"]) & (members["klynge"] == fact["klynge"])][
                "kommunekode"
            ]
            if set(codes) <= printed:
                key = self.klynge_slug[(fact["region"], fact["klynge"])]
                led = [("led", f"klynge_kommunebidrag/{self.aar}/{code}/bidrag") for code in codes]
                self.add(
                    f"sum-bilag-3-{key}",
                    self.own("klynge_beloeb", fact, "kommuner"),
                    TABEL["bilag-3-sjaelland"],
                    "sum",
                    f"{fact['klynge']}: beløbet fra kommunerne er summen af deres bidrag",
                    led,
                )

    def to_steder(self) -> None:
        """The same amount in two tables: the slides against Tabel 1."""
        for table, keys in (("klynge_beloeb", NOEGLE), ("klynge_regionsbeloeb", ["region"])):
            rows = self.facts(table)
            first = rows[rows["tabel"] == "tabel-1"].set_index(keys)
            for fact in rows[rows["tabel"] != "tabel-1"].to_dict("records"):
                key = tuple(fact[k] for k in keys) if len(keys) > 1 else fact[keys[0]]
                if key not in first.index:
                    continue
                slug = self.klynge_slug[key] if len(keys) > 1 else self.slugs[key]
                who = f"{fact['klynge']}, {fact['region']}" if len(keys) > 1 else fact["region"]
                for column in BELOEB:
                    if pd.isna(fact[column]):
                        continue
                    pool = table == "klynge_regionsbeloeb" and column == "regioner"
                    other = (
                        f"klynge_regionspuljer/{self.aar}/{key}/pulje"
                        if pool
                        else self.own(table, fact | {"tabel": "tabel-1"}, column)
                    )
                    suffix = "" if column == "i_alt" else f"-{column}"
                    text = f"{who}: beløbet {STOERRELSE[column]} er det samme som i Tabel 1"
                    self.add(
                        f"to-steder-{slug}{suffix}",
                        self.own(table, fact, column),
                        TABEL[fact["tabel"]],
                        "lighed",
                        text,
                        [("samme", other)],
                    )

    def antal(self) -> None:
        """The number of klynger that the texts name, against those that are in force: each once, by an amount of Tabel
        1 where there is one.
        """
        rows = self.facts("klynge_beloeb").loc[lambda t: t["tabel"] == "tabel-1"]
        led = [
            ("grundlag", self.own("klynge_beloeb", fact, "i_alt"))
            for fact in rows.to_dict("records")
            if pd.notna(fact["i_alt"])
        ]
        for fact in self.facts("klynge_optaellinger").to_dict("records"):
            text = f"Antallet af {fact['hvad']} (kilde {fact['kilde']}) er antallet af klynger"
            self.add(
                f"antal-{fact['optaelling']}",
                f"klynge_optaellinger/{fact['optaelling']}/antal",
                "teksten",
                "regel",
                text,
                led,
                len(self.tabeller["klynge_register"]),
            )
