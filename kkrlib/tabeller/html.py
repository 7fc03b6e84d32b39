"""The table for readers: where its rows go, and what each cell is called in the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from kkrlib import dansk
from kkrlib.skabeloner import miljoe
from kkrlib.tabeller.celler import Celle, Raekke
from kkrlib.tabeller.kolonne import Kolonne
from kkrlib.tabeller.specifikation import Specifikation
from kkrlib.tabeller.tekst import ren

#: A table of more columns than these is set smaller, and may divide its headers anywhere, so that it fits A4.
MANGE, FLEST = 7, 9
#: How many choices a filter has at most; filter.css has a rule for each.
FILTRE = 8
#: How many columns of text the style sheet can set by their number (``k1`` to ``k8`` on ``<table>``).
KOLONNER = 8


class _Hoved(NamedTuple):
    """A column's header: over two rows where it has no unit of its own in the second."""

    tekst: str
    enhed: str
    klasse: str
    to_raekker: bool


class _Celle(NamedTuple):
    hoved: bool
    klasse: str
    tekst: str


class _Linje(NamedTuple):
    """A row. ``valg`` is the number of its choice, 0 without a filter."""

    celler: list[_Celle]
    sum: bool
    valg: int = 0


class _Krop(NamedTuple):
    """The rows of one ``<tbody>``, under the name of their group (empty: no name)."""

    navn: str
    linjer: list[_Linje]


class _Vist(NamedTuple):
    """One ``<table>``."""

    titel: str
    klasser: str
    hoveder: list[_Hoved]
    enheder: list[tuple[str, int]]
    kroppe: list[_Krop]
    fod: list[_Linje]
    bredde: int


@dataclass(frozen=True)
class _Felt:
    """A table, folded behind ``resume`` if it is given, and the choices before it."""

    tabel: _Vist
    resume: str | None = None
    klasse: str = ""
    antal: str = ""
    valg: Sequence[str] = ()


def fragment(spec: Specifikation, rows: Sequence[Raekke], totals: Sequence[Raekke]) -> str:
    """The table as HTML. Raises RunError for a chosen group without rows and a filter of too many values."""
    layout = _Opstilling(spec, rows, totals)
    fields = list(layout.felter())
    return (
        miljoe(__package__)
        .get_template("tabel.html.j2")
        .render(
            id=spec.id,
            titel=spec.titel,
            # Closed groups hide their captions, so the title stands above them too.
            gruppetitel=spec.gruppe is not None and spec.valgt is None,
            enhed=layout.enhed,
            felter=fields,
            filter=layout.filter,
            note=spec.note if spec.note.strip() else "",
            enhed_nedenfor=_uden_punktum(spec.enhed) if spec.enhed_nedenfor else "",
            kilde=_uden_punktum(spec.kilde),
        )
    )


def _uden_punktum(text: str) -> str:
    return text.strip().removesuffix(".")


