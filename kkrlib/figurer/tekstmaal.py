"""How much room a text takes in a drawing, also when a reader spreads its letters, and where it may be broken."""

from __future__ import annotations

from collections.abc import Iterator

BLOED = "\N{SOFT HYPHEN}"


def em(tekst: str) -> float:
    """About the width of a text in a common sans serif, in units of its font size."""
    return sum(
        0.3
        if c in "fijlrt.,:;'|() \N{NO-BREAK SPACE}"
        else 0.88
        if c in "mwMW%Ææ"
        else 0.74
        if c in "+\N{MINUS SIGN}"
        else 0.68
        if c.isupper()
        else 0.57
        if c.isdigit()
        else 0.36
        if c == "-"
        else 0.54
        for c in tekst
    )


def tekstbredde(tekst: str, skrift: float, *, fed: bool = False) -> float:
    """The pixels to set aside for a text: as much as DejaVu Sans takes, the widest font a reader is likely to have."""
    return em(tekst) * skrift * (1.24 if fed else 1.14)


def spredt(tekst: str, skrift: float, *, fed: bool = False) -> float:
    """The pixels that a text takes when a reader sets letters and words apart as much as WCAG 1.4.12 says."""
    return tekstbredde(tekst, skrift, fed=fed) + (0.12 * max(len(tekst) - 1, 0) + 0.16 * tekst.count(" ")) * skrift


def rum(tekst: str, skrift: float, fri: float, *, fed: bool = False) -> float:
    """The pixels to set aside for a text that has ``fri`` pixels of air beside it, which it may use when spread."""
    return max(tekstbredde(tekst, skrift, fed=fed), spredt(tekst, skrift, fed=fed) - fri)


def navnelinjer(tekst: str, skrift: float, plads: float, *, fed: bool = False) -> list[str]:
    """A name as one line, or as two where it would not fit when a reader sets the letters apart."""
    if " " not in tekst or spredt(tekst, skrift, fed=fed) <= plads:
        return [tekst]
    brud = min((i for i, c in enumerate(tekst) if c == " "), key=lambda i: abs(2 * i + 1 - len(tekst)))
    return [tekst[:brud], tekst[brud + 1 :]]


def stykker(navn: str) -> Iterator[str]:
    """The pieces that a name may be broken into, each with the hyphen it would then end in."""
    for o in navn.split(" "):
        *foran, sidst = o.split(BLOED)
        yield from (stykke + "-" for stykke in foran)
        yield sidst


def brudt(navn: str, skrift: float, plads: float, fri: float, *, fed: bool = False) -> list[str]:
    """A name in as few lines as fill ``plads``, broken at spaces and, with a hyphen, at soft hyphens."""
    linjer = [""]
    for o in navn.split(" "):
        # A whole word goes to the next line before it is broken, if it then need not be.
        for n, stykke in enumerate(o.split(BLOED)):
            resten = "".join(o.split(BLOED)[n:])
            foran = linjer[-1] + (" " if linjer[-1] and not n else "")
            hen = foran + stykke + ("" if stykke == resten else "-")
            if rum(foran + resten, skrift, fri, fed=fed) <= plads or (n and rum(hen, skrift, fri, fed=fed) <= plads):
                linjer[-1] = foran + stykke
            else:
                linjer[-1] += "-" if n else ""
                linjer.append(stykke)
    return [linje for linje in linjer if linje]
