"""The commands of ``kkr`` that belong to one field; :mod:`kkrlib.cli` adds them and knows none of them."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def tilfoej(gruppe: click.Group, siger_hvorfor: Callable[..., Any]) -> None:
    """Add the commands to ``kkr``. ``siger_hvorfor`` turns the project's errors into lines and exit codes."""
    for name, command, made in (("skabelon", _skabelon, _SKABELON), ("kontrol", _kontrol, _KONTROL)):
        for decorate in made:
            command = decorate(command)
        _regnskab.command(name, epilog=_EPILOG)(siger_hvorfor(command))
    gruppe.add_command(_regnskab)


@click.group("regnskab")
def _regnskab() -> None:
    """Klyngeregnskaber: write templates, and check those that were filled in."""


_EPILOG = """\b
Examples:
  kkr regnskab skabelon --aar 2022 --ud regnskaber      a workbook for each klynge
  kkr regnskab skabelon --aar 2022 --region sjaelland --ud regnskaber
  kkr regnskab kontrol --aar 2022 regnskaber            every finding; exits 3 if there is one
  kkr regnskab skabelon --aar 2022 --koebenhavn delt --ud regnskaber
  kkr build klyngeoekonomi -p regnskaber=regnskaber     the report with them
"""


def _skabelon(aar: int, region: str, koebenhavn: str, ud: Path) -> None:
    """Write the template of each klynge, with payers and budget, to a folder. A file that is there already is left
    alone, unless it is empty.
    """
    from kkrlib import dansk, data, filer, klynger, kontrol
    from kkrlib.errors import RunError
    from kkrlib.visning import klyngeregnskab

    b = klynger.beregn(kontrol.godkend(data.load()), aar, region, koebenhavn=koebenhavn)
    written, path = 0, ud
    try:
        ud.mkdir(parents=True, exist_ok=True)
        for name, content in klyngeregnskab.skabeloner(b).items():
            path = ud / name
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "")
            if path.exists() and path.stat().st_size:  # it may have been filled in
                click.echo(f"{path}: findes allerede og er ikke ændret")
                continue
            filer.skriv(path, content)
            written += 1
    except OSError as error:
        said = dansk.flertal(written, "skabelon er skrevet", "skabeloner er skrevet")
        raise RunError(f"{path}: kan ikke skrives: {filer.aarsag(error)}; {said}") from None
    click.echo(f"{dansk.flertal(written, 'skabelon', 'skabeloner')} skrevet i {ud}")


def _kontrol(aar: int, koebenhavn: str, sti: Path) -> None:
    """Check a filled-in workbook, or all in a folder, and print every finding; exits 3 if there is one.

    A workbook that was made with the other choice for København is a finding, and so is a payer without any amount: 0
    is typed.
    """
    from kkrlib import dansk, data, klynger, kontrol

    tables = kontrol.godkend(data.load())
    b = klynger.beregn(
        tables, aar, koebenhavn=koebenhavn, regnskaber=data.laes_regneark(str(sti), klynger.former(tables, aar))
    )
    spent, carried = (int(b.regnskab[c].sum()) for c in ("forbrug", "overfoeres"))
    click.echo(
        f"{dansk.flertal(b.antal_regnskaber, 'regnskab', 'regnskaber')} uden fejl: forbrug {dansk.kroner(spent)}, "
        f"overføres {dansk.kroner(carried)}"
    )


_AAR = click.option("--aar", type=int, required=True, metavar="Y", help="The year of the money.")
_KOEBENHAVN = click.option(
    "--koebenhavn",
    default="udelt",
    show_default=True,
    metavar="K",
    help="udelt, or delt: København pays to two klynger, as in the report of that name.",
)
_SKABELON = [
    click.option(
        "--ud",
        type=click.Path(file_okay=False, path_type=Path),
        required=True,
        metavar="MAPPE",
        help="Where the workbooks go.",
    ),
    click.option("--region", default="hele landet", metavar="R", help="Only the klynger of this region."),
    _KOEBENHAVN,
    _AAR,
]
_KONTROL = [click.argument("sti", type=click.Path(exists=True, path_type=Path)), _KOEBENHAVN, _AAR]
