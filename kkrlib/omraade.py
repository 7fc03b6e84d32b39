"""The area a report is about: the whole country or one region, by any of the names it goes under."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from kkrlib import perioder, tegn
from kkrlib.errors import ParameterError, ukendt_vaerdi

HELE_LANDET = "hele landet"


def omraade(tabeller: Mapping[str, pd.DataFrame], navn: str, dag: date) -> str:
    """The official name of a region on a day, given by its name then (with or without «Region»), its KKR or its slug,
    or :data:`HELE_LANDET`.

    ``tabeller`` is what :func:`kkrlib.data.load` returns. Names are compared by :func:`kkrlib.tegn.normal`. Raises
    ParameterError for any other, with the nearest valid name, or with the invisible character that makes it another;
    and for a region of another day, with the days on which it is one.
    """
    names = {tegn.normal(HELE_LANDET): HELE_LANDET}
    register = perioder.gaeldende(tabeller["regioner"], dag)
    for row in register.itertuples():
        names |= {tegn.normal(spelling): row.region for spelling in (row.region, row.kortnavn, row.kkr, row.slug)}
    if tegn.normal(navn) in names:
        return names[tegn.normal(navn)]
    if hidden := ", ".join(tegn.usynlige(str(navn).replace("\N{NO-BREAK SPACE}", " "))):
        raise ParameterError(f"region: «{tegn.vis(navn)}» har et usynligt tegn ({hidden}); skriv navnet igen")
    valid = [HELE_LANDET, *register["region"]]
    for row in tabeller["regioner"].itertuples():
        if tegn.normal(navn) in map(tegn.normal, (row.region, row.kortnavn, row.kkr, row.slug)):
            raise ParameterError(
                f"region: «{tegn.vis(navn)}» findes ikke den {dag.isoformat()}. Gyldige: {', '.join(valid)}."
            )
    raise ukendt_vaerdi("region", navn, valid)
