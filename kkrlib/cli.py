"""The command line: ``kkr list``, ``build``, ``fjern``, ``fortryd``, ``check``, ``verify``, ``notebooks``.

Exit codes: 0 all is well, 2 a wrong parameter, 3 wrong data, 4 a run that failed or a disk that refused; 130 Ctrl-C,
129 and 143 a closed terminal and ``kill``, 141 a reader of the output who left.
Heavy imports are inside the commands, so that ``--help`` answers at once and workers start light.
"""

from __future__ import annotations

import contextlib
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

    from kkrlib.data import Opslag
    from kkrlib.errors import Fund
    from kkrlib.rapport.katalog import Rapport, Sidespec
    from kkrlib.rapport.koersel import Resultat

NOBODY_READS = 141
#: The kind of verdict that is kept of data which passed the gate; its note is the tables' own checksum.
_PORT = "port"
_FOLDER = click.Path(file_okay=False, path_type=Path)
_engine = click.option(
    "--motor",
    type=click.Choice(["kkr", "jupyter"]),
    default="kkr",
    show_default=True,
    help="What runs the notebooks: forks of a warm process, or a new Jupyter kernel for each. The pages are equal.",
)
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
    """Turn the project's errors, and what the file system refuses, into their lines on stderr and their exit code.

    No traceback, also when nobody reads what is printed any more. A signal that stops a run does what Ctrl-C does.
    """

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        from kkrlib.data.mappe import kontroller_miljoe
        from kkrlib.errors import KkrError, RunError
        from kkrlib.rapport import proces
        from kkrlib.rapport.skrivning import filfejl

        try:
            kontroller_miljoe()
            with proces.afbrydelig():
                code = command(*args, **kwargs) or 0
            sys.stdout.flush()
        except KkrError as error:
            code = _complain(str(error), error.exit_code)
        except KeyboardInterrupt as stop:
            newline = sys.stderr is not None and sys.stderr.isatty()
            code = _complain("\nAfbrudt." if newline else "Afbrudt.", proces.afbrudt_kode(stop))
        except BrokenPipeError:
            code = _deaf(NOBODY_READS)
        except OSError as error:
            code = _complain(filfejl(error), RunError.exit_code)
        sys.exit(code)

    return wrapped


def _complain(text: str, code: int) -> int:
    """Say it on stderr, if that can be, and return the code."""
    try:
        click.echo(text, err=True)
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _deaf(code)
    return code


