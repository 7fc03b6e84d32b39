"""The command line: ``kkr list``, ``kkr build``, ``kkr check``, ``kkr verify``, ``kkr notebooks``.

Exit codes: 0 all is well, 2 a wrong parameter, 3 wrong data, 4 a run that failed, 130 interrupted.
Heavy imports are inside the commands, so that ``--help`` answers at once and workers start light.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kkrlib import kommandoer

if TYPE_CHECKING:
    import pandas as pd

    from kkrlib.rapport.katalog import Rapport, Sidespec
    from kkrlib.rapport.koersel import Resultat

INTERRUPTED = 130
_FOLDER = click.Path(file_okay=False, path_type=Path)
_at_a_time = click.option(
    "-j",
    "--processer",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Pages at a time (default: one per core).",
)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kkrlib")
    except PackageNotFoundError:
        return "(ikke installeret)"


def _says_why(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn the project's errors into their lines on stderr and their exit code; no traceback."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        from kkrlib.errors import KkrError

        try:
            code = command(*args, **kwargs) or 0
        except KkrError as error:
            click.echo(str(error), err=True)
            code = error.exit_code
        except KeyboardInterrupt:
            click.echo("\nAfbrudt." if sys.stderr.isatty() else "Afbrudt.", err=True)
            code = INTERRUPTED
        sys.exit(code)

    return wrapped


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
    Examples:
      kkr list                                     what can be built, for which years
      kkr build                                    every page of every report
      kkr build flygtninge --aar 2025              one year: the whole country and each region
      kkr check                                    everything that is wrong with the data
    """,
)
@click.version_option(_version(), prog_name="kkr", message="%(prog)s %(version)s")
def main() -> None:
    """Reproducible Danish annual reports for Kommunekontaktrådet (KKR).

    Exit codes: 2 a wrong parameter, 3 wrong data, 4 a run that failed.
    """


# --- list ---------------------------------------------------------------------------------------------------


@main.command("list")
@_says_why
def list_() -> None:
    """List the reports and what there are data for.

    Each parameter is shown with the values it can take, or what it is for, and the value it has when none is given.
    """
    from kkrlib.rapport import katalog

    reports, tables = _reports(), _tables()
    katalog.efterse(reports.values(), tables)
    for n, report in enumerate(reports.values()):
        click.echo(("\n" if n else "") + f"{report.navn}: {report.titel}")
        width = max((len(p) for p in report.parametre), default=0)
        for p in report.parametre.values():
            values = ", ".join(str(v) for v in katalog.vaerdier(report, p.navn, tables))
            standard = katalog.standard(report, p.navn, tables)
            default = f" (standard: {standard})" if standard not in (None, "", [], {}) else ""
            click.echo(f"  {p.navn:<{width}}  {values or p.hjaelp or p.type}{default}")


# --- build --------------------------------------------------------------------------------------------------


@main.command(
    epilog="""\b
    Examples:
      kkr build                                        every page of every report
      kkr build flygtninge                             every year: the whole country and each region
      kkr build flygtninge --aar 2025 --region sjaelland
      kkr build flygtninge --aar 2025 -p aftale=min-aftale.csv
      kkr build --ud udkast -j 4
      kkr build flygtninge --aar 2025 --pdf            also as PDF, for the agenda of a meeting

    A region is given by its name, its short name or its KKR. A page with another parameter than those two is a
    trial: its name says so, and it goes to build/proever/, not to the published reports.

    --pdf prints each page, once it is built, to a tagged A4 PDF of its name in build/pdf/, which is not among the
    published files. It needs Chromium or Chrome (on Debian: chromium); KKR_CHROMIUM names one that lies elsewhere.
    """
)
@click.argument("rapport", nargs=-1)
@click.option("--aar", metavar="Y", help="Only this year.")
@click.option("--region", metavar="R", help="Only this region (default: the whole country and each region).")
@click.option("-p", "--parameter", "parametre", metavar="NAVN=VÆRDI", multiple=True, help="Any parameter by its name.")
@click.option("--ud", type=_FOLDER, metavar="MAPPE", help="Where pages go (default: reports/).")
@click.option("--pdf", is_flag=True, help="Print the pages to PDF as well, in build/pdf/.")
@_at_a_time
@_says_why
def build(
    rapport: tuple[str, ...],
    aar: str | None,
    region: str | None,
    parametre: tuple[str, ...],
    ud: Path | None,
    pdf: bool,
    processer: int | None,
) -> int:
    """Run reports and publish their pages.

    Without RAPPORT all reports are built. Data and parameters are checked before anything runs. A page that
    fails is not published, the last good one stays, and its notebook is kept in build/fejl/.
    """
    from kkrlib import data
    from kkrlib.rapport import katalog, koersel, publicering

    chosen = _chosen(aar, region, parametre)
    printer = _printer() if pdf else None
    reports, tables = _selected(rapport), _tables()
    pages = _pages(reports, tables, chosen, named=bool(rapport))
    settings = _settings(tables)
    trial = any(p.proeve for p in pages)
    target = ud or (data.ROD / "build" / "proever" if trial else data.ROD / "reports")
    complete = set() if chosen else set(reports)
    if not chosen and not rapport:  # reports that no longer exist, too
        complete |= {e["rapport"] for e in publicering.laes_katalog(target)}
    before = {e["navn"] for e in publicering.laes_katalog(target)}
    results = koersel.byg(
        pages,
        ud=target,
        arbejde=data.ROD / "build",
        rod=data.ROD,
        soeskende={name: katalog.sider(r, tables) for name, r in reports.items()},
        komplet=complete,
        processer=processer or _cores(),
        melding=_progress(),
        indstillinger=settings,
    )
    for result in results:
        if not result.kode:
            click.echo(_shown(target / result.side))
    for name in sorted(before - {e["navn"] for e in publicering.laes_katalog(target)}):
        click.echo(f"fjernet: {_shown(target / name)}.html, som ikke længere kan bygges", err=True)
    code = _failures(results)
    if printer:
        printer([target / r.side for r in results if not r.kode], data.ROD / "build" / "pdf", processer or _cores())
    return code


