"""Inside the kernel of ``kkr build``: a report's cell computes and shows; what else it does is refused.

:mod:`kkrlib.rapport.kerne` starts the kernel with this module as an IPython extension, which is in force before the
first cell. An audit hook (PEP 578) refuses programs, the network, files outside the run's own temporary folder, another
working folder or environment, and signals to others; reading is allowed where the report's code, data and parameters
are. Beside it, output that would be lost (a figure that no one shows, a thread still running at the end) and output
above the limits of :mod:`kkrlib.rapport.graenser` are refused. JupyterLab and plain papermill do not load it.

A refusal is raised in the cell as :class:`Afvist` and noted in the run's folder, so that a cell which swallows it has
its page refused all the same. This is a guard against accidents, not a sandbox: code that means to get around it can.

The kernel has imported nothing heavy when this is loaded, so it needs the standard library alone.
"""

from __future__ import annotations

import json
import logging
import mimetypes
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

#: The file in IPython's folder that says what holds for this run, and the first line of the notes when it does.
INDSTILLINGER = "celle.json"
KLAR = "klar"
#: The backend whose figures become outputs of the cell.
BACKEND = "module://matplotlib_inline.backend_inline"

_LAES = "læg filen i projektets mappe data/, eller giv den som parameter"
_SKRIV = "en rapport skriver ingen filer; vis indholdet med tabel(…), eller giv det til hentning med filer(…)"
_PROGRAM = "en rapport regner i sin egen kerne; regn med kkrlib og pandas"
_NET = "en rapport følger af projektets data; hent dem først, og læg dem i data/"
#: What of the system's own Python reads: random bytes, time zones, what the machine tells of itself.
_SYSTEMETS = (
    *("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/proc", "/sys", "/etc/localtime", "/etc/timezone"),
    *("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"),
)


class Afvist(PermissionError):
    """What a cell must not do; an OSError, which a library that only tries something takes as the system's own no."""


def load_ipython_extension(ip: Any) -> None:
    """Put the guard in force in this kernel. IPython's name for it; fails, and the kernel with it, without settings."""
    settings = json.loads((Path(ip.ipython_dir) / INDSTILLINGER).read_text(encoding="utf-8"))
    guard = _Vagt(ip, settings)
    globals()["afslut"] = guard.afslut
    _begraens(settings)
    guard.begynd()


def afslut() -> None:
    """Judge what is left after the last cell: figures, threads, tasks and outputs under way. For the runner."""
    raise RuntimeError("the guard is not in force in this process")


