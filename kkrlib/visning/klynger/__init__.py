"""The report on klyngeøkonomi: what a :class:`kkrlib.klynger.Beregning` looks like to a council member.

Every function takes the computation and returns something a notebook cell shows, or None where the chosen area has
nothing of the kind. Nothing is computed here but counts, differences and the choice of words.

``indledning``    the top of the page: title, main points, what is new;
``beloeb``        what each klynge gets: the figures and the table;
``bidrag``        who pays what: the map, the kommuner and their memberships;
``deling``        København, which is in two klynger, both ways;
``kontorer``      the regional klyngekontorer;
``anvendelse``    what the money is for, and the accounts of the klynger;
``datakvalitet``  data quality, method and sources;
``faelles``       what several parts of the report need: its source line, its names and notes.
"""

from kkrlib.visning.klynger.anvendelse import (
    anvendelse_tekst,
    indsatser,
    indsatsomraader,
    regnskab,
    regnskab_tekst,
    skabeloner,
)
from kkrlib.visning.klynger.beloeb import beloeb_figur, klynger, klynger_tekst, pr_indbygger_figur
from kkrlib.visning.klynger.bidrag import deltagelse, kommuner, kort
from kkrlib.visning.klynger.datakvalitet import (
    afstemning_optaelling,
    afstemning_tekst,
    afvigelser,
    fund_tekst,
    kildefejl,
    kilder,
    kontroller,
    metode,
    noegler,
)
from kkrlib.visning.klynger.deling import koebenhavn, koebenhavn_spor, koebenhavn_tekst
from kkrlib.visning.klynger.indledning import hovedpunkter, hvad_er_nyt, side
from kkrlib.visning.klynger.kontorer import klyngekontorer, kontorer_tekst

__all__ = [
    "afstemning_optaelling",
    "afstemning_tekst",
    "afvigelser",
    "anvendelse_tekst",
    "beloeb_figur",
    "deltagelse",
    "fund_tekst",
    "hovedpunkter",
    "hvad_er_nyt",
    "indsatser",
    "indsatsomraader",
    "kildefejl",
    "kilder",
    "klyngekontorer",
    "klynger",
    "klynger_tekst",
    "koebenhavn",
    "koebenhavn_spor",
    "koebenhavn_tekst",
    "kommuner",
    "kontorer_tekst",
    "kontroller",
    "kort",
    "metode",
    "noegler",
    "pr_indbygger_figur",
    "regnskab",
    "regnskab_tekst",
    "side",
    "skabeloner",
]
