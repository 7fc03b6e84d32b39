"""Publishing: finished pages and downloads from a staging folder into the folder of the readers, and its catalogue.

What is published is one edition (:mod:`kkrlib.rapport.udgave`): the catalogue is read, merged and written, and the
folder swapped, under one lock. A page goes only when someone names it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kkrlib.data.mappe import rod
from kkrlib.errors import Fund, KkrError, ParameterError, RunError, mente_du, naermeste
from kkrlib.rapport import opsaetning, udgave
from kkrlib.rapport.katalog import Sidespec
from kkrlib.rapport.skrivning import load, om, vist

KATALOG = "rapporter.json"


FORSIDE = "index.html"
INDEKS = "kkrlib.rapport.forside:indeks"


_NO_AXES = {"aar": "", "region": ""}  # the front page sorts by these; a report may lack them


@dataclass(frozen=True)
class Fil:
    """A download: its path from the folder of the pages, its size, and the title of the table it holds."""

    fil: str
    bytes: int
    titel: str


@dataclass
class Resultat:
    """What became of one page.

    ``fejl`` is the failure in one line ("" when the page was made), ``detaljer`` further lines (the findings of a
    DataError), ``kode`` the exit code it calls for. ``filer`` are the page's downloads.
    ``titel``, ``beskrivelse`` and ``hovedtal`` (empty: none) are what the notebook says of itself. ``uaendret``: it
    stood as it would be built, and was left alone.
    """

    spec: Sidespec
    sekunder: float = 0.0
    fejl: str = ""
    detaljer: list[str] = field(default_factory=list)
    kode: int = 0
    filer: list[Fil] = field(default_factory=list)
    titel: str = ""
    beskrivelse: str = ""
    hovedtal: dict[str, str] = field(default_factory=dict)
    uaendret: bool = False

    @property
    def side(self) -> str:
        """The page's file."""
        return f"{self.spec.navn}.html"


def exit_kode(resultater: Iterable[Resultat]) -> int:
    """The worst of the results' exit codes; 0 when every page was made."""
    return max((r.kode for r in resultater), default=0)


# --- the catalogue ---------------------------------------------------------------------------------------------------