def _printer() -> Callable[[Sequence[Path], Path, int], None]:
    """What prints pages to PDF; refused before anything runs where there is no Chromium."""
    from kkrlib.rapport import pdf

    program = pdf.chromium()

    def prints(pages: Sequence[Path], folder: Path, at_a_time: int) -> None:
        pdf.udskriv(pages, folder, program=program, samtidig=at_a_time, melding=lambda path: click.echo(_shown(path)))

    return prints


def _settings(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """kkr.toml and rettelser.toml, checked against all pages there can be."""
    from kkrlib import data
    from kkrlib.rapport import katalog, opsaetning

    settings = opsaetning.laes(data.ROD)
    if settings["rettelser"]:
        opsaetning.kontroller(
            settings["rettelser"], [p.navn for r in _reports().values() for p in katalog.sider(r, tables)]
        )
    return settings


def _chosen(aar: str | None, region: str | None, parametre: Sequence[str]) -> dict[str, str]:
    """The parameters given on the command line, as texts."""
    from kkrlib.errors import ParameterError
    from kkrlib.tegn import vis

    given = [("aar", aar), ("region", region)]
    for text in parametre:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"-p {vis(text)}: skriv NAVN=VÆRDI, fx -p aar=2025")
        given.append((name.strip(), value))
    chosen: dict[str, str] = {}
    for name, value in given:
        if value is None:
            continue
        if name in chosen:
            raise ParameterError(f"{vis(name)} er givet to gange: «{vis(chosen[name])}» og «{vis(value)}»")
        chosen[name] = value
    return chosen


def _selected(names: Sequence[str]) -> dict[str, Rapport]:
    """The named reports, or all of them."""
    from kkrlib.errors import ParameterError, naermeste
    from kkrlib.tegn import vis

    reports = _reports()
    faults = []
    for name in names:
        if name not in reports:
            near = naermeste(name, reports)
            hint = f"; mente du «{near}»?" if near else "."
            faults.append(f"rapporten «{vis(name)}» findes ikke{hint}")
    if faults:
        raise ParameterError(" ".join([*faults, f"Rapporter: {', '.join(reports)}."]))
    return {n: r for n, r in reports.items() if not names or n in names}


def _pages(
    reports: Mapping[str, Rapport], tables: Mapping[str, pd.DataFrame], chosen: Mapping[str, str], named: bool
) -> list[Sidespec]:
    """The pages to build. When no report is named, those that cannot take the parameters are passed over."""
    from kkrlib.errors import ParameterError
    from kkrlib.rapport import katalog

    katalog.efterse(reports.values(), tables)
    pages, refused = [], []
    for report in reports.values():
        try:
            pages += katalog.sider(report, tables, **chosen)
        except ParameterError as error:
            refused.append(error)
    if refused and (named or not pages):
        raise ParameterError("\n".join(str(e) for e in refused))
    for error in refused:
        click.echo(f"sprunget over: {error}", err=True)
    return pages


# --- check, verify, notebooks ---------------------------------------------------------------------------------


