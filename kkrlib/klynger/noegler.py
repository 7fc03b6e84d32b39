"""Keys that a region may have distributed its money by, where its printed amounts do not follow the rule.

Only keys that the sources themselves give the numbers for are tried, and nothing is chosen because it comes out: for
each there is the difference to every printed amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from kkrlib.klynger.regel import JA

REGLEN, ANDET_AAR, TRYKT_SATS, ALLE_MEDLEMMER, FAST_DEL = (
    "reglen",
    "andet-aar",
    "trykt-sats",
    "alle-medlemmer",
    "fast-del",
)


def proev(
    tabeller: Mapping[str, pd.DataFrame],
    aar: int,
    kvoteaar: int,
    region: str,
    pulje: int,
    fordelt: pd.DataFrame,
    offentliggjort: pd.Series,
) -> pd.DataFrame:
    """What each key gives the klynger of a region.

    ``fordelt`` is what :func:`kkrlib.klynger.fordel` returns, ``pulje`` the region's money, ``offentliggjort`` its
    printed amounts by ``klynge``.

    - ``reglen``: by the inhabitants of the year's bilag A;
    - ``andet-aar``: by those of another quota year (``kvoteaar`` says which);
    - ``trykt-sats``: inhabitants times the region's printed amount per inhabitant, without regard to its money;
    - ``alle-medlemmer``: a kommune counts in every klynge it takes part in, whether it contributes or not;
    - ``fast-del``: the same amount per klynge and the rest by inhabitants, as the klynger with fewest and with most
      inhabitants would have it.

    Returns one row per key and klynge: ``noegle``, ``kvoteaar`` (``Int64``; missing where it does not apply),
    ``klynge``, ``beloeb`` and ``forskel`` (printed less computed), exact kroner.
    """
    mine = fordelt[fordelt["region"] == region]
    paying = mine[mine["bidragsandel"] != 0]

    def inhabitants(rows: pd.DataFrame, year: int, shares: bool = True) -> dict[str, Fraction]:
        people = tabeller["bilag_a"].loc[lambda t: t["kvoteaar"] == year].set_index("kommunekode")["befolkning"]
        counted = {klynge: Fraction(0) for klynge in offentliggjort.index}
        for row in rows.itertuples():
            counted[row.klynge] += int(people[row.kommunekode]) * (row.bidragsandel if shares else 1)
        return counted

    def by(people: Mapping[str, Fraction]) -> dict[str, Fraction]:
        everybody = sum(people.values())
        return {klynge: pulje * n / everybody for klynge, n in people.items()}

    own = inhabitants(paying, kvoteaar)
    tried: list[tuple[str, int | None, dict[str, Fraction]]] = [(REGLEN, kvoteaar, by(own))]
    for other in sorted(set(tabeller["bilag_a"]["kvoteaar"]) - {kvoteaar}):
        tried.append((ANDET_AAR, int(other), by(inhabitants(paying, other))))
    rates = tabeller["klynge_satser"]
    rates = rates[(rates["aar"] == aar) & (rates["side"] == "regioner") & (rates["omfang"] == "region")]
    for rate in rates.loc[rates["region"] == region, "trykt"]:
        tried.append((TRYKT_SATS, None, {klynge: Fraction(rate.replace(",", ".")) * n for klynge, n in own.items()}))
    if (mine["bidrager"] != JA).any():
        tried.append((ALLE_MEDLEMMER, None, by(inhabitants(mine, kvoteaar, shares=False))))
    least, most = (pick(own, key=own.__getitem__) for pick in (min, max))
    if own[least] != own[most]:
        slope = Fraction(int(offentliggjort[most]) - int(offentliggjort[least])) / (own[most] - own[least])
        tried.append(
            (
                FAST_DEL,
                None,
                {klynge: int(offentliggjort[least]) + slope * (n - own[least]) for klynge, n in own.items()},
            )
        )
    rows = [
        (key, year, klynge, amount, int(offentliggjort[klynge]) - amount)
        for key, year, amounts in tried
        for klynge, amount in amounts.items()
    ]
    return pd.DataFrame(rows, columns=["noegle", "kvoteaar", "klynge", "beloeb", "forskel"]).astype(
        {"kvoteaar": "Int64"}
    )
