"""Reconciliation: every published number beside what follows from a rule or from other published numbers.

A control is data: the number that is judged, the kind of relation, and the numbers it is related to. It goes one way:

``tal``     tables → one row per published number, with the interval its printing leaves open: :func:`tal`;
``fakta``   tables → one row per number, under the columns that a template selects on;
``skabeloner``  one rule for a shape of table → its controls, of every edition: :func:`udfold`;
``saet``    collects the controls that a field makes: :class:`Kontrolsaet`;
``arter``   the kinds of controls, and what each number must equal: :func:`beregn`;
``dom``     the verdict, the findings that explain deviations, and the coverage: :func:`doem`, :func:`nye_og_borte`,
            :func:`daekning`;
``foelsomhed``  whether a wrong digit would be seen: :func:`foelsomhed`.

What is compared with what, a field says itself (for example :func:`kkrlib.flygtninge.kontroller`), or the templates in
``skabeloner``, or, for the few that fit none, the tables ``kontroller`` and ``kontrol_led``. The module knows no field.
"""

from kkrlib.afstemning.arter import ARTER, KONTROL, LED, beregn
from kkrlib.afstemning.dom import (
    AFRUNDING,
    AFVIGER,
    DOMME,
    KOLONNER,
    STEMMER,
    UPROEVET,
    daekning,
    doem,
    erklaerede,
    fund,
    kendte,
    nye_og_borte,
    optael,
    skrevet,
    trykt_tal,
    vurder,
)
from kkrlib.afstemning.foelsomhed import foelsomhed
from kkrlib.afstemning.saet import Kontrolsaet
from kkrlib.afstemning.skabeloner import udfold
from kkrlib.afstemning.tal import tal
from kkrlib.interval import Interval

__all__ = [
    "AFRUNDING",
    "AFVIGER",
    "ARTER",
    "DOMME",
    "KOLONNER",
    "KONTROL",
    "LED",
    "STEMMER",
    "UPROEVET",
    "Interval",
    "Kontrolsaet",
    "beregn",
    "daekning",
    "doem",
    "erklaerede",
    "foelsomhed",
    "fund",
    "kendte",
    "nye_og_borte",
    "optael",
    "skrevet",
    "tal",
    "trykt_tal",
    "udfold",
    "vurder",
]
