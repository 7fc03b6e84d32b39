"""One column of a table: how its values are shown to people, and what machines get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any, Literal, get_args

from kkrlib import dansk
from kkrlib.errors import RunError

PLADSER = 10
Type = Literal["tekst", "heltal", "decimal", "andel", "tal", "dato"]
TYPER = get_args(Type)
#: The types whose values are numbers.
TAL = ("heltal", "decimal", "andel", "tal")


@dataclass(frozen=True)
class Kolonne:
    """One column of a table.

    ``navn`` is the DataFrame's column (or index level) and the CSV's header; ``overskrift`` is what people read.
    ``enhed`` is the unit of its numbers where it is not the table's. Soft hyphens (U+00AD) in ``overskrift`` say where
    a long word may be divided, which a narrow screen and A4 need; they stay out of the downloads. ``type`` says how
    values are shown:

    - ``tekst``: text, where an empty one is an empty cell (nothing to say, which is not the same as missing);
      also plain whole numbers such as a year, without a thousands separator;
    - ``heltal``: whole numbers (a value that is not whole is refused, not rounded);
    - ``decimal``: numbers with ``decimaler`` decimals (1 unless given);
    - ``andel``: a share (0.125) as per cent with ``decimaler`` decimals (1 unless given). Without an ``enhed``
      the sign stands in each cell («12,5 %»); with one («procentpoint») the unit is in the header only;
    - ``tal``: numbers of several kinds in one column, each with the decimals that it has (at most ten); text where a
      number is a name, such as a year;
    - ``dato``: dates.

    ``fortegn`` puts a plus before what is above zero. ``beskrivelse`` explains the column in the XLSX. A column with
    ``vis=False`` stands only in the downloads, one with ``fil=False`` only on the page. ``bred`` gives a column of
    longer texts room; ``kort`` makes the text that the page shows of what the downloads have. ``raekkehoved`` makes the
    cells row headers; without any, the first shown column is. Raises RunError, with every fault, for a definition that
    makes no sense.
    """

    navn: str
    overskrift: str
    _: KW_ONLY
    enhed: str = ""
    type: Type = "tekst"
    decimaler: int | None = None
    fortegn: bool = False
    beskrivelse: str = ""
    vis: bool = True
    raekkehoved: bool = False
    bred: bool = False
    kort: Callable[[str], str] | None = None
    fil: bool = True

    def __post_init__(self) -> None:
        if self.decimaler is None and self.type in ("heltal", "decimal", "andel"):
            object.__setattr__(self, "decimaler", 0 if self.type == "heltal" else 1)
        if faults := list(self._fejl()):
            raise RunError("\n".join(f"kolonne «{self.navn}»: {fault}" for fault in faults))

    def _fejl(self) -> Iterator[str]:
        if not self.navn or not self.overskrift.strip():
            yield "navn og overskrift skal være udfyldt"
        if self.type not in TYPER:
            yield f"ukendt type «{self.type}»; brug {dansk.opremsning(TYPER)}"
        elif self.decimaler is not None:
            if self.type in ("decimal", "andel"):
                if not 0 <= self.decimaler <= PLADSER:
                    yield f"decimaler skal være fra 0 til {PLADSER}"
            elif (self.type, self.decimaler) != ("heltal", 0):
                yield f"en kolonne af typen «{self.type}» har ingen decimaler"
        if self.fortegn and not self.er_tal:
            yield "kun tal har fortegn"
        if self.raekkehoved and not self.vis:
            yield "et rækkehoved skal vises"

    @property
    def er_tal(self) -> bool:
        return self.type in TAL

    def vist(self, x: Any) -> str:
        """The Danish text of a value that is not missing; raises ValueError for one that does not fit the type."""
        value = maskinvaerdi(x, self.type)
        if self.type == "tekst" or (self.type == "tal" and isinstance(value, str)):
            return self.kort(str(value)) if self.kort else str(value)
        if self.type == "dato":
            return dansk.dato(date.fromisoformat(str(value)))
        # Formatted from the value itself: the payload's is already rounded once.
        write = dansk.fortegn if self.fortegn else dansk.tal
        if self.type == "andel":
            text = write(_eksakt(x) * 100, self.decimaler or 0)
            return text if self.enhed else text + "\N{NO-BREAK SPACE}%"
        return write(_eksakt(x), decimaler(value) if self.type == "tal" else self.decimaler or 0)


def decimaler(value: str | int | float) -> int:
    """How many decimals a number of the payload has."""
    return 0 if isinstance(value, int) else -int(Decimal(repr(value)).as_tuple().exponent)


def _eksakt(x: Any) -> Fraction:
    """A number in a form that multiplies exactly by 100 (a binary float becomes the fraction it is)."""
    if isinstance(x, (Rational, Integral)):
        return Fraction(int(x.numerator), int(x.denominator))
    return Fraction(x) if isinstance(x, Decimal) else Fraction(float(x))


def maskinvaerdi(x: Any, type: Type) -> str | int | float:
    """The payload's value of one that is not missing; raises ValueError with a Danish rule if it does not fit."""
    if isinstance(x, (bool,)) or getattr(getattr(x, "dtype", None), "kind", "") == "b":
        raise ValueError("skal ikke være sandt eller falsk")
    if type == "tekst" or (type == "tal" and isinstance(x, str)):
        if isinstance(x, str):
            if x and not x.strip():
                raise ValueError("skal ikke kun være mellemrum")
            return x
        if isinstance(x, Integral):
            return int(x)
        raise ValueError("skal være tekst")
    if type == "dato":
        if isinstance(x, datetime):
            if x.time() != datetime.min.time() or x.tzinfo is not None:
                raise ValueError("skal være en dato uden klokkeslæt")
            return x.date().isoformat()
        if isinstance(x, date):
            return x.isoformat()
        raise ValueError("skal være en dato")
    if not isinstance(x, (Real, Decimal)):
        raise ValueError("skal være et tal")
    try:
        exact = _eksakt(x)
    except (OverflowError, ValueError):
        raise ValueError("skal være et endeligt tal") from None
    if exact.denominator == 1:
        return int(exact)
    if type == "heltal":
        raise ValueError("skal være et helt tal")
    rounded = dansk.afrund(exact, PLADSER)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)
