"""The socialtilsyn report: what a :class:`kkrlib.socialtilsyn.Beregning` looks like to a council member of a KKR.

Every function takes the computation and returns something a notebook cell shows. Nothing is computed here but counts
and the choice of words. «Afledt» stands by every number that the report of its own year does not print.

``indledning``    the top of the page and its notes: title, main points, what counts something else;
``serier``        the series: a figure and its table for each chapter;
``beregninger``   what follows from the series: flows against stocks, visits, rates, cost, takster;
``datakvalitet``  data quality, method and sources;
``faelles``       what several parts of the report need: its source line, a number of the series, words.
"""

from kkrlib.visning.socialtilsyn.beregninger import (
    beholdning,
    besoeg,
    budget,
    omkostninger,
    omkostninger_figur,
    sanktioner_pr_100,
    takstindeks,
    takstregler,
    whistleblow_pr_100,
)
from kkrlib.visning.socialtilsyn.datakvalitet import (
    afstemning_optaelling,
    afstemning_tekst,
    kildefejl,
    kilder,
    kontroller,
    regler,
)
from kkrlib.visning.socialtilsyn.indledning import databrud, hovedpunkter, hvad_er_nyt, pladser_tekst, side, sikrede
from kkrlib.visning.socialtilsyn.serier import (
    bekymringer_figur,
    pladser_figur,
    portefoelje_figur,
    sager_figur,
    sanktioner_figur,
    takster,
    takster_figur,
    tilgang_figur,
    tilsyn_figur,
    udvikling,
)

__all__ = [
    "afstemning_optaelling",
    "afstemning_tekst",
    "beholdning",
    "bekymringer_figur",
    "besoeg",
    "budget",
    "databrud",
    "hovedpunkter",
    "hvad_er_nyt",
    "kildefejl",
    "kilder",
    "kontroller",
    "omkostninger",
    "omkostninger_figur",
    "pladser_figur",
    "pladser_tekst",
    "portefoelje_figur",
    "regler",
    "sager_figur",
    "sanktioner_figur",
    "sanktioner_pr_100",
    "side",
    "sikrede",
    "takster",
    "takster_figur",
    "takstindeks",
    "takstregler",
    "tilgang_figur",
    "tilsyn_figur",
    "udvikling",
    "whistleblow_pr_100",
]