def _deaf(code: int) -> int:
    """Let what is still to be printed go nowhere: Python would complain of it on its way out."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                os.dup2(nowhere, stream.fileno())
    return code


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

    Exit codes: 2 a wrong parameter, 3 wrong data, 4 a run that failed or a disk that refused.
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

    What kkr check refuses is not built. Where only the controls object, --proeve builds the named reports all the
    same, as trial pages in build/proever/ that say at the top what the controls object to.

    What is published is one edition: the folder changes in one step, and kkr fortryd brings the one before back. A page
    that can no longer be built stays until it is named: kkr fjern NAVN.

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
@click.option("--proeve", is_flag=True, help="Build trial pages in build/proever/, also where the controls object.")
@click.option("--forfra", is_flag=True, help="Build every page anew, also those that nothing has changed of.")
@_engine
@_at_a_time
@_says_why
def build(
    rapport: tuple[str, ...],
    aar: str | None,
    region: str | None,
    parametre: tuple[str, ...],
    ud: Path | None,
    pdf: bool,
    proeve: bool,
    forfra: bool,
    motor: str,
    processer: int | None,
) -> int:
    """Run reports and publish their pages.

    Without RAPPORT all reports are built. Data, controls and parameters are checked before anything runs. A page is
    left as it stands where its notebook, the code it leads to, the data, its parameters, the settings and the packages
    are those that it was built of. A page that fails is not published, the last good one stays, and its notebook is
    kept in build/fejl/.
    """
    from kkrlib import data
    from kkrlib.rapport import katalog

    chosen = _chosen(aar, region, parametre)
    if proeve:
        _trial_of(rapport, ud)
    printer = _printer() if pdf else None
    reports, tables = _selected(rapport), _tables()
    pages = _pages(reports, tables, chosen, named=bool(rapport))
    settings = _settings(tables)
    trial = proeve or any(p.proeve for p in pages)
    target = ud or (data.ROD / "build" / "proever" if trial else data.ROD / "reports")
    objections = _gate(tables, trial=proeve)
    from kkrlib.rapport import koersel

    results = koersel.byg(
        pages,
        ud=target,
        arbejde=data.ROD / "build",
        rod=data.ROD,
        soeskende={name: katalog.sider(r, tables) for name, r in reports.items()},
        processer=processer or _cores(),
        melding=_progress(),
        besked=_notice,
        indstillinger=settings,
        miljoe=_passed(tables),
        proeve=_objections(objections) if proeve else None,
        motor=motor,
        kun_aendrede=not forfra,
    )
    for result in results:
        if not result.kode and not result.uaendret:
            click.echo(_shown(target / result.side))
    _unchanged(sum(r.uaendret for r in results))
    _outdated(target, tables, given=ud is not None)
    code = _failures(results)
    if printer:
        printer([target / r.side for r in results if not r.kode], data.ROD / "build" / "pdf", processer or _cores())
    return code


def _unchanged(count: int) -> None:
    if count:
        said = "1 side er uændret" if count == 1 else f"{count} sider er uændrede"
        click.echo(f"{said} siden sidst og ikke bygget igen (--forfra bygger alt)", err=True)


def _outdated(target: Path, tables: Opslag, given: bool) -> None:
    """Say in one line which published pages can no longer be built, and how they go. A trial is no report's page."""
    from kkrlib import dansk
    from kkrlib.rapport import katalog, publicering

    reports = _reports()
    names = {p.navn for r in reports.values() for p in katalog.sider(r, tables)}
    axes = {n: {p.navn for p in r.akser} for n, r in reports.items()}
    old = [
        e["navn"]
        for e in publicering.laes_katalog(target)
        if e["navn"] not in names and set(e["parametre"]) <= axes.get(e["rapport"], set(e["parametre"]))
    ]
    if old:
        pages = ", ".join(_shown(target / f"{name}.html") for name in old)
        where = f" --ud {_shown(target)}" if given else ""
        them = "den" if len(old) == 1 else "dem"
        click.echo(
            f"{dansk.flertal(len(old), 'udgivet side', 'udgivne sider')} kan ikke længere bygges: {pages}. "
            f"Fjern {them} med: kkr fjern {' '.join(old)}{where}",
            err=True,
        )


def _trial_of(rapport: Sequence[str], ud: Path | None) -> None:
    """A trial is asked for by the report's name, and never goes among the published pages."""
    from kkrlib import data
    from kkrlib.errors import ParameterError

    published = (data.ROD / "reports").resolve()
    if not rapport:
        raise ParameterError("--proeve: nævn den rapport, der skal prøves, fx kkr build socialtilsyn --proeve")
    if ud is not None and ud.resolve().is_relative_to(published):
        raise ParameterError(f"--proeve: en prøveside kan ikke bygges i {_shown(published)}")


def _printer() -> Callable[[Sequence[Path], Path, int], None]:
    """What prints pages to PDF; refused before anything runs where there is no Chromium."""
    from kkrlib.rapport import pdf

    program = pdf.chromium()

    def prints(pages: Sequence[Path], folder: Path, at_a_time: int) -> None:
        pdf.udskriv(pages, folder, program=program, samtidig=at_a_time, melding=lambda path: click.echo(_shown(path)))

    return prints


def _settings(tables: Opslag) -> dict[str, Any]:
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
    from kkrlib.errors import ParameterError, mente_du, naermeste
    from kkrlib.tegn import vis

    reports = _reports()
    faults = []
    for name in names:
        if name not in reports:
            faults.append(f"rapporten «{vis(name)}» findes ikke{mente_du(naermeste(name, reports), '.')}")
    if faults:
        raise ParameterError(" ".join([*faults, f"Rapporter: {', '.join(reports)}."]))
    return {n: r for n, r in reports.items() if not names or n in names}


def _pages(reports: Mapping[str, Rapport], tables: Opslag, chosen: Mapping[str, str], named: bool) -> list[Sidespec]:
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


# --- fjern, fortryd -------------------------------------------------------------------------------------------


