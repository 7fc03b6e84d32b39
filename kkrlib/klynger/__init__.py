"""Klyngeøkonomi: who pays what to which sundhedsklynge, the regional klyngekontorer, and the accounts of the klynger.

``regel``       the rule: :func:`fordel`, :func:`pr_klynge`, :func:`pr_region`, memberships in force;
``deling``      a kommune between two klynger (København): derived from the published amounts;
``kontorer``    the regional klyngekontorer: bills, and what happens when kommuner leave;
``regnskab``    the klyngeregnskab: budgets, and filled-in accounts judged;
``noegler``     keys that a region may have used where it did not use the rule;
``kontroller``  the published numbers and what they must equal;
``beregning``   all of it for one year, in one call: :func:`beregn`.

A klynge's key is the region and the name.
"""

from kkrlib.klynger.beregning import (
    DELT,
    UDELT,
    Beregning,
    Kontorer,
    alle_kontroller,
    befolkning,
    beregn,
    udtraedelseslaeser,
)
from kkrlib.klynger.deling import Deling, med_deling, udled
from kkrlib.klynger.kontorer import fordel_kontorer, regning_pr_kommune, udtraedende
from kkrlib.klynger.kontroller import kontroller
from kkrlib.klynger.regel import (
    NOEGLE,
    aar_med_data,
    fordel,
    gaeldende,
    hele_kroner,
    medlemskab,
    pr_klynge,
    pr_region,
)
from kkrlib.klynger.regnskab import bedoem, budgetter, former, indsatsomraader

__all__ = [
    "DELT",
    "NOEGLE",
    "UDELT",
    "Beregning",
    "Deling",
    "Kontorer",
    "aar_med_data",
    "alle_kontroller",
    "bedoem",
    "befolkning",
    "beregn",
    "budgetter",
    "fordel",
    "fordel_kontorer",
    "former",
    "gaeldende",
    "hele_kroner",
    "indsatsomraader",
    "kontroller",
    "med_deling",
    "medlemskab",
    "pr_klynge",
    "pr_region",
    "regning_pr_kommune",
    "udled",
    "udtraedelseslaeser",
    "udtraedende",
]