@main.command()
@click.option(
    "--kilder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="MAPPE",
    help="Also look every number up on its line in the source texts in this folder.",
)
@click.option(
    "--foelsomhed",
    is_flag=True,
    help="Also measure in how many numbers a control would see one wrong unit (some seconds).",
)
@_says_why
def check(kilder: Path | None, foelsomhed: bool) -> int:
    """Validate all data, run all controls, and print every finding.

    A control compares a published number with what follows from others. A deviation that is not among the accepted ones
    (fund_kontroller.csv), or an accepted one that no longer occurs, is an error. Errors first, then warnings, then
    a line that counts them. Exits 3 if any is an error.
    """
    from kkrlib import dansk, data, kontrol
    from kkrlib.errors import DataError, Fund

    found: list[Fund] = data.check()
    broken = any(f.alvor == "fejl" for f in found)
    if not broken and kilder is not None:
        found = [*data.check_kilder(kilder), *found]
    # A sum that does not fit its rows is what the controls are for: it must not keep them from running.
    if not broken or not any(f.alvor == "fejl" for f in data.check(uden=["sum"])):
        tables = data.laes()
        if "kontroller" in tables:  # a project whose data declare no controls has none to run
            controls = kontrol.saml(tables)
            found = [*controls.nye_og_borte, *controls.uden_grund, *found]
            click.echo(kontrol.opsummering(controls))
            if foelsomhed:
                click.echo(kontrol.opsummer_foelsomhed(kontrol.foelsomhed(controls)))
    errors = [f for f in found if f.alvor == "fejl"]
    warnings = [f for f in found if f.alvor != "fejl"]
    for finding in [*errors, *warnings]:
        click.echo(str(finding))
    click.echo(f"{dansk.tal(len(errors))} fejl, {dansk.flertal(len(warnings), 'advarsel', 'advarsler')}")
    return DataError.exit_code if errors else 0


@main.command()
@click.option("--ud", type=_FOLDER, metavar="MAPPE", help="The pages to check (default: reports/).")
@_at_a_time
@_says_why
def verify(ud: Path | None, processer: int | None) -> int:
    """Build again and compare with what is published.

    Every page and download is compared byte by byte. Writes nothing in reports/. Lists what differs, is
    missing or is outdated, and exits 4 if anything does.
    """
    from kkrlib import dansk, data
    from kkrlib.errors import RunError
    from kkrlib.rapport import koersel

    reports, tables = _reports(), _tables()
    pages = _pages(reports, tables, {}, named=True)
    published = ud or data.ROD / "reports"
    results, differences = koersel.verificer(
        pages,
        mod=published,
        arbejde=data.ROD / "build",
        rod=data.ROD,
        processer=processer or _cores(),
        melding=_progress(),
        indstillinger=_settings(tables),
    )
    code = _failures(results)
    for line in differences:
        click.echo(line)
    if not code and not differences:
        count = dansk.flertal(len(pages), "side", "sider")
        click.echo(f"{count} og alle filer til hentning er, hvad kode og data giver")
    return code or (RunError.exit_code if differences else 0)


@main.command()
@click.argument("rapport", nargs=-1)
@_says_why
def notebooks(rapport: tuple[str, ...]) -> None:
    """Re-run the notebooks and store their outputs.

    They run with their default parameters. For developers, before a commit: the tests compare the stored
    outputs with a new run.
    """
    from kkrlib import data
    from kkrlib.rapport import notesbog

    for report in _selected(rapport).values():
        changed = notesbog.opfrisk(report.notesbog, rod=data.ROD)
        click.echo(f"{_shown(report.notesbog)}: {'ændret' if changed else 'uændret'}")


# --- shared ---------------------------------------------------------------------------------------------------


def _reports() -> dict[str, Rapport]:
    from kkrlib import data
    from kkrlib.errors import RunError
    from kkrlib.rapport import katalog

    reports = katalog.find(data.ROD)
    if not reports:
        raise RunError(f"ingen rapporter i {data.ROD / 'notebooks'} (KKR_ROD kan pege på projektets mappe)")
    return reports


def _tables() -> dict[str, pd.DataFrame]:
    from kkrlib import data

    return data.load()


def _cores() -> int:
    # Each page is a kernel of its own with matplotlib in it: more than four cost more memory than they save time.
    try:
        return min(len(os.sched_getaffinity(0)), 4)
    except AttributeError:
        return min(os.cpu_count() or 1, 4)


def _progress() -> Callable[[int, int, Resultat], None] | None:
    """Plain progress lines for somebody who looks on; nothing for a pipe or a log."""
    if not sys.stderr.isatty():
        return None

    from kkrlib import dansk

    def line(number: int, of: int, result: Resultat) -> None:
        verdict = f"{dansk.tal(result.sekunder, 1)} s" if not result.kode else "FEJL"
        click.echo(f"[{number:>{len(str(of))}}/{of}] {result.spec.navn} … {verdict}", err=True)

    return line


def _failures(results: Sequence[Resultat]) -> int:
    """Print what failed, and return the exit code of the whole run."""
    from kkrlib.rapport import publicering

    for result in results:
        if result.kode:
            click.echo(result.fejl, err=True)
            for detail in result.detaljer:
                click.echo(f"    {detail}", err=True)
    return publicering.exit_kode(results)


def _shown(path: Path) -> str:
    """A path as one would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


kommandoer.tilfoej(main, _says_why)

if __name__ == "__main__":
    main()