@main.command(
    epilog="""\b
    Examples:
      kkr fjern flygtninge-2019 flygtninge-2019-sjaelland
      kkr fjern flygtninge-2025-loft-5 --ud build/proever
    """
)
@click.argument("navn", nargs=-1, required=True)
@click.option("--ud", type=_FOLDER, metavar="MAPPE", help="Where the pages are (default: reports/).")
@_says_why
def fjern(navn: tuple[str, ...], ud: Path | None) -> None:
    """Remove published pages, each by its NAVN, with their downloads.

    They go from the catalogue and the front page too. kkr build never removes a page. kkr fortryd brings them back.
    """
    from kkrlib import data
    from kkrlib.rapport import opsaetning, publicering

    target = ud or data.ROD / "reports"
    gone = publicering.fjern(navn, ud=target, indstillinger=opsaetning.laes(data.ROD), besked=_notice)
    for path in gone:
        click.echo(f"fjernet: {_shown(target / path)}")


@main.command()
@click.option("--ud", type=_FOLDER, metavar="MAPPE", help="Where the pages are (default: reports/).")
@_says_why
def fortryd(ud: Path | None) -> None:
    """Bring the edition before the last one back, in one step.

    The edition it replaces is kept, so kkr fortryd once more brings that one back.
    """
    from kkrlib import data
    from kkrlib.rapport import publicering

    target = ud or data.ROD / "reports"
    became = publicering.fortryd(target, besked=_notice)
    for name, what in became.items():
        click.echo(f"{what}: {_shown(target / f'{name}.html')}")
    click.echo(f"den forrige udgave af {_shown(target)} er tilbage; kkr fortryd igen skifter tilbage", err=True)


def _notice(line: str) -> None:
    click.echo(line, err=True)


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
    """Validate all data, run all controls, compute every report, and print every finding.

    A control compares a published number with what follows from others. A deviation that is not among the accepted ones
    (fund_kontroller.csv), or an accepted one that no longer occurs, is an error. Errors first, causes before what
    follows from them, then warnings, then a line that counts them. Exits 3 if any is an error; then kkr build, kkr
    verify and kkr notebooks refuse the data too.
    """
    from kkrlib import dansk, data, kontrol
    from kkrlib.errors import DataError

    found: list[Fund] = data.check()
    broken, follows = any(f.alvor == "fejl" for f in found), 0
    if not broken and kilder is not None:
        found = [*data.check_kilder(kilder), *found]
    # A number that makes no sense where it stands is still a number: it must not keep the controls from running.
    if not broken or not any(f.alvor == "fejl" for f in data.check(uden=data.OM_TAL)):
        tables = data.laes()
        missing = _missing_tables(tables)
        found = [*missing, *found]
        if not missing:
            gate = kontrol.port(tables, found, regn=not broken)
            found, follows = [*found, *gate.fejl, *gate.advarsler], gate.foelger
        if not missing and gate.samlet is not None:
            click.echo(kontrol.opsummering(gate.samlet))
            if foelsomhed:
                click.echo(kontrol.opsummer_foelsomhed(kontrol.foelsomhed(gate.samlet)))
    errors = [f for f in found if f.alvor == "fejl"]
    warnings = [f for f in found if f.alvor != "fejl"]
    for finding in errors:
        click.echo(str(finding))
    if follows:
        said = dansk.flertal(follows, "afvigelse", "afvigelser")
        click.echo(f"{said} i kontrollerne følger af tal, der er fejl ved ovenfor, og er ikke vist")
    for finding in warnings:
        click.echo(str(finding))
    click.echo(f"{dansk.tal(len(errors))} fejl, {dansk.flertal(len(warnings), 'advarsel', 'advarsler')}")
    return DataError.exit_code if errors else 0


def _missing_tables(tables: Mapping[str, pd.DataFrame]) -> list[Fund]:
    """Tables that the code of a report asks for and the data do not have."""
    import nbformat

    from kkrlib import data
    from kkrlib.errors import Fund
    from kkrlib.rapport import fingeraftryk, katalog

    asked: dict[str, list[str]] = {}
    for report in katalog.find(data.ROD).values():
        for name in sorted(fingeraftryk.brugte_tabeller(nbformat.read(report.notesbog, as_version=4)) - tables.keys()):
            asked.setdefault(name, []).append(report.navn)
    return [
        Fund(data.BESKRIVELSE, "mangler", "resources", name, f"tabellen mangler; den bruges af {', '.join(reports)}")
        for name, reports in asked.items()
    ]


