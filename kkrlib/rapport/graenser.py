"""The limits of a page, in one place: what its run may take, and how much it may hold.

They are far above what a report needs (a page is under 150 kB, its largest download under 500 kB, its kernel's memory
under 1 GB), and there so that a fault is named instead of filling the machine or a reader's phone. The kernel holds its
cells to them while they run (:mod:`kkrlib.rapport.celle`); the exporter holds every page to them, whatever ran it.
Sizes are bytes, and 1 MB is 1.000.000 of them.
"""

#: Seconds that one cell may take.
CELLETID = 600
#: Seconds that a kernel may take to start.
STARTTID = 60
#: Seconds that the last outputs of a cell may be under way.
SVARTID = 30
#: The memory of a kernel: its address space, where the system can limit that.
HUKOMMELSE = 4_000_000_000
#: One file in the kernel's own temporary folder.
MIDLERTIDIG_FIL = 200_000_000
#: One output, and what a cell writes to stdout and stderr.
OUTPUT = 5_000_000
#: All outputs of a notebook.
OUTPUTS = 20_000_000
#: The page itself, without its downloads.
SIDE = 3_000_000
#: One download.
FIL = 10_000_000
#: How many downloads a page has, and what they fill.
FILER, FILER_I_ALT = 300, 50_000_000


def mb(antal: int) -> str:
    """A limit for people: ``5_000_000 → "5 MB"``, from 1.000 MB ``"4 GB"``; at least the whole number below."""
    return f"{antal // 10**9} GB" if antal >= 10**9 else f"{antal // 10**6} MB"