class _Opstilling:
    """Which tables the rows of a specification make, and in which order."""

    def __init__(self, spec: Specifikation, rows: Sequence[Raekke], totals: Sequence[Raekke]):
        self.spec, self.rows, self.totals = spec, rows, totals
        self.hoveder, self.summer = spec.hoveder, spec.summer
        shown = spec.viste
        self.viste = [(j, k) for j, k in enumerate(spec.alle) if k in shown]
        # The unit stands above the rows where no header says it.
        said = any(spec.enhed_af(k) == spec.enhed.strip() for k in shown if k.er_tal)
        self.enhed = "" if spec.enhed_nedenfor or said else spec.enhed.strip()
        self.filter = next((ren(k.overskrift) for k in spec.alle if k.navn == spec.filter), "")
        self._vises = [i for i, hidden in enumerate(spec.skjulte) if not hidden]

    def felter(self) -> Iterator[_Felt]:
        every_total = range(len(self.totals))
        if self.spec.gruppe is not None:
            yield from self._grupper(self.spec.navne.index(self.spec.gruppe))
        else:
            choices = self._valg()
            whole = self._tabel(self.spec.titel, {"": (self._vises, [])}, every_total, choices)
            named = ["Alle", *dict.fromkeys(choices.values())] if choices else ()
            yield _Felt(whole, resume=self.spec.fold, klasse="fold", valg=named)

    def _valg(self) -> Mapping[int, str]:
        """The value that a reader can choose each shown row by; empty without a filter."""
        if self.spec.filter is None:
            return {}
        at = self.spec.navne.index(self.spec.filter)
        values = {i: self.rows[i][at].vist or "" for i in self._vises}
        if not all(values.values()) or len(set(values.values())) > FILTRE:
            raise self.spec.afvist([f"et filter skal have 1 til {FILTRE} forskellige værdier, og ingen må mangle"])
        return values

    def _grupper(self, at: int) -> Iterator[_Felt]:
        spec = self.spec
        groups = list(dict.fromkeys(self.rows[i][at].vist or "" for i in self._vises))
        if spec.valgt is not None and spec.valgt not in groups:
            raise spec.afvist([f"den valgte gruppe «{spec.valgt}» har ingen rækker"])
        members = {
            name: (
                [i for i in self._vises if (self.rows[i][at].vist or "") == name],
                [i for i, row in enumerate(self.totals) if row[at].vist == name],
            )
            for name in groups
        }
        rest = [i for i, row in enumerate(self.totals) if row[at].vist not in groups]
        if spec.valgt is None:
            for name, group in members.items():
                yield self._foldet(name, len(group[0]), f"{spec.titel} – {name}", {"": (group[0], [])}, group[1])
            if rest:
                yield _Felt(self._tabel(f"{spec.titel} – i alt", {}, rest))
            return
        body, sums = members.pop(spec.valgt)
        yield _Felt(self._tabel(f"{spec.titel} – {spec.valgt}", {"": (body, [])}, sums))
        if members:
            caption = f"{spec.titel} – {spec.resten[0].lower()}{spec.resten[1:]}"
            count = sum(len(body) for body, _ in members.values())
            yield self._foldet(spec.resten, count, caption, members, rest)
        elif rest:
            yield _Felt(self._tabel(f"{spec.titel} – i alt", {}, rest))

    def _foldet(
        self,
        navn: str,
        antal: int,
        titel: str,
        kroppe: Mapping[str, tuple[Sequence[int], Sequence[int]]],
        fod: Sequence[int],
    ) -> _Felt:
        count = dansk.flertal(antal, "række", "rækker")
        return _Felt(self._tabel(titel, kroppe, fod), resume=navn, klasse="gruppe", antal=count)

    def _tabel(
        self,
        titel: str,
        kroppe: Mapping[str, tuple[Sequence[int], Sequence[int]]],
        fod: Sequence[int],
        valg: Mapping[int, str] | None = None,
    ) -> _Vist:
        """A table of ``kroppe``: rows and the total rows below them, by the name of their group (empty: no name)."""
        # A table of totals alone has no column that says nothing about any of them.
        used = [(j, k) for j, k in self.viste if kroppe or any(self.totals[i][j].vist for i in fod)]
        # The name of a group stands in the first column, which then is not one of texts alone.
        sets = [
            n for n, (_, k) in enumerate(used[:KOLONNER]) if self._tekst(k) and not (n == 0 and any(map(bool, kroppe)))
        ]
        numbers = {value: n for n, value in enumerate(dict.fromkeys((valg or {}).values()), 1)}

        def line(row: Raekke, sum_: bool, choice: int = 0) -> _Linje:
            return _Linje([self._celle(row[j], k, n in sets) for n, (j, k) in enumerate(used)], sum_, choice)

        many = ["mange"] * (len(used) > MANGE) + ["flest"] * (len(used) > FLEST)
        heads, units = self._hoveder([k for _, k in used])
        return _Vist(
            titel=titel,
            klasser=" ".join([*many, *(f"k{n + 1}" for n in sets)]),
            hoveder=heads,
            enheder=units,
            kroppe=[
                _Krop(
                    name,
                    [line(self.rows[i], self.summer[i], numbers.get((valg or {}).get(i, ""), 0)) for i in body]
                    + [line(self.totals[i], True) for i in sums],
                )
                for name, (body, sums) in kroppe.items()
            ],
            fod=[line(self.totals[i], True) for i in fod],
            bredde=len(used),
        )

    def _tekst(self, kolonne: Kolonne) -> bool:
        return kolonne.type == "tekst" and kolonne.navn not in self.hoveder

    def _celle(self, celle: Celle, kolonne: Kolonne, sat: bool) -> _Celle:
        """A cell. Numbers are what a plain ``td`` holds (most of them), and texts in a column that is ``sat`` as such;
        the rest is marked, which keeps pages small.
        """
        if celle.vist is None:
            # An empty header would be a header of nothing.
            return _Celle(False, "", "")
        if kolonne.navn in self.hoveder:
            return _Celle(True, {"tekst": "", "dato": "dato"}.get(kolonne.type, "tal"), celle.vist)
        marks = [kolonne.type] * (not kolonne.er_tal and not sat) + ["mangler"] * celle.mangler
        return _Celle(False, " ".join(marks), celle.vist)

    def _hoveder(self, kolonner: Sequence[Kolonne]) -> tuple[list[_Hoved], list[tuple[str, int]]]:
        """The headers, and the units below them: neighbours of the same unit share a cell; a column without one is a
        header of two rows.
        """
        said = [self.spec.enhed_af(k) for k in kolonner]
        counted_in = [unit if k.er_tal else "" for k, unit in zip(kolonner, said, strict=True)]
        units = [(unit, len(list(same))) for unit, same in groupby(counted_in) if unit]
        heads = [
            _Hoved(
                k.overskrift,
                unit if not number else "",
                "tal" if k.er_tal else "bred" if k.bred else "",
                bool(units) and not number,
            )
            for k, unit, number in zip(kolonner, said, counted_in, strict=True)
        ]
        return heads, units
