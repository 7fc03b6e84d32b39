"""A kommune in two klynger of which the source does not say how it contributes: København in 2022.

Tabel 1 counts a part of København in a second klynge; the slide of bilag 3 does not. The part is not printed. It
follows from the amounts, and is labelled as derived wherever it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from kkrlib.klynger.regel import IKKE_OPLYST, fordel

HALV = Fraction(1, 2)


@dataclass(frozen=True)
class Deling:
    """A derived division of one kommune between two klynger of a region.

    ``kommunekode``, ``region``, ``hoved`` (the klynge it contributes to) and ``anden`` (the one it takes part in
    without a stated contribution). ``spor``: one row per published amount that tells of the division: ``klynge``,
    ``side`` (``kommuner`` or ``regioner``), ``offentliggjort`` (kroner), ``andel`` (the share in ``anden`` that it
    implies), ``mindst`` and ``hoejst`` (what the rounding of the printed amounts allows), ``indbyggere`` (``andel`` as
    persons), all exact. ``mindst`` and ``hoejst`` bound the shares that every row allows; ``mindst > hoejst`` would
    mean that no one share explains the amounts. ``andel``, the share that is used, is the middle between them, or what
    the first row implies where there is no such share.
    """

    kommunekode: str
    region: str
    hoved: str
    anden: str
    andel: Fraction
    mindst: Fraction
    hoejst: Fraction
    spor: pd.DataFrame

    @property
    def forenelig(self) -> bool:
        """Whether one share explains all the amounts."""
        return self.mindst <= self.hoejst


def uoplyste(medlemmer: pd.DataFrame) -> pd.DataFrame:
    """The memberships of which the source does not say whether the kommune contributes: rows with ``bidrager`` ``ikke
    oplyst``.
    """
    return medlemmer[medlemmer["bidrager"] == IKKE_OPLYST]


def udled(
    befolkning: pd.Series, medlemmer: pd.DataFrame, pulje: int, regionspuljer: pd.Series, offentliggjort: pd.DataFrame
) -> list[Deling]:
    """Derive each division from published amounts.

    The arguments are those of :func:`kkrlib.klynger.fordel`; ``offentliggjort`` is indexed by ``(region, klynge)`` with
    ``kommuner`` and ``regioner`` (kroner). Where the amounts are printed as if a kommune contributed to its first
    klynge only, the derived share is about zero. Kommuner without a single klynge they fully contribute to, klynger
    without published amounts, and amounts that no share from 0 to 1 explains (a misprint) give no division.
    """
    fordelt = fordel(befolkning, medlemmer, pulje, regionspuljer)
    found = []
    for row in uoplyste(fordelt).itertuples():
        mine = fordelt[
            (fordelt["kommunekode"] == row.kommunekode)
            & (fordelt["region"] == row.region)
            & (fordelt["bidragsandel"] == 1)
        ]
        if len(mine) != 1:
            continue
        hoved, anden = mine.iloc[0], row
        keys = [(row.region, anden.klynge), (row.region, hoved["klynge"])]
        if not all(key in offentliggjort.index for key in keys):
            continue
        division = _deling(
            fordelt, row.kommunekode, row.region, hoved, anden.klynge, int(regionspuljer[row.region]), offentliggjort
        )
        if 0 <= division.andel <= 1 or division.mindst <= 0 <= division.hoejst:
            found.append(division)
    return found


def _deling(
    fordelt: pd.DataFrame,
    code: str,
    region: str,
    hoved: pd.Series,
    anden: str,
    regionspulje: int,
    published: pd.DataFrame,
) -> Deling:
    own = hoved["indbyggere"]
    rows = []
    for side in ("kommuner", "regioner"):
        rate = hoved[side] / own
        for klynge in (anden, hoved["klynge"]):
            others = fordelt[
                (fordelt["region"] == region) & (fordelt["klynge"] == klynge) & (fordelt["kommunekode"] != code)
            ]
            rest = sum(others[side], Fraction(0))
            printed = int(published.at[(region, klynge), side])

            def share(amount: Fraction, factor: Fraction = Fraction(1)) -> Fraction:
                part = (amount / factor - rest) / rate / own  # noqa: B023
                return part if klynge == anden else 1 - part  # noqa: B023

            # The region's money is itself printed in whole kroner.
            slack = HALV / regionspulje if side == "regioner" else Fraction(0)
            ends = [share(Fraction(printed) + e, 1 + f) for e in (-HALV, HALV) for f in (-slack, slack)]
            point = share(Fraction(printed))
            rows.append((klynge, side, printed, point, min(ends), max(ends), point * own))
    spor = pd.DataFrame(rows, columns=["klynge", "side", "offentliggjort", "andel", "mindst", "hoejst", "indbyggere"])
    least, greatest = max(spor["mindst"]), min(spor["hoejst"])
    used = (least + greatest) / 2 if least <= greatest else rows[0][3]
    return Deling(code, region, hoved["klynge"], anden, used, least, greatest, spor)


def med_deling(medlemmer: pd.DataFrame, deling: Deling) -> pd.DataFrame:
    """The memberships with a kommune divided: the derived share in its second klynge, the rest in its first. The input
    is not changed.
    """
    result = medlemmer.copy()
    result["bidragsandel"] = result["bidragsandel"].astype(object)
    mine = (result["kommunekode"] == deling.kommunekode) & (result["region"] == deling.region)
    for klynge, share in ((deling.anden, deling.andel), (deling.hoved, 1 - deling.andel)):
        result.loc[mine & (result["klynge"] == klynge), "bidragsandel"] = share
    return result