def laes_katalog(ud: Path) -> list[dict[str, Any]]:
    """The catalogue of a folder of pages; empty when there is none.

    Raises RunError with every fault: what cannot be read, an entry that is not what :func:`publiser` writes, and one
    whose files do not lie in the folder. Fields it does not know are kept.
    """
    path = Path(ud) / KATALOG
    shown = vist(path)
    if fault := udgave.plads(Path(ud), KATALOG):
        raise RunError(fault)
    if not path.exists():
        return []
    with om(path):
        content = path.read_bytes()
    try:
        read = json.loads(content.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise RunError(f"{shown} kan ikke læses: linje {error.lineno}, tegn {error.colno} er ikke JSON") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{shown} kan ikke læses: det er ikke JSON i UTF-8") from error
    entries = read.get("sider") if isinstance(read, dict) else None
    if not isinstance(entries, list):
        raise RunError(f"{shown} kan ikke læses: der er ingen liste «sider»")
    faults = [*kontroller_katalog(entries, shown)]
    if not faults:
        faults = [
            Fund(shown, e["navn"], "filer", path, fault)
            for e in entries
            for path in sorted(_files_of([e]))
            if (fault := udgave.plads(Path(ud), path))
        ]
    if faults:
        raise RunError("\n".join(str(f) for f in faults))
    return entries


_ENTRY = {
    **dict.fromkeys(("navn", "rapport", "rapporttitel", "titel", "beskrivelse", "tekst"), "en tekst"),
    **{"parametre": "en ordbog", "orden": "en liste af hele tal", "filer": "en liste"},
}
_FILE = {"fil": "en tekst", "bytes": "et helt tal, der ikke er negativt", "titel": "en tekst"}
_KINDS: dict[str, Callable[[Any], bool]] = {
    "en tekst": lambda v: isinstance(v, str) and _encodes(v),
    "en ordbog": lambda v: isinstance(v, dict),
    "en liste af hele tal": lambda v: isinstance(v, list) and all(type(n) is int for n in v),
    "en liste": lambda v: isinstance(v, list),
    "et helt tal, der ikke er negativt": lambda v: type(v) is int and v >= 0,
}


def kontroller_katalog(sider: Sequence[Any], fil: str = KATALOG) -> list[Fund]:
    """Every fault in the shape of a catalogue's entries: fields, names, paths, and what two of them claim."""
    found: list[Fund] = []

    def judge(row: str, value: Any, fields: Mapping[str, str], prefix: str = "") -> bool:
        before = len(found)
        for name, kind in fields.items():
            if name not in value:
                near = naermeste(name, [k for k in value if k not in fields])
                found.append(
                    Fund(fil, row, prefix + name, near or "", "mangler" if not near else f"mente du «{name}»?")
                )
            elif not _KINDS[kind](value[name]):
                found.append(Fund(fil, row, prefix + name, _short(value[name]), f"er ikke {kind}"))
        return len(found) == before

    good = []
    for number, entry in enumerate(sider, start=1):
        if not isinstance(entry, dict):
            found.append(Fund(fil, str(number), "", _short(entry), "er ikke en side"))
            continue
        name = entry.get("navn")
        row = name if isinstance(name, str) and name and _encodes(name) else str(number)
        whole = judge(row, entry, _ENTRY | ({"hovedtal": "en ordbog"} if "hovedtal" in entry else {}))
        if isinstance(name, str) and (fault := _name_fault(name)):
            found.append(Fund(fil, row, "navn", name, fault))
            whole = False
        for file in entry["filer"] if isinstance(entry.get("filer"), list) else []:
            if not isinstance(file, dict):
                found.append(Fund(fil, row, "filer", _short(file), "er ikke en fil til hentning"))
                whole = False
                continue
            whole &= judge(row, file, _FILE, "filer.")
            if isinstance(file.get("fil"), str) and (fault := _path_fault(file["fil"])):
                found.append(Fund(fil, row, "filer.fil", file["fil"], fault))
                whole = False
        if whole:
            good.append(entry)
    # Letters' case does not tell files apart on every disk.
    claims = Counter(p.casefold() for e in good for p in _claims(e))
    for entry in good:
        for path in dict.fromkeys(_claims(entry)):
            if claims[path.casefold()] > 1:
                found.append(Fund(fil, entry["navn"], "filer", path, "står der to gange, eller hos to sider"))
            elif path.casefold() in (KATALOG, FORSIDE):
                found.append(Fund(fil, entry["navn"], "filer", path, "er ikke en sides fil"))
    return found


def _claims(entry: Mapping[str, Any]) -> list[str]:
    return [f"{entry['navn']}.html", *(f["fil"] for f in entry["filer"])]


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _name_fault(name: str) -> str:
    """Why this cannot be the name of a page, or ""."""
    if not name or "/" in name:
        return "er ikke navnet på en side"
    return _path_fault(f"{name}.html")


def _path_fault(path: str) -> str:
    """Why this cannot be the path of a published file from its folder, or ""."""
    parts = path.split("/")
    if path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
        return "er en sti fra roden af en disk; den skal gå fra sidernes mappe"
    if ".." in parts or "\\" in path:
        return "fører ud af sidernes mappe"
    if any(not p or p.startswith(".") or p != p.strip() for p in parts):
        return "er ikke en sti til en fil, læserne kan se"
    if not path.isprintable():
        return "har usynlige tegn"
    return ""


def _files_of(catalogue: Iterable[Mapping[str, Any]]) -> set[str]:
    return {path for entry in catalogue for path in _claims(entry)}


def _entry(result: Resultat) -> dict[str, Any]:
    spec = result.spec
    # A file's path says where it lies on somebody's machine; its name is enough.
    parameters = {n: Path(v).name if spec.rapport.parametre[n].fil and v else v for n, v in spec.parametre.items()}
    return {
        "navn": spec.navn,
        "rapport": spec.rapport.navn,
        "rapporttitel": spec.rapport.titel,
        "titel": result.titel or spec.rapport.titel,
        "beskrivelse": result.beskrivelse,
        "tekst": spec.tekst,
        "parametre": parameters,
        "orden": list(spec.orden),
        "filer": [asdict(f) for f in result.filer],
        **({"hovedtal": result.hovedtal} if result.hovedtal else {}),
    }


# --- publishing ------------------------------------------------------------------------------------------------------


def klargoer(ud: Path, *, besked: udgave.Besked | None = None) -> None:
    """Raise RunError, before anything has run, when pages cannot be published in ``ud`` as things are there."""
    place = udgave.sted(ud)
    if rod().resolve().is_relative_to(place.mappe.resolve()):
        raise RunError(f"{vist(ud)} er mappen med selve projektet; vælg en mappe for sig")
    for above in place.mappe.parents:  # readers would get what is kept beside the folder
        if (above / KATALOG).is_file() and not (place.mappe / KATALOG).is_file():
            raise RunError(f"{vist(ud)} ligger i {vist(above)}, hvor der er udgivet sider; vælg en mappe for sig")
    with udgave.laest(ud, besked=besked):
        laes_katalog(place.mappe)


def publiser(
    resultater: Sequence[Resultat],
    *,
    ud: Path,
    staging: Path,
    indeks: str | None = INDEKS,
    indstillinger: Mapping[str, Any] | None = None,
    besked: udgave.Besked | None = None,
) -> None:
    """Publish the made pages, which lie in ``staging``, in ``ud``, with the pages that are there: a new edition.

    A page's downloads replace all it had. Pages that are not among ``resultater`` stay. Nothing is written when there
    is nothing to publish, or when it is there already. ``besked`` gets a line when somebody else publishes there first,
    and for each page of the catalogue that is not in the folder.
    """
    new = {r.spec.navn: _entry(r) for r in resultater}
    if not new:
        return
    place = udgave.sted(ud)
    with udgave.laast(place, besked=besked):
        entries = {e["navn"]: e for e in laes_katalog(place.mappe)}
        made = {path: Path(staging) / path for r in resultater for path in (r.side, *(f.fil for f in r.filer))}
        _udgiv(place, entries.values(), {**entries, **new}, made, indeks, indstillinger, besked)


def fjern(
    navne: Sequence[str],
    *,
    ud: Path,
    indeks: str | None = INDEKS,
    indstillinger: Mapping[str, Any] | None = None,
    besked: udgave.Besked | None = None,
) -> list[str]:
    """Take the named pages and their downloads out of the catalogue and the folder; returns the files that went.

    Raises ParameterError, naming every one that is not published, and then removes none.
    """
    place = udgave.sted(ud)
    with udgave.laast(place, besked=besked):
        entries = {e["navn"]: e for e in laes_katalog(place.mappe)}
        faults = []
        for name in dict.fromkeys(navne):
            if name not in entries:
                hint = mente_du(naermeste(name, entries), ".")
                faults.append(f"siden «{name}» er ikke udgivet i {vist(ud)}{hint}")
        if faults:
            raise ParameterError("\n".join(faults))
        left = {n: e for n, e in entries.items() if n not in navne}
        _udgiv(place, entries.values(), left, {}, indeks, indstillinger, besked)
        return sorted(_files_of(entries.values()) - _files_of(left.values()))


def fortryd(ud: Path, *, besked: udgave.Besked | None = None) -> dict[str, str]:
    """Bring back the edition before; the one it replaces is kept in its place, so that a second call undoes the first.

    Returns what became of each page: name → «ændret», «kom tilbage» or «gik ud». Files of others stay as they are now;
    one that a page had replaced comes back. Raises RunError when there is no edition before.
    """
    place = udgave.sted(ud)
    with udgave.laast(place, besked=besked):
        if not place.forrige.is_dir():
            raise RunError(f"der er ingen forrige udgave af {vist(ud)}")
        now, then = laes_katalog(place.mappe), laes_katalog(place.forrige)
        ours, theirs = _vores(place.mappe, now), _vores(place.forrige, then)
        kept = {
            path.relative_to(place.forrige).as_posix(): path
            for path in sorted(place.forrige.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
        files = {
            name: path
            for name, path in kept.items()
            if name in theirs or name in ours or not (place.mappe / name).exists()
        }
        before = {n: _content(place.mappe, e) for n, e in _by_name(now).items()}
        after = {n: _content(place.forrige, e) for n, e in _by_name(then).items()}
        udgave.skift_til(place, files, ours)
        became = {n: "gik ud" for n in before if n not in after} | {n: "kom tilbage" for n in after if n not in before}
        return dict(sorted({**became, **{n: "ændret" for n in before if n in after and before[n] != after[n]}}.items()))


def _by_name(entries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {e["navn"]: e for e in entries}


def _content(folder: Path, entry: Mapping[str, Any]) -> list[bytes | None]:
    return [(folder / p).read_bytes() if (folder / p).is_file() else None for p in sorted(_files_of([entry]))]


def _vores(folder: Path, entries: Collection[Mapping[str, Any]]) -> set[str]:
    """The files of a folder that are ours: what its catalogue says, and with it the catalogue and the front page."""
    return _files_of(entries) | {KATALOG, FORSIDE} if (folder / KATALOG).exists() else set()


def _udgiv(
    place: udgave.Sted,
    before: Collection[Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
    made: Mapping[str, Path],
    indeks: str | None,
    indstillinger: Mapping[str, Any] | None,
    besked: udgave.Besked | None,
) -> None:
    """Make the pages ``after`` the edition of a place, with the files ``made`` and those already there."""
    catalogue = [after[n] for n in sorted(after)]
    if faults := kontroller_katalog(catalogue):
        raise RunError("\n".join(str(f) for f in faults))
    files: dict[str, bytes | Path] = {}
    for entry in catalogue:
        paths = _claims(entry)
        missing = [p for p in paths if p not in made and not (place.mappe / p).is_file()]
        if missing and besked:
            shown = ", ".join(vist(place.navn / p) for p in missing)
            name = entry["navn"]
            besked(f"{shown} mangler: byg {name} igen, eller fjern siden med kkr fjern {name}")
        files |= {p: made.get(p, place.mappe / p) for p in paths if p not in missing}
    if catalogue:
        text = json.dumps({"sider": catalogue}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        files[KATALOG] = text.encode("utf-8")
        if indeks:
            files[FORSIDE] = _forside(load(indeks), catalogue, indstillinger or opsaetning.tom()).encode("utf-8")
        elif (place.mappe / FORSIDE).is_file():
            files[FORSIDE] = place.mappe / FORSIDE
    ours = _vores(place.mappe, before)
    if besked:
        for path in sorted(p for p in files if p not in ours and (place.mappe / p).is_file()):
            if not udgave.ens(place.mappe / path, files[path]):
                kept = vist(place.forrige / path)
                besked(
                    f"{vist(place.navn / path)} var ikke udgivet herfra og er erstattet; den gamle fil ligger i {kept}"
                )
    udgave.skift_til(place, files, ours)


def _forside(indeks: Callable[..., str], catalogue: Iterable[Mapping[str, Any]], settings: Mapping[str, Any]) -> str:
    pages = [{**_NO_AXES, **e["parametre"], **e} for e in catalogue]
    try:
        return indeks(pages, settings)
    except KkrError:
        raise
    except Exception as error:  # the pages' own texts, which the catalogue carries, may say what no front page can show
        raise RunError(f"forsiden kan ikke laves af {KATALOG}: {type(error).__name__}: {error}") from error
