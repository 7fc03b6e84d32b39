"""The refugee report: what a :class:`kkrlib.flygtninge.Beregning` looks like to a council member.

Every function takes the computation and returns something a notebook cell shows. Nothing is computed here but
counts and the choice of words.

``indledning``    the top of the page: title, main points, what is new;
``kvoter``        regionskvoter and kommunekvoter: the figure, the map and the tables;
``udmelding``     the announcements of a landstal that changed within its year, and the quotas beside each other;
``forklaring``    why a kommune gets its quota, and why it changed;
``scenarier``     what if: another landstal, other familiesammenførte;
``aftale``        the aftaler on kommunekvoter: verdict, quotas, those of other years;
``datakvalitet``  data quality, method and sources;
``faelles``       what several parts of the report need: its source line, its order of rows, its words.
"""

from kkrlib.visning.flygtninge.aftale import aftaler_dom, aftaler_kvoter, aftaler_tekst, tidligere_aftaler
from kkrlib.visning.flygtninge.datakvalitet import (
    advarsler,
    afstemning_optaelling,
    afstemning_tekst,
    fortolkninger,
    kildefejl,
    kilder,
    kontroller,
    metode,
    regler,
)
from kkrlib.visning.flygtninge.forklaring import aarsager, aarsager_figur, bidrag, bidrag_figur, forklar, forklaringer
from kkrlib.visning.flygtninge.indledning import hovedpunkter, hvad_er_nyt, side
from kkrlib.visning.flygtninge.kvoter import kommunekvoter, kort, regionskvoter, regionskvoter_figur
from kkrlib.visning.flygtninge.scenarier import graenser, landstal_varianter, landstalsgraenser, scenarie
from kkrlib.visning.flygtninge.udmelding import (
    udmeldinger,
    udmeldinger_kvoter,
    udmeldinger_regionskvoter,
    udmeldinger_tekst,
)

__all__ = [
    "aarsager",
    "aarsager_figur",
    "advarsler",
    "afstemning_optaelling",
    "afstemning_tekst",
    "aftaler_dom",
    "aftaler_kvoter",
    "aftaler_tekst",
    "bidrag",
    "bidrag_figur",
    "forklar",
    "forklaringer",
    "fortolkninger",
    "graenser",
    "hovedpunkter",
    "hvad_er_nyt",
    "kildefejl",
    "kilder",
    "kommunekvoter",
    "kontroller",
    "kort",
    "landstal_varianter",
    "landstalsgraenser",
    "metode",
    "regionskvoter",
    "regionskvoter_figur",
    "regler",
    "scenarie",
    "side",
    "tidligere_aftaler",
    "udmeldinger",
    "udmeldinger_kvoter",
    "udmeldinger_regionskvoter",
    "udmeldinger_tekst",
]
