"""Fordeling af flygtninge: landstal → regionskvoter → kommunekvoter, and what a secretariat asks of them.

``regel``       the rule itself (BEK 550/2022 § 4): :func:`fordel`, :func:`regionskvoter`;
``forklaring``  why a kommune gets its quota, and why it changed;
``scenarier``   another landstal, other familiesammenførte, and the landstal at which a kommune gains or loses;
``udmelding``   the announcements of a year's landstal, and what each does to the quotas;
``aftale``      agreements on kommunekvoter, applied and judged;
``kontroller``  the published numbers and what they must equal;
``beregning``   all of it for one year, in one call: :func:`beregn`.
"""

from kkrlib.flygtninge.aftale import FORMER as AFTALEFORMER
from kkrlib.flygtninge.aftale import anvend, bedoem, falder_bort
from kkrlib.flygtninge.beregning import Beregning, advarsler, beregn
from kkrlib.flygtninge.forklaring import aarsager, trin
from kkrlib.flygtninge.kontroller import alle_kontroller, kontroller
from kkrlib.flygtninge.regel import (
    aar_med_data,
    fordel,
    forrige_aar,
    grundlag,
    grundlagsfund,
    pr_10000,
    regionskvoter,
)
from kkrlib.flygtninge.scenarier import aendringsgraenser, foelsomhed, graenser, med_andre_tal, sammenlign
from kkrlib.flygtninge.udmelding import (
    aendringer,
    bekendtgoerelse,
    kvoter_pr_udmelding,
    modstrid,
    nedsaet,
    ny_beregning,
    ufaerdigt,
)

__all__ = [
    "AFTALEFORMER",
    "Beregning",
    "aar_med_data",
    "aarsager",
    "advarsler",
    "aendringer",
    "aendringsgraenser",
    "alle_kontroller",
    "anvend",
    "bedoem",
    "bekendtgoerelse",
    "beregn",
    "falder_bort",
    "foelsomhed",
    "fordel",
    "forrige_aar",
    "graenser",
    "grundlag",
    "grundlagsfund",
    "kontroller",
    "kvoter_pr_udmelding",
    "med_andre_tal",
    "modstrid",
    "nedsaet",
    "ny_beregning",
    "pr_10000",
    "regionskvoter",
    "sammenlign",
    "trin",
    "ufaerdigt",
]