def _begraens(indstillinger: dict[str, Any]) -> None:
    """Limit the process's memory, its files and their dump, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, limit in (
        ("RLIMIT_AS", indstillinger["hukommelse"]),
        ("RLIMIT_FSIZE", indstillinger["midlertidig_fil"]),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with suppress(OSError, ValueError):  # macOS knows RLIMIT_AS and does not take it
            resource.setrlimit(kind, (limit, limit))


class _Vagt:
    """The guard of one kernel: which cell runs, what it has shown, and where refusals are noted."""

    def __init__(self, ip: Any, indstillinger: dict[str, Any]):
        self.ip = ip
        self.celle = 0  # how many cells have been started
        self.graenser = indstillinger
        self.skrevet = self.vist = 0
        self.backend: str | None = None  # matplotlib's, after the last cell
        self.egne: set[threading.Thread] | None = None
        self.rod = _ren(indstillinger["rod"])
        self.egen = _ren(indstillinger["midlertidig"])
        self.installeret = [_ren(p) for p in _installeret()]
        given = [indstillinger["rod"], *indstillinger["laes"], os.getcwd(), self.egen]
        paths = {p for p in (*given, *_SYSTEMETS, *mimetypes.knownfiles, *sys.path) if p}
        self.laeses = [*self.installeret, *sorted({_ren(p) for p in paths} | {_fuld(p) for p in paths})]
        self.noter = os.open(
            indstillinger["noter"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        )
        self.regler = self._regler()

    def begynd(self) -> None:
        self._begraens_uddata()
        self._luk_sidedoere()
        self.ip.events.register("pre_run_cell", self._foer)
        self.ip.events.register("post_run_cell", self._efter)
        os.write(self.noter, (json.dumps(KLAR) + "\n").encode())

    # --- refusing -------------------------------------------------------------------------------------------------

    def noter_afvisning(self, hvad: str) -> None:
        """Note a refusal for the runner, with the number of the cell that runs."""
        os.write(self.noter, (json.dumps([self.celle, hvad]) + "\n").encode())

    def afvis(self, hvad: str) -> None:
        self.noter_afvisning(hvad)
        raise Afvist(hvad)

    def _hoer(self, event: str, args: tuple[Any, ...]) -> None:
        rule = self.regler.get(event)
        if rule is None:
            return
        what = rule(*args)
        if what is not None and not self._indlaeses():
            self.afvis(what)

    def _indlaeses(self) -> bool:
        """Whether an installed module is being imported, or matplotlib looks for fonts: what it does meanwhile is its
        own.
        """
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_globals is self.ip.user_ns:
                return False
            # Which fonts there are, matplotlib asks of the machine when it first draws.
            if frame.f_code.co_filename.endswith("matplotlib/font_manager.py"):
                return _i(_ren(frame.f_code.co_filename), self.installeret)
            if frame.f_code.co_name == "exec_module" and frame.f_code.co_filename.startswith("<frozen importlib"):
                origin = getattr(getattr(frame.f_locals.get("module"), "__spec__", None), "origin", None)
                return bool(origin) and _i(_ren(origin), self.installeret)
            frame = frame.f_back
        return False

    def _cellens(self, frame: Any) -> bool:
        """Whether a cell's own code is running in a stack."""
        while frame is not None:
            if frame.f_globals is self.ip.user_ns:
                return True
            frame = frame.f_back
        return False

    # --- what each act is called, or None where it is allowed -----------------------------------------------------

    def _regler(self) -> dict[str, Callable[..., str | None]]:
        def program(name: Any, *_: Any) -> str:
            return f"cellen starter et program ({_navn(name)}); {_PROGRAM}"

        def popen(executable: Any, args: Any, *_: Any) -> str:
            return program(executable or (args if isinstance(args, (str, bytes)) else next(iter(args or ()), "")))

        def net(*args: Any) -> str:
            where = next((a for a in args if isinstance(a, (str, bytes, tuple)) and a), "")
            where = ":".join(map(str, where[:2])) if isinstance(where, tuple) else _tekst(where)
            return f"cellen bruger nettet ({where}); {_NET}"

        def andre(pid: Any, *_: Any) -> str | None:
            own = pid == os.getpid()
            return None if own else "cellen sender et signal til en anden proces; en rapport regner og viser"

        def miljoe(navn: Any, vaerdi: Any = None) -> str | None:
            name, value = _tekst(navn), None if vaerdi is None else _tekst(vaerdi)
            if os.environ.get(name) == value:
                return None
            return f"cellen ændrer miljøvariablen {name}; giv værdien som parameter til rapporten"

        def programmet(path: Any, *_: Any) -> str:
            return program(path)

        def kopi(*_: Any) -> str:
            return f"cellen starter en kopi af kernen (fork); {_PROGRAM}"

        def graenser(*_: Any) -> str:
            return "cellen ændrer grænserne for kernen; de er ens for alle rapporter"

        rules: dict[str, Callable[..., str | None]] = {
            "subprocess.Popen": popen,
            "open": self._aabner,
            "os.listdir": self._viser_mappe,
            "os.scandir": self._viser_mappe,
            "os.chdir": lambda path: f"cellen skifter mappe ({self._kort(path)}); brug kkrlib.data, som kender stierne",
            "os.mkdir": lambda path, _mode=0, fd=-1: (
                None if os.path.isdir(_fuld(path)) else self._skriver("opretter mappen", path, fd)
            ),
            "os.rename": lambda old, new, fd=-1, to=-1: (
                self._skriver("omdøber", old, fd) or self._skriver("omdøber til", new, to)
            ),
            "os.link": lambda _old, new, _fd=-1, to=-1: self._skriver("laver filen", new, to),
            "os.symlink": lambda _old, new, fd=-1: self._skriver("laver filen", new, fd),
            "os.truncate": lambda path, *_: self._skriver("afkorter", path),
            "os.utime": lambda path, _times=None, _ns=None, fd=-1: self._skriver("ændrer", path, fd),
            "os.chmod": lambda path, _mode=0, fd=-1: self._skriver("ændrer", path, fd),
            "os.chown": lambda path, _uid=0, _gid=0, fd=-1: self._skriver("ændrer", path, fd),
            "os.putenv": miljoe,
            "os.unsetenv": miljoe,
            "os.kill": andre,
            "os.killpg": andre,
            "resource.setrlimit": graenser,
            "resource.prlimit": graenser,
            "sqlite3.connect": lambda path: None if path in (":memory:", b":memory:") else self._skriver("åbner", path),
            "syslog.openlog": lambda *_: "cellen skriver i maskinens log; en rapport regner og viser",
            "syslog.syslog": lambda *_: "cellen skriver i maskinens log; en rapport regner og viser",
        }
        rules |= dict.fromkeys(("os.remove", "os.rmdir"), lambda path, fd=-1: self._skriver("sletter", path, fd))
        rules |= dict.fromkeys(
            ("os.setxattr", "os.removexattr", "os.chflags"), lambda p, *_: self._skriver("ændrer", p)
        )
        rules |= dict.fromkeys(("os.system", "os.exec", "os.posix_spawn", "os.startfile", "os.startfile/2"), programmet)
        rules |= {"pty.spawn": lambda argv, *_: popen(None, argv), "os.spawn": lambda _mode, path, *_: program(path)}
        rules |= dict.fromkeys(("os.fork", "os.forkpty"), kopi)
        rules |= dict.fromkeys(
            (
                *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
                *("socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo", "urllib.Request"),
                *("http.client.connect", "ftplib.connect", "imaplib.open", "poplib.connect", "smtplib.connect"),
                *("nntplib.connect", "telnetlib.Telnet.open", "webbrowser.open"),
            ),
            net,
        )
        return rules

    def _kort(self, path: Any) -> str:
        """A path as one would type it from the project's folder."""
        text = _tekst(path)
        full = _fuld(text)
        return os.path.relpath(full, self.rod) if _i(full, [self.rod]) else text

    def _skriver(self, hvordan: str, path: Any, fd: int = -1) -> str | None:
        if isinstance(path, int) or path is None:
            return None
        full = _fuld(path, fd)
        # The folder is followed through links, the file itself is not: it is the link that is moved or removed.
        real = os.path.join(_ren(os.path.dirname(full)), os.path.basename(full))
        return None if _i(real, [self.egen]) else f"cellen {hvordan} «{self._kort(full)}»; {_SKRIV}"

    def _aabner(self, path: Any, mode: Any, flags: Any) -> str | None:
        if isinstance(path, int) or path is None:
            return None
        flags = flags if isinstance(flags, int) else 0
        changes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        if changes or (isinstance(mode, str) and set("wax+") & set(mode)):
            if _fuld(path) == os.devnull or _i(_ren(path), [self.egen]):
                return None
            return f"cellen skriver filen «{self._kort(path)}»; {_SKRIV}"
        return self._laeser("læser", path)

    def _viser_mappe(self, path: Any = None) -> str | None:
        return None if isinstance(path, int) else self._laeser("læser mappen", path or ".")

    def _laeser(self, hvordan: str, path: Any) -> str | None:
        full = _fuld(path)
        if _i(full, self.laeses) or _i(_ren(full), self.laeses):
            return None
        return f"cellen {hvordan} «{self._kort(full)}» uden for projektet; {_LAES}"

    # --- outputs --------------------------------------------------------------------------------------------------

    def _begraens_uddata(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.write = self._taelt(stream, stream.write)  # type: ignore[method-assign]
            # ipykernel echoes what C code writes to where the kernel was started; that is no one's here.
            copy = getattr(stream, "_original_stdstream_copy", None)
            if copy is not None:
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, copy)
                os.close(nothing)
        session = self.ip.kernel.session
        session.serialize = self._maalt(session.serialize)

    def _taelt(self, stream: Any, write: Callable[[str], Any]) -> Callable[[str], Any]:
        """A stream's ``write`` that stops at the limit, before the text is kept anywhere."""

        def taelt(text: str) -> Any:
            if isinstance(text, str):
                if self.skrevet > self.graenser["output"]:
                    return len(text)
                self.skrevet += len(text)
                if self.skrevet > self.graenser["output"]:
                    what = (
                        f"cellen skriver mere end {self.graenser['output_mb']} til {stream.name};"
                        " vis det, læseren skal se, med tekst(…) eller tabel(…)"
                    )
                    # The thread that reads what C code writes must go on reading, or that code would wait for ever.
                    if threading.current_thread() is getattr(stream, "watch_fd_thread", None):
                        self.noter_afvisning(what)
                        return len(text)
                    self.afvis(what)
            return write(text)

        return taelt

    def _maalt(self, serialize: Callable[..., list[bytes]]) -> Callable[..., list[bytes]]:
        """A session's ``serialize`` that sends no output above the limits."""
        kinds = ("display_data", "execute_result", "update_display_data")

        def maalt(msg: dict[str, Any], *args: Any, **kwargs: Any) -> list[bytes]:
            if msg.get("msg_type") not in kinds:
                return serialize(msg, *args, **kwargs)
            data = msg["content"].get("data", {})
            if sum(len(v) for v in data.values() if isinstance(v, (str, bytes))) > self.graenser["output"]:
                self._for_stort(data)
            parts = serialize(msg, *args, **kwargs)
            size = sum(map(len, parts))
            if size > self.graenser["output"]:
                self._for_stort(data)
            self.vist += size
            if self.vist > self.graenser["outputs"]:
                self.afvis(
                    f"notesbogen viser mere end {self.graenser['outputs_mb']} i alt; vis kun det, læseren skal se"
                )
            return parts

        return maalt

    def _for_stort(self, data: Iterable[str]) -> None:
        self.afvis(
            f"cellen viser mere end {self.graenser['output_mb']} på én gang ({', '.join(sorted(data))});"
            " vis kun det, læseren skal se, eller giv det til hentning med filer(…)"
        )

    def _luk_sidedoere(self) -> None:
        """What no audit event tells of: leaving the kernel, asking its user, multiprocessing, throwing outputs away."""

        def luk(hvad: str) -> Callable[..., Any]:
            return lambda *_, **__: self.afvis(hvad)

        self.ip.ask_exit = luk("cellen afslutter kernen; en celle slutter af sig selv")
        spoerger = luk("cellen spørger brugeren (input); giv svaret som parameter til rapporten")
        self.ip.kernel.raw_input = self.ip.kernel.getpass = spoerger
        self.ip.magics_manager.magics["cell"]["capture"] = luk(
            "cellen smider det væk, den viser (%%capture); vis det ikke"
        )
        for name in ("mkfifo", "mknod"):
            if hasattr(os, name):
                setattr(os, name, luk(f"cellen laver en særlig fil (os.{name}); {_SKRIV}"))
        # The first time on a machine; that it takes its time is nothing that the cell shows.
        logging.getLogger("matplotlib.font_manager").addFilter(
            lambda r: "building the font cache" not in r.getMessage()
        )
        with suppress(ImportError):
            import _posixsubprocess

            # subprocess kept the function itself, and is heard through its own event.
            _posixsubprocess.fork_exec = luk(f"cellen starter en ny proces (multiprocessing); {_PROGRAM}")

    # --- around each cell -----------------------------------------------------------------------------------------

    def _foer(self, info: Any) -> None:
        if (
            self.egne is None
        ):  # the first cell: until now IPython read its own files, and the kernel started its threads
            self.egne = set(threading.enumerate())
            sys.addaudithook(self._hoer)
        if info.store_history:
            self.celle += 1
            self.skrevet = 0

    def _efter(self, _result: Any = None) -> None:
        self._hent_resten()
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        backend = sys.modules["matplotlib"].rcParams._get_backend_or_none()
        before, self.backend = self.backend, backend
        if backend not in (before, None, BACKEND, "inline"):
            self.noter_afvisning(
                f"cellen skifter matplotlibs backend til «{backend}», som ikke viser figurer på siden; lad den stå"
            )
        if pyplot.get_fignums():
            self.noter_afvisning(
                "cellen tegner en figur med matplotlib, som ikke vises;"
                " tegn den med kkrlib.figurer, eller luk den med plt.close()"
            )
            pyplot.close("all")

    def _hent_resten(self) -> None:
        """Let what is under way to stdout and stderr arrive: C's own buffers, and the pipes in their place."""
        ctypes = sys.modules.get("ctypes")
        if ctypes is not None and os.name == "posix":
            with suppress(Exception):
                ctypes.CDLL(None).fflush(None)
        with suppress(ImportError, OSError):
            import fcntl
            import termios

            for stream in (sys.stdout, sys.stderr):
                pipe = getattr(stream, "_fid", None)
                deadline = time.monotonic() + 1
                while pipe is not None and time.monotonic() < deadline:
                    if not int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4), sys.byteorder):
                        break
                    time.sleep(0.005)
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()

    def afslut(self) -> None:
        """See :func:`afslut`."""
        self._efter()
        stacks = sys._current_frames()
        alive = [
            t for t in threading.enumerate() if t not in (self.egne or {t}) and self._cellens(stacks.get(t.ident or 0))
        ]
        if alive:
            self.noter_afvisning(
                f"en tråd ({', '.join(sorted(t.name for t in alive))}) kører endnu efter den sidste celle;"
                " vent på den med join()"
            )
        import asyncio

        for task in asyncio.all_tasks(self.ip.kernel.io_loop.asyncio_loop):
            running = task.get_coro()
            frame = getattr(running, "cr_frame", None)
            if frame is not None and frame.f_globals is self.ip.user_ns:
                self.noter_afvisning(
                    f"opgaven {getattr(running, '__name__', '')} (async) er ikke færdig efter den sidste celle;"
                    " vent på den med await"
                )
        time.sleep(0.02)  # the threads that read the pipes
        self._hent_resten()


# --- paths ----------------------------------------------------------------------------------------------------


def _tekst(path: Any) -> str:
    try:
        return os.fsdecode(path)
    except TypeError:
        return str(path)


def _navn(program: Any) -> str:
    """A program's name, from its path or from a line for the shell."""
    words = _tekst(program).split()
    return os.path.basename(words[0]) if words else "?"


def _fuld(path: Any, fd: int = -1) -> str:
    """A path from the top, as it was given; ``fd`` is the open folder that it goes from."""
    text = _tekst(path)
    if not os.path.isabs(text) and isinstance(fd, int) and fd >= 0:
        with suppress(OSError):
            text = os.path.join(os.readlink(f"/proc/self/fd/{fd}"), text)
    return os.path.normcase(os.path.abspath(text))


def _ren(path: Any) -> str:
    """A path from the top, through every link."""
    return os.path.normcase(os.path.realpath(_tekst(path)))


def _i(path: str, mapper: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in mapper)


def _installeret() -> list[str]:
    """Where Python, its packages and kkrlib stand."""
    packages = [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
    return [sys.prefix, sys.base_prefix, *packages, str(Path(__file__).resolve().parents[1])]