@main.command()
@click.option("--ud", type=_FOLDER, metavar="MAPPE", help="The pages to check (default: reports/).")
@click.option(
    "--uden-fingeraftryk",
    is_flag=True,
    help="Pass over the fingerprints and packages that a page names: what did a change of code do to readers?",
)
@_engine
@_at_a_time
@_says_why
def verify(ud: Path | None, uden_fingeraftryk: bool, motor: str, processer: int | None) -> int:
    """Build again and compare with what is published.

    Every page and download is compared byte by byte. Writes nothing in reports/. Lists what differs, is
    missing or is outdated, and exits 4 if anything does.
    """
    from kkrlib import dansk, data
    from kkrlib.errors import RunError
    from kkrlib.rapport import koersel

    reports, tables = _reports(), _tables(anew=True)
    pages = _pages(reports, tables, {}, named=True)
    published = ud or data.ROD / "reports"
    settings = _settings(tables)
    _gate(tables, anew=True)
    results, differences = koersel.verificer(
        pages,
        mod=published,
        arbejde=data.ROD / "build",
        rod=data.ROD,
        uden_fingeraftryk=uden_fingeraftryk,
        processer=processer or _cores(),
        melding=_progress(),
        besked=_notice,
        indstillinger=settings,
        miljoe=_passed(tables),
        motor=motor,
    )
    code = _failures(results)
    for line in differences:
        click.echo(line)
    if not code and not differences:
        count = dansk.flertal(len(pages), "side", "sider")
        but = " uden fingeraftryk" if uden_fingeraftryk else ""
        click.echo(f"{count}{but} og alle filer til hentning er, hvad kode og data giver")
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

    reports, tables = _selected(rapport), _tables()
    _gate(tables)
    for report in reports.values():
        changed = notesbog.opfrisk(report.notesbog, rod=data.ROD, miljoe=_passed(tables))
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


def _tables(anew: bool = False) -> Opslag:
    """The tables, to look values up in; only those that are looked into are read, if the data are known to be valid.

    ``anew`` validates them whatever is known.
    """
    from kkrlib import data

    return data.Opslag(forfra=anew)


def _gate(tables: Opslag, trial: bool = False, anew: bool = False) -> list[Fund]:
    """Let tables through that ``kkr check`` finds nothing wrong with; raises DataError with all that it finds.

    A ``trial`` passes where only the controls object; what they object to is returned. Tables that have been through
    are not judged again (:mod:`kkrlib.domme`), unless ``anew``.
    """
    from kkrlib import domme
    from kkrlib.errors import DataError

    if not anew and tables.aftryk and domme.kendt(_PORT, tables.aftryk):
        return []
    from kkrlib import kontrol

    gate = kontrol.port(tables.hele())
    if gate.uregneligt or (gate.afviger and not trial):
        if not gate.uregneligt:
            click.echo("Kontrollerne har indvendinger. Med --proeve kan kkr build lave en prøveside.", err=True)
        raise DataError(gate.fejl)
    if tables.aftryk and not gate.fejl:
        domme.husk(_PORT, tables.aftryk, kontrol.aftryk(tables.hele()))
    return gate.afviger


def _passed(tables: Opslag) -> dict[str, str]:
    """What tells the kernels which folder is valid, and which tables have been through the gate."""
    from kkrlib import domme

    valid = {domme.GYLDIG: tables.aftryk}
    if "kontroller" not in tables:
        return valid
    passed = domme.kendt(_PORT, tables.aftryk) if tables.aftryk else None
    if not passed:
        from kkrlib import kontrol

        passed = kontrol.aftryk(tables.hele())
    return {domme.GODKENDT: passed, **valid}


def _objections(found: Sequence[Fund], first: int = 5) -> dict[str, Any]:
    """What a trial page says of the controls: how many findings, and the first of them."""
    return {"antal": len(found), "fund": [str(f).partition(": ")[2] for f in found[:first]]}


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
    from kkrlib.rapport.skrivning import vist

    return vist(path)


kommandoer.tilfoej(main, _says_why)

if __name__ == "__main__":
    main()
