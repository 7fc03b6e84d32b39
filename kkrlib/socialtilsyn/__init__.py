"""Socialtilsyn: the yearly reports of Socialtilsyn Øst as one series, and what follows from it.

``serier``      facts → indicators over years, published and derived kept apart: :func:`serie`, :func:`valider`;
``afledning``   what a printed change says of the year before: :func:`interval`, :func:`afledte`;
``udvikling``   change in number and per cent, and flows against stocks: :func:`aendring`, :func:`beholdning`;
``aktivitet``   visits, sanctions and henvendelser in proportion to what there is of them;
``oekonomi``    costs, budget against accounts, and objektiv finansiering;
``takster``     indices, size factors, the ten per cent rule, and fixed prices;
``beregning``   all of it for one report, in one call: :func:`beregn`.

Every function takes and returns DataFrames. Numbers are exact: :class:`~fractions.Fraction` in columns of dtype object,
None where there is none. Only columns whose name ends in ``_afrundet`` are rounded, by a named way (:func:`afrund`).
"""

from kkrlib.socialtilsyn.afledning import AFSKAARET, HALVE_OP, afledte, afrund, interval
from kkrlib.socialtilsyn.aktivitet import SMAA_TAL, besoeg, pr_100, sanktioner_pr_100, whistleblow_pr_100
from kkrlib.socialtilsyn.beregning import Beregning, aar_med_data, beregn, kendt_i
from kkrlib.socialtilsyn.oekonomi import budget_og_regnskab, objektiv_finansiering, omkostninger
from kkrlib.socialtilsyn.serier import AFLEDT, FELT, OFFENTLIGGJORT, serie, tal_af, valider
from kkrlib.socialtilsyn.takster import faste_priser, skaerpet_tilsyn, stoerrelsesfaktorer, takstindeks
from kkrlib.socialtilsyn.udvikling import aendring, beholdning

__all__ = [
    "AFLEDT",
    "AFSKAARET",
    "FELT",
    "HALVE_OP",
    "OFFENTLIGGJORT",
    "SMAA_TAL",
    "Beregning",
    "aar_med_data",
    "aendring",
    "afledte",
    "afrund",
    "beholdning",
    "beregn",
    "besoeg",
    "budget_og_regnskab",
    "faste_priser",
    "interval",
    "kendt_i",
    "objektiv_finansiering",
    "omkostninger",
    "pr_100",
    "sanktioner_pr_100",
    "serie",
    "skaerpet_tilsyn",
    "stoerrelsesfaktorer",
    "takstindeks",
    "tal_af",
    "valider",
    "whistleblow_pr_100",
]
