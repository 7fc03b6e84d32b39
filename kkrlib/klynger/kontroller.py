"""The controls of the klyngemidler: each published number beside what it must equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

import pandas as pd

from kkrlib import afstemning
from kkrlib.errors import DataError, Fund
from kkrlib.fordeling import eksakt
from kkrlib.klynger.deling import HALV, Deling
from kkrlib.klynger.regel import BELOEB, NOEGLE, pr_klynge, pr_region

TABEL = {"tabel-1": "bilag 2, Tabel 1", "bilag-3": "bilag 3, plancher om klynger", "bilag-3-sjaelland": "bilag 3, planche om Region Sjælland"}
#: The same, short, for a description: the same number stands in several tables.
STED = {"tabel-1": "Tabel 1", "bilag-3": "bilag 3", "bilag-3-sjaelland": "bilag 3, Region Sjælland"}
STOERRELSE = {"kommuner": "fra kommunerne", "regioner": "fra regionen", "i_alt": "i alt"}
#: A number per inhabitant is printed with two decimals, so it is compared in øre.
OERE = 100


def kontroller(
    tabeller: Mapping[str, pd.DataFrame],
    aar: int,
    befolkning: pd.Series,
    fordelt: pd.DataFrame,
    som_trykt: pd.DataFrame,
    delt: pd.DataFrame | None,
    delinger: Sequence[Deling],
) -> pd.DataFrame:
    """Judge the published numbers of one year (see :func:`kkrlib.afstemning.doem` for the columns).

    ``tabeller`` is what :func:`kkrlib.data.load` returns; ``fordelt`` what :func:`kkrlib.klynger.fordel` gives for the full membership with nobody divided;
    ``som_trykt`` the same with the memberships that are printed only (same rates: a klynge whose list leaves kommuner out gets less);
    ``delt`` the same with the derived ``delinger`` (None without).

    - ``regel``: amounts of klynger, regions and kommuner, and amounts per inhabitant, against the rule;
    - ``sum``: totals against their rows, and kommuner + region against i alt; the rows are rounded, so a small difference is «afrunding»;
    - ``lighed``: what is printed in two tables, and counts that the texts name.

    The column ``forskel_indbyggere`` is added: the difference as inhabitants at the rate of the rule, exact, for amounts of klynger and kommuner.
    """
    make = _Kontroller(tabeller, aar)
    make.klynger(fordelt, som_trykt, delt, delinger)
    make.regioner(fordelt)
    make.kommuner(befolkning, fordelt)
    make.satser(fordelt)
    make.summer()
    make.to_steder()
    make.antal()
    frame = pd.DataFrame(make.rows)
    ids = {row["id"]: row["pr_indbygger"] for row in make.rows}
    judged = afstemning.doem(frame, _known(tabeller, aar, frame))
    judged["forskel_indbyggere"] = pd.Series(
        [None if ids[i] is None or pd.isna(d) else Fraction(int(d)) / ids[i] for i, d in zip(judged["id"], judged["forskel"], strict=True)],
        dtype=object,
    )
    return judged


def _known(tabeller: Mapping[str, pd.DataFrame], aar: int, frame: pd.DataFrame) -> pd.DataFrame:
    """The known deviations by control. Raises DataError for a finding whose controls do not deviate: it has gone, or is misspelt."""
    deviating = set(afstemning.doem(frame).query("dom == @afstemning.AFVIGER")["id"])
    rows, found = [], []
    for fault in tabeller["klynge_kildefejl"].query("aar == @aar").itertuples():
        for pattern in ("" if pd.isna(fault.kontroller) else fault.kontroller).split():
            hits = [key for key in sorted(deviating) if fnmatchcase(key, pattern)]
            rows += [(key, fault.fund, fault.begrundelse) for key in hits]
            if not hits:
                found.append(Fund("klynge_kildefejl.csv", fault.fund, "kontroller", pattern, "ingen kontrol afviger, som fejlen forklarer"))
    if found:
        raise DataError(found)
    return pd.DataFrame(rows, columns=["id", "fund", "forklaring"]).drop_duplicates("id").set_index("id")


class _Kontroller:
    """Collects the rows of controls."""

    def __init__(self, tabeller: Mapping[str, pd.DataFrame], aar: int):
        self.tabeller, self.aar = tabeller, aar
        self.rows: list[dict[str, Any]] = []
        self.slugs = tabeller["regioner"].set_index("region")["slug"].to_dict()
        register = tabeller["klynge_register"]
        self.klynge_slug = {(r, k): f"{self.slugs[r]}-{s}" for r, k, s in zip(register["region"], register["klynge"], register["slug"], strict=True)}
        self.pools = self.facts("klynge_regionspuljer").set_index("region")
        self.year = self.facts("klynge_aar").iloc[0]

    def facts(self, table: str) -> pd.DataFrame:
        rows = self.tabeller[table]
        return rows[rows["aar"] == self.aar]

    def add(self, key: str, fact: Any, where: str, art: str, text: str, published: Any, computed: Any, *,
            slack: Fraction = Fraction(0), rate: Fraction | None = None, extra_lines: Sequence[Any] = ()) -> None:  # fmt: skip
        lines = [f"{f['kilde']}:{f['linje']}" for f in [fact, *extra_lines]]
        missing = computed is None or pd.isna(computed)
        computed = None if missing else eksakt(computed)
        self.rows.append(
            {
                "id": f"klynger-{self.aar}-{key}",
                "sted": f"Kilde {fact['kilde']}, punkt {fact['punkt']}, {where}",
                "linjer": "; ".join(dict.fromkeys(lines)),
                "art": art,
                "beskrivelse": text,
                "offentliggjort": published,
                "beregnet": computed,
                "mindst": None if missing else computed - slack,
                "hoejst": None if missing else computed + slack,
                "pr_indbygger": rate,
            }
        )

    def klynger(self, fordelt: pd.DataFrame, som_trykt: pd.DataFrame, delt: pd.DataFrame | None, delinger: Sequence[Deling]) -> None:
        computed, printed = pr_klynge(fordelt), pr_klynge(som_trykt)
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
                self.add(f"{table}-{slug}", fact, where, "regel", f"{name}: {what} ({STED[table]})", fact[column], computed.at[key, column], slack=slack, rate=rate)
                if key in short and table == "tabel-1":
                    text = f"{name}: {what}, kun de trykte medlemmer"
                    self.add(f"tabel-2-{slug}", fact, "bilag 2, Tabel 1 og 2", "regel", text, fact[column], printed.at[key, column], slack=slack, rate=rate)
                if key in split and divided is not None and table == "tabel-1":
                    text = f"{name}: {what}, med {self.name(split[key].kommunekode)} delt"
                    # One share is derived from these amounts, so one of them tests nothing.
                    value = None if (*key, column) in first else divided.at[key, column]
                    bound = max(split[key].hoejst - split[key].mindst, Fraction(0)) / 2
                    self.add(f"delt-{slug}", fact, "bilag 2, Tabel 1", "regel", text, fact[column], value, slack=slack + bound * self.money(fordelt, split[key], column), rate=rate)

    def name(self, code: str) -> str:
        return self.tabeller["kommuner"].set_index("kommunekode").at[code, "kommune"]

    @staticmethod
    def money(fordelt: pd.DataFrame, deling: Deling, column: str) -> Fraction:
        mine = fordelt[(fordelt["kommunekode"] == deling.kommunekode) & (fordelt["klynge"] == deling.hoved) & (fordelt["region"] == deling.region)]
        return mine.iloc[0][column]

    def regioner(self, fordelt: pd.DataFrame) -> None:
        computed = pr_region(fordelt)
        for fact in self.facts("klynge_regionsbeloeb").to_dict("records"):
            region = fact["region"]
            for column in BELOEB:
                if pd.isna(fact[column]):
                    continue
                slack = Fraction(0) if column == "kommuner" else HALV
                text = f"{region}: {STOERRELSE[column]} ({STED[fact['tabel']]})"
                self.add(f"{fact['tabel']}-{self.slugs[region]}-{column.replace('_', '-')}", fact, TABEL[fact["tabel"]], "regel", text, fact[column], computed.at[region, column], slack=slack)

    def kommuner(self, befolkning: pd.Series, fordelt: pd.DataFrame) -> None:
        sums = fordelt.groupby("kommunekode")["kommuner"].agg(lambda values: sum(values, Fraction(0)))
        for fact in self.facts("klynge_kommunebidrag").to_dict("records"):
            code = fact["kommunekode"]
            rate = sums[code] / int(befolkning[code]) if befolkning[code] else None
            self.add(f"kommune-{code}", fact, TABEL["bilag-3-sjaelland"], "regel", f"{self.name(code)}: bidrag", fact["bidrag"], sums[code], rate=rate)

    def satser(self, fordelt: pd.DataFrame) -> None:
        regions = pr_region(fordelt)
        for fact in self.facts("klynge_satser").to_dict("records"):
            rates = regions[f"{fact['side']}_pr_indbygger"]
            side = "kommunerne" if fact["side"] == "kommuner" else "regionerne"
            if fact["omfang"] == "region":
                value, scope = rates[fact["region"]], fact["region"]
            elif fact["omfang"] == "alle":
                value, scope = sum(fordelt["kommuner"]) / sum(fordelt["indbyggere"]), "alle regioner"
            else:
                value = min(rates) if fact["omfang"] == "mindst" else max(rates)
                scope = "laveste region" if fact["omfang"] == "mindst" else "højeste region"
            printed = int(fact["trykt"].replace(",", ""))  # øre
            self.add(f"sats-{fact['sats']}", fact, fact["tabel"], "regel", f"Øre pr. indbygger fra {side}, {scope}", printed, value * OERE)

    def summer(self) -> None:
        """Totals and their rows. ``n`` printed rows, each rounded to a whole krone, can be up to n halves off."""
        rows, regions = self.facts("klynge_beloeb"), self.facts("klynge_regionsbeloeb")
        for fact in rows.to_dict("records"):
            if all(pd.notna(fact[c]) for c in BELOEB):
                slug = f"{fact['tabel']}-{self.klynge_slug[(fact['region'], fact['klynge'])]}"
                text = f"{fact['klynge']}, {fact['region']}: kommuner og region giver i alt ({STED[fact['tabel']]})"
                self.add(f"vandret-{slug}", fact, TABEL[fact["tabel"]], "sum", text, fact["i_alt"], fact["kommuner"] + fact["regioner"], slack=2 * HALV)
        for fact in regions.to_dict("records"):
            region, table = fact["region"], fact["tabel"]
            own = fact | ({"regioner": self.pools.at[region, "pulje"]} if table == "tabel-1" else {})
            parts = rows[(rows["tabel"] == table) & (rows["region"] == region)]
            for column in BELOEB:
                if pd.notna(own[column]) and len(parts) and parts[column].notna().all():
                    text = f"{region}: klyngernes beløb {STOERRELSE[column]} ({STED[table]})"
                    self.add(f"sum-{table}-{self.slugs[region]}-{column.replace('_', '-')}", fact, TABEL[table], "sum", text, own[column], int(parts[column].sum()), slack=len(parts) * HALV)
            if all(pd.notna(own[c]) for c in BELOEB):
                text = f"{region}: kommuner og region giver i alt ({STED[table]})"
                self.add(f"vandret-{table}-{self.slugs[region]}", fact, TABEL[table], "sum", text, own["i_alt"], own["kommuner"] + own["regioner"], slack=2 * HALV)
        first = regions[regions["tabel"] == "tabel-1"]
        year, n = self.year.to_dict(), len(first) * HALV
        for column, total, parts in (
            ("kommuner", "pulje_kommuner", first["kommuner"]),
            ("regioner", "pulje_regioner", self.pools["pulje"]),
            ("i_alt", "i_alt", first["i_alt"]),
        ):
            if parts.empty or parts.isna().any():
                continue  # nothing printed to add up
            self.add(f"sum-tabel-1-total-{column.replace('_', '-')}", year, TABEL["tabel-1"], "sum", f"Total: regionernes beløb {STOERRELSE[column]}", year[total], int(parts.sum()), slack=n)
        self.add("vandret-tabel-1-total", year, TABEL["tabel-1"], "sum", "Total: kommuner og regioner giver i alt", year["i_alt"], year["pulje_kommuner"] + year["pulje_regioner"], slack=Fraction(0))
        contributions = self.facts("klynge_kommunebidrag").set_index("kommunekode")["bidrag"]
        members = self.tabeller["klynge_medlemmer"].query("bidragsandel == '1'")
        for fact in rows[rows["tabel"] == "bilag-3-sjaelland"].to_dict("records"):
            codes = members[(members["region"] == fact["region"]) & (members["klynge"] == fact["klynge"])]["kommunekode"]
            if set(codes) <= set(contributions.index):
                text = f"{fact['klynge']}: kommunernes bidrag"
                self.add(f"sum-bilag-3-{self.klynge_slug[(fact['region'], fact['klynge'])]}", fact, TABEL["bilag-3-sjaelland"], "sum", text, fact["kommuner"], int(contributions[codes].sum()), slack=len(codes) * HALV)

    def to_steder(self) -> None:
        """The same amount in two tables: the slides against Tabel 1."""
        for table, keys, column_sets in (("klynge_beloeb", NOEGLE, BELOEB), ("klynge_regionsbeloeb", ["region"], BELOEB)):
            rows = self.facts(table)
            first = rows[rows["tabel"] == "tabel-1"].set_index(keys)
            for fact in rows[rows["tabel"] != "tabel-1"].to_dict("records"):
                key = tuple(fact[k] for k in keys) if len(keys) > 1 else fact[keys[0]]
                origin = first.loc[key]
                slug = self.klynge_slug[key] if len(keys) > 1 else self.slugs[key]
                who = f"{fact['klynge']}, {fact['region']}" if len(keys) > 1 else fact["region"]
                for column in column_sets:
                    if pd.isna(fact[column]):
                        continue
                    other = self.pools.at[key, "pulje"] if table == "klynge_regionsbeloeb" and column == "regioner" else origin[column]
                    suffix = "" if column == "i_alt" else f"-{column}"
                    text = f"{who}: {STOERRELSE[column]}, som i Tabel 1"
                    self.add(f"to-steder-{slug}{suffix}", fact, TABEL[fact["tabel"]], "lighed", text, fact[column], int(other), extra_lines=[origin.to_dict()])

    def antal(self) -> None:
        counted = len(self.tabeller["klynge_register"])
        for fact in self.facts("klynge_optaellinger").to_dict("records"):
            self.add(f"antal-{fact['optaelling']}", fact, "teksten", "lighed", f"Antal {fact['hvad']} (kilde {fact['kilde']}) og antal klynger i Tabel 1", fact["antal"], counted)
