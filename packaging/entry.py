"""Where the packaged program starts: as Steward, or as the Python of one of its own workers.

There is no ``python`` in a package. Code that starts ``sys.executable`` with Python's own options
(``-I -S worker.py``, ``-c …``) gets this program, and this program then does what Python would.
"""

import os
import runpy
import sys

_ALONE = frozenset(["-B", "-E", "-I", "-O", "-OO", "-P", "-S", "-b", "-d", "-q", "-s", "-u", "-v"])
_WITH_VALUE = frozenset(["-W", "-X"])
_RUNS = frozenset(["-c", "-m"])
_MULTIPROCESSING = "--multiprocessing-fork"

# The packaged Qt finds its plug-ins without this; another program's Qt would find ours.
_OF_THE_START_ONLY = ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH")
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def tidy_environment() -> None:
    """Give back the environment Steward was started with, for the programs it opens.

    The loader read its paths when the process began, so this process still finds its libraries;
    the person's browser or editor must not find them.
    """
    for name in _OF_THE_START_ONLY:
        if os.environ.get(name, "").startswith(getattr(sys, "_MEIPASS", os.sep)):
            del os.environ[name]
    for name in _LIBRARY_PATHS:
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is not None:
            os.environ[name] = before
        elif getattr(sys, "frozen", False):
            os.environ.pop(name, None)


def is_for_python(arguments: list[str]) -> bool:
    """Whether these arguments are Python's: Steward itself has no option of these names."""
    first = arguments[0] if arguments else ""
    return first in _ALONE | _RUNS or first[:2] in _WITH_VALUE


def as_python(arguments: list[str]) -> None:
    """Run ``-c CODE``, ``-m MODULE`` or a file, with the arguments that follow it."""
    rest = list(arguments)
    while rest and rest[0] not in _RUNS and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in _WITH_VALUE:
            rest = rest[1:]
    match rest:
        case ["-c", code, *more]:
            sys.argv = ["-c", *more]
            exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
        case ["-m", module, *more]:
            sys.argv = [module, *more]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case [str(file), *more] if not file.startswith("-"):
            sys.argv = [file, *more]
            runpy.run_path(file, run_name="__main__")
        case _:
            sys.exit("steward: there is no interactive Python in the packaged program")


def main() -> int:
    """What the executable runs; returns its exit code."""
    tidy_environment()
    arguments = sys.argv[1:]
    if arguments[:1] == [_MULTIPROCESSING]:
        from multiprocessing.spawn import freeze_support

        freeze_support()  # runs what was asked for, and exits
    if is_for_python(arguments):
        as_python(arguments)
        return 0
    from app.__main__ import main as steward

    return steward()


if __name__ == "__main__":
    sys.exit(main())
