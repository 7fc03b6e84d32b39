"""What a table is of, and how it is laid out: held against its data, with every fault at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass

import pandas as pd

from kkrlib import dansk
from kkrlib.errors import RunError
from kkrlib.tabeller.kolonne import Kolonne

MANGLER = "ikke oplyst"
#: A table's id: lower-case ASCII words joined by hyphens; it becomes an HTML id and part of a file name.
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: A unit that begins so says no more than the cells do, and stands below the table instead of in its caption.
_UDEN_ENHED = ("som nævnt", "én ", "ét ")


@dataclass(frozen=True, eq=False)
class Specifikation:
    """A table of ``data``, one row per row in its order, one column per :class:`Kolonne`.

    ``id`` is a lower-case slug, unique on its page; ``titel`` is the caption; ``enhed`` says in words what is counted,
    ``kilde`` where it comes from; ``note`` is shown below. Plain text all of them. The unit stands in the header of
    every column of numbers that has no unit of its own (a share with its sign in the cells needs none); where no column
    says it, it follows the title, and below the table if it begins «som nævnt», «én» or «ét».

    ``ialt`` holds total rows with the same columns; a column it lacks is left empty. They are marked, stand in
    ``<tfoot>`` and in the XLSX, never in the CSV. ``gruppe`` names the column that splits a long table into one
    ``<details>`` per group, in order of appearance. A total row whose group is one of them stands there, the others in
    a table of their own. With ``valgt``, the group that a page is about, its rows stand in the open and all others in
    one ``<details>`` of the name ``resten``, group by group. ``fold`` (not with ``gruppe``) is the summary of one
    closed ``<details>`` around the whole table.

    ``kun_i_filer`` marks the rows, one truth value each, that stand only in the downloads. ``sum_raekker`` marks those
    that are sums of others and yet stand among them, as in accounts; they look like totals, and stand in the CSV too.
    ``filter`` (not with ``gruppe``) names a column whose values, in order of appearance and at most
    :data:`kkrlib.tabeller.FILTRE`, a reader can choose between; the style sheet hides the other rows.

    ``mangler`` is the text for a missing value: one for all columns, one per column name, or None to refuse.

    Raises RunError, with every fault, for a definition that makes no sense (empty title, unknown column …).
    """

    data: pd.DataFrame
    kolonner: Iterable[Kolonne]
    _: KW_ONLY
    id: str
    titel: str
    enhed: str
    kilde: str
    note: str = ""
    ialt: pd.DataFrame | None = None
    gruppe: str | None = None
    valgt: str | None = None
    resten: str = ""
    fold: str | None = None
    kun_i_filer: Iterable[bool] | None = None
    sum_raekker: Iterable[bool] | None = None
    filter: str | None = None
    mangler: str | Mapping[str, str] | None = MANGLER

    def __post_init__(self) -> None:
        for name in ("kolonner", "kun_i_filer", "sum_raekker"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, tuple(given))
        if faults := [*self._tekstfejl(), *self._kolonnefejl(), *self._opdelingsfejl(), *self._raekkefejl()]:
            raise self.afvist(faults)

    def afvist(self, fejl: Iterable[str]) -> RunError:
        """The refusal of this table, one line per fault."""
        return RunError("\n".join(f"tabel «{self.id}»: {fault}" for fault in fejl))

    # --- what follows from it ------------------------------------------------------------------------------------

    @property
    def alle(self) -> tuple[Kolonne, ...]:
        return tuple(self.kolonner)

    @property
    def navne(self) -> list[str]:
        return [k.navn for k in self.alle]

    @property
    def viste(self) -> list[Kolonne]:
        """The columns that stand on the page; a group's name stands above its rows."""
        return [k for k in self.alle if k.vis and k.navn != self.gruppe]

    @property
    def hoveder(self) -> set[str]:
        """The names of the columns whose cells are row headers."""
        return {k.navn for k in self.viste if k.raekkehoved} or {self.viste[0].navn}

    @property
    def skjulte(self) -> list[bool]:
        """Of each row, whether it stands only in the downloads."""
        return self._for_hver(self.kun_i_filer)

    @property
    def summer(self) -> list[bool]:
        """Of each row, whether it is a sum of others."""
        return self._for_hver(self.sum_raekker)

    def _for_hver(self, maerker: Iterable[bool] | None) -> list[bool]:
        return [False] * len(self.data) if maerker is None else [bool(x) for x in maerker]

    @property
    def tekster(self) -> Mapping[str, str]:
        """The text for a missing value, by the names of the columns that have one."""
        if self.mangler is None:
            return {}
        return dict.fromkeys(self.navne, self.mangler) if isinstance(self.mangler, str) else self.mangler

    @property
    def enhed_nedenfor(self) -> bool:
        """Whether the unit says no more than the cells do."""
        return self.enhed.lower().startswith(_UDEN_ENHED)

    def enhed_af(self, kolonne: Kolonne) -> str:
        """The unit of a column's numbers, empty for one that has none to show: text, dates, and shares with the sign in
        each cell.
        """
        if kolonne.enhed or not kolonne.er_tal or kolonne.type == "andel" or self.enhed_nedenfor:
            return kolonne.enhed
        return self.enhed.strip()

    # --- its faults ----------------------------------------------------------------------------------------------

    def _tekstfejl(self) -> Iterator[str]:
        if not SLUG.fullmatch(self.id):
            yield "id skal være små bogstaver a–z, tal og bindestreger"
        for name in ("titel", "enhed", "kilde"):
            if not getattr(self, name).strip():
                yield f"{name} skal være udfyldt"
        if unknown := [n for n in self.tekster if n not in self.navne]:
            yield f"mangler nævner en ukendt kolonne: {dansk.opremsning(unknown)}"
        if empty := [n for n, t in self.tekster.items() if not t.strip()]:
            yield f"teksten for manglende værdier er tom: {dansk.opremsning(empty)}"

    def _kolonnefejl(self) -> Iterator[str]:
        names, fields = self.navne, _felter(self.data)
        if twice := sorted({n for n in names if names.count(n) > 1}):
            yield f"kolonnen er nævnt to gange: {dansk.opremsning(twice)}"
        if unknown := [n for n in names if n not in fields]:
            yield f"ukendt kolonne: {dansk.opremsning(unknown)}; data har {dansk.opremsning(map(str, fields))}"
        if twice := sorted({n for n in names if fields.count(n) > 1}):
            yield f"data har to kolonner af samme navn: {dansk.opremsning(twice)}"
        if not self.viste:
            yield "ingen kolonne vises"
        if self.ialt is not None:
            if unknown := [str(n) for n in self.ialt.columns if n not in names]:
                yield f"ialt har en ukendt kolonne: {dansk.opremsning(unknown)}"
            if self.viste and not self.hoveder & set(_felter(self.ialt)):
                yield f"ialt skal have rækkens navn i kolonnen {dansk.opremsning(sorted(self.hoveder))}"

    def _opdelingsfejl(self) -> Iterator[str]:
        if self.gruppe is not None and self.gruppe not in self.navne:
            yield f"gruppen «{self.gruppe}» skal være en af kolonnerne (vis=False, hvis den kun skal stå i filerne)"
        if self.gruppe is not None and self.fold is not None:
            yield "brug enten gruppe eller fold"
        if self.valgt is not None and (self.gruppe is None or not self.resten.strip()):
            yield "valgt kræver en gruppe og i resten den tekst, læseren klikker på for at se de andre"
        if self.fold is not None and not self.fold.strip():
            yield "fold skal være den tekst, læseren klikker på"
        if self.filter is not None and (self.gruppe is not None or self.filter not in self.navne):
            yield "filter skal være en af kolonnerne, og tabellen kan ikke også have en gruppe"

    def _raekkefejl(self) -> Iterator[str]:
        if self.data.empty:
            yield "ingen rækker; skriv det som tekst i stedet"
            return
        if len(self.skjulte) != len(self.data) or all(self.skjulte):
            yield "kun_i_filer skal sige ja eller nej for hver række og lade mindst én blive vist"
        if len(self.summer) != len(self.data):
            yield "sum_raekker skal sige ja eller nej for hver række"


def _felter(data: pd.DataFrame) -> Sequence[str]:
    return [*data.columns, *(n for n in data.index.names if n is not None)]
