"""The area a report is about: the whole country or one region, by any of the names it goes under."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kkrlib import tegn
from kkrlib.errors import ParameterError, ukendt_vaerdi

HELE_LANDET = "hele landet"


def omraade(tabeller: Mapping[str, pd.DataFrame], navn: str) -> str:
    """The official name of a region given by its name (with or without «Region»), its KKR or its slug, or
    :data:`HELE_LANDET`.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. Names are compared by :func:`kkrlib.tegn.normal`. Raises
    ParameterError for any other, with the nearest valid name, or with the invisible character that makes it another.
    """
    names = {tegn.normal(HELE_LANDET): HELE_LANDET}
    for row in tabeller["regioner"].itertuples():
        names |= {tegn.normal(spelling): row.region for spelling in (row.region, row.kortnavn, row.kkr, row.slug)}
    if tegn.normal(navn) in names:
        return names[tegn.normal(navn)]
    if hidden := ", ".join(tegn.usynlige(str(navn).replace("\N{NO-BREAK SPACE}", " "))):
        raise ParameterError(f"region: «{tegn.vis(navn)}» har et usynligt tegn ({hidden}); skriv navnet igen")
    raise ukendt_vaerdi("region", navn, [HELE_LANDET, *tabeller["regioner"]["region"]])
