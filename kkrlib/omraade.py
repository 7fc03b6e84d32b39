"""The area a report is about: the whole country or one region, by any of the names it goes under."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kkrlib.errors import ukendt_vaerdi

HELE_LANDET = "hele landet"


def omraade(tabeller: Mapping[str, pd.DataFrame], navn: str) -> str:
    """The official name of a region given by its name (with or without «Region»), its KKR or its slug, or :data:`HELE_LANDET`.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. Raises ParameterError, with the nearest valid name, for any other.
    """
    names = {HELE_LANDET: HELE_LANDET}
    for row in tabeller["regioner"].itertuples():
        names |= {spelling.casefold(): row.region for spelling in (row.region, row.kortnavn, row.kkr, row.slug)}
    if str(navn).casefold() not in names:
        raise ukendt_vaerdi("region", navn, [HELE_LANDET, *tabeller["regioner"]["region"]])
    return names[str(navn).casefold()]
