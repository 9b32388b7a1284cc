"""Sets up Steward on a new machine: the virtual environment and the libraries Qt needs.

Standard library only, and it parses on any Python 3.6, so that an old one gets a sentence and not a
traceback. It never calls sudo: as root it installs what is missing, otherwise it prints the one
command that does. When nothing changed it only reads one small file.

    python3 packaging/bootstrap.py dev             everything tests need
    python3 packaging/bootstrap.py run -- [ARGS]   what Steward needs, then `steward ARGS`
    python3 packaging/bootstrap.py package         an environment to build the package in
    python3 packaging/bootstrap.py package-check   the tools that try the package out
"""

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from typing import IO, Any, Dict, List, NoReturn, Optional, Sequence, Tuple

Version = Tuple[int, int]

MINIMUM = (3, 11)
# Newest Python our pinned packages are tested on; a newer one is used only if it is the only one.
NEWEST = (3, 14)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
# Of its own, so that a package holds what its lock names and nothing a developer has besides.
PACKAGE_VENV = os.path.join(ROOT, "build", "package-env")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "steward-setup.json")
LOCKS = {
    "run": "requirements.lock",
    "dev": "requirements-dev.lock",
    "package": "requirements-package.lock",
}
IMPORTED = ("app", "skills", "resources")

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NO_DISPLAY = 3

# Library, Debian and Ubuntu's package. Fedora's dnf is asked for the library by its own name.
QT_LIBRARIES = (
    ("libEGL.so.1", "libegl1"),
    ("libGL.so.1", "libgl1"),
    ("libX11.so.6", "libx11-6"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libfreetype.so.6", "libfreetype6"),
    ("libglib-2.0.so.0", "libglib2.0-0"),
    ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
    ("libstdc++.so.6", "libstdc++6"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
)
# Only a real window needs these; the tests draw off the screen.
WINDOW_LIBRARIES = (
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libwayland-cursor.so.0", "libwayland-cursor0"),
    ("libwayland-egl.so.1", "libwayland-egl1"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-glx.so.0", "libxcb-glx0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-randr.so.0", "libxcb-randr0"),
    ("libxcb-render-util.so.0", "libxcb-render-util0"),
    ("libxcb-render.so.0", "libxcb-render0"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-shm.so.0", "libxcb-shm0"),
    ("libxcb-sync.so.1", "libxcb-sync1"),
    ("libxcb-util.so.1", "libxcb-util1"),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
    ("libxcb.so.1", "libxcb1"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)
# Command, Debian and Ubuntu's package. What makes a .deb is asked for only where one can be made.
PACKAGE_TOOLS = (("objdump", "binutils"),)
DEB_TOOLS = (("dpkg-deb", "dpkg"), ("dpkg-shlibdeps", "dpkg-dev"))
# Not to run: dpkg-shlibdeps asks which package has them, for what the .deb recommends.
DEB_LIBRARIES = (("libgtk-3.so.0", "libgtk-3-0"),)
CHECK_TOOLS = (
    ("mmdebstrap", "mmdebstrap"),
    ("Xvfb", "xvfb"),
    ("openbox", "openbox"),
    ("xdotool", "xdotool"),
    ("import", "imagemagick"),
    ("appstreamcli", "appstream"),
    ("desktop-file-validate", "desktop-file-utils"),
)
APT_PACKAGES = dict(
    QT_LIBRARIES + WINDOW_LIBRARIES + PACKAGE_TOOLS + DEB_TOOLS + DEB_LIBRARIES + CHECK_TOOLS
)

NO_DISPLAY = """\
Steward is set up, but there is no display to open its window on.

  in the terminal     .venv/bin/steward chat
  over ssh            ssh -X, then make run
  a virtual screen    xvfb-run make run
"""


class SetupError(Exception):
    """What went wrong and what to do, in words for the person at the terminal."""


def say(text: str) -> None:
    sys.stderr.write("steward: " + text + "\n")
    sys.stderr.flush()


def quoted(arguments: Sequence[str]) -> str:
    def quote(text: str) -> str:
        plain = all(letter.isalnum() or letter in "-_=+.,/:" for letter in text)
        return text if plain and text else "'" + text.replace("'", "'\\''") + "'"

    return " ".join(quote(argument) for argument in arguments)


# --- Python -----------------------------------------------------------------------------------


def version_of(python: str) -> Optional[Version]:
    """The (major, minor) of an interpreter, or None if it does not run."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        output = subprocess.check_output(
            [python, "-I", "-S", "-c", code], stderr=subprocess.DEVNULL
        )
        major, minor = output.split()
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
    return int(major), int(minor)


def find_python() -> Tuple[str, Version]:
    """An interpreter outside .venv that is new enough; the tested versions come first."""
    names = ["python3", "python"]
    names += ["python3.%d" % minor for minor in range(NEWEST[1], MINIMUM[1] - 1, -1)]
    names += ["python3.%d" % minor for minor in range(NEWEST[1] + 1, NEWEST[1] + 4)]
    paths = [sys.executable, getattr(sys, "_base_executable", None)]
    paths += [shutil.which(name) for name in names]
    newer = None  # type: Optional[Tuple[str, Version]]
    seen = set()
    for path in paths:
        if not path or path in seen or path.startswith(VENV + os.sep):
            continue
        seen.add(path)
        version = version_of(path)
        if version and MINIMUM <= version <= NEWEST:
            return path, version
        if version and version > NEWEST and newer is None:
            newer = path, version
    if newer:
        return newer
    raise SetupError(
        "Python %d.%d or newer is needed, and this is Python %d.%d.\n"
        % (MINIMUM[0], MINIMUM[1], sys.version_info[0], sys.version_info[1])
        + how_to_get_python()
    )


def how_to_get_python() -> str:
    if sys.platform == "darwin":
        return "Install it with: brew install python@3.13   (or from python.org)"
    if shutil.which("apt-get"):
        return (
            "Debian 12, Ubuntu 24.04 and newer have it: sudo apt-get install python3 python3-venv\n"
            "Ubuntu 22.04: sudo apt-get install python3.11 python3.11-venv"
        )
    if shutil.which("dnf"):
        return "Install it with: sudo dnf install python3.13"
    return "Install it with your system's package manager, then try again."


def can_make_environments(python: str) -> bool:
    code = "import ensurepip, venv"
    return subprocess.call([python, "-I", "-c", code], stderr=subprocess.DEVNULL) == 0


# --- system packages --------------------------------------------------------------------------


def missing_libraries(purpose: str) -> List[str]:
    """The libraries that the dynamic loader does not find, by really asking it."""
    needed = QT_LIBRARIES + (WINDOW_LIBRARIES if purpose != "dev" or is_root() else ())
    if all(can_load(name) for name, _ in needed):
        return []
    # Something is to be installed anyway: then all of it, so that it is one command and not two.
    return [name for name, _ in QT_LIBRARIES + WINDOW_LIBRARIES if not can_load(name)]


def missing_tools(purpose: str) -> List[str]:
    """What building a package, or checking one, takes and this system lacks."""
    tools = PACKAGE_TOOLS + (DEB_TOOLS if shutil.which("apt-get") else ())
    libraries = DEB_LIBRARIES if shutil.which("apt-get") else ()
    if purpose == "package-check":
        tools, libraries = CHECK_TOOLS, ()
    missing = [name for name, _ in tools if not shutil.which(name)]
    return missing + [name for name, _ in libraries if not can_load(name)]


def can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def unresolved_by_qt(purpose: str) -> List[str]:
    """What the linker does not find for the very files of Qt that we load."""
    code = "import PySide6, os; print(os.path.dirname(PySide6.__file__))"
    folder = subprocess.check_output([VENV_PYTHON, "-I", "-c", code]).decode().strip()
    files = ["QtCore.abi3.so", "QtGui.abi3.so", "QtWidgets.abi3.so", "QtNetwork.abi3.so"]
    platforms = ["libqoffscreen.so"]
    if purpose != "dev":
        platforms += ["libqxcb.so", "libqwayland.so"]
    files += [os.path.join("Qt", "plugins", "platforms", name) for name in platforms]
    missing = set()
    for name in files:
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            continue
        try:
            listing = subprocess.check_output(["ldd", path], stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            continue
        for line in listing.decode("utf-8", "replace").splitlines():
            if line.endswith("not found"):
                missing.add(line.split()[0])
    return sorted(missing)


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def install_commands(libraries: Sequence[str], venv_for: Optional[Version]) -> List[List[str]]:
    """The commands, without sudo, that put libraries, tools and Python's venv module here."""
    if shutil.which("apt-get"):
        packages = [APT_PACKAGES.get(name, name) for name in libraries]
        if venv_for:
            packages.append("python%d.%d-venv" % venv_for)
        return [
            ["apt-get", "update"],
            ["apt-get", "install", "-y", "--no-install-recommends"] + packages,
        ]
    if shutil.which("dnf"):
        bits = "()(64bit)" if sys.maxsize > 2**32 else ""
        packages = [name + bits if ".so" in name else "/usr/bin/" + name for name in libraries]
        if venv_for:
            packages.append("python3-pip")
        return [["dnf", "install", "-y"] + packages]
    return []


def provide(libraries: Sequence[str], venv_for: Optional[Version] = None) -> None:
    """Install system packages as root, or stop with the one command that does."""
    if not libraries and not venv_for:
        return
    names = list(libraries) + (["Python's venv module"] if venv_for else [])
    missing = "Missing on this system: " + ", ".join(names)
    commands = install_commands(libraries, venv_for)
    if not commands:
        raise SetupError(missing + "\nInstall them with your system's package manager.")
    if not is_root():
        lines = " && ".join("sudo " + quoted(command) for command in commands)
        raise SetupError(
            missing + "\nThis installs them; then run the same command again:\n\n  " + lines
        )
    say(missing + "; installing")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in commands:
        if subprocess.call(command, env=environment, stdout=sys.stderr) != 0:
            raise SetupError("This failed: " + quoted(command))


# --- the virtual environment --------------------------------------------------------------------


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def wanted_state() -> Dict[str, Any]:
    """What the stamp must say for nothing to be done."""
    return {
        "root": ROOT,
        "python": "",
        "project": digest(os.path.join(ROOT, "pyproject.toml"))
        + "".join("+" + name for name in IMPORTED if os.path.isdir(os.path.join(ROOT, name))),
        "locks": {purpose: digest(os.path.join(ROOT, name)) for purpose, name in LOCKS.items()},
    }


def read_stamp() -> Dict[str, Any]:
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: Dict[str, Any]) -> None:
    scratch = "%s.%d" % (STAMP, os.getpid())
    with open(scratch, "w") as file:
        json.dump(stamp, file, indent=1, sort_keys=True)
    os.replace(scratch, STAMP)


def environment_version() -> str:
    """The version of .venv's Python: read from its own record, so that no process is started."""
    try:
        with open(os.path.join(VENV, "pyvenv.cfg")) as file:
            for line in file:
                key, _, value = line.partition("=")
                if key.strip() in ("version", "version_info") and os.path.exists(VENV_PYTHON):
                    real = os.path.realpath(VENV_PYTHON)
                    return value.strip() + " " + real
    except OSError:
        pass
    return ""


def make_environment() -> None:
    python, version = find_python()
    if not can_make_environments(python):
        provide([], venv_for=version)
    say("making %s with Python %d.%d" % ((os.path.relpath(VENV, ROOT),) + version))
    if subprocess.call([python, "-I", "-m", "venv", "--clear", VENV], stdout=sys.stderr) != 0:
        raise SetupError("python -m venv failed; the lines above say why.")


def pip(what: str, *arguments: str) -> None:
    command = [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if not sys.stderr.isatty():
        command.append("--quiet")
    if is_root():
        command.append("--root-user-action=ignore")
    say(what)
    if subprocess.call(command + list(arguments), cwd=ROOT, stdout=sys.stderr) != 0:
        raise SetupError(
            "pip could not install the packages; the lines above say why.\n"
            "Without a network they cannot be had; otherwise `make clean` and try again."
        )


def check_system(purpose: str, need_environment: bool) -> None:
    """Ask for everything the system lacks in one go, before the big download."""
    if not sys.platform.startswith("linux") or os.environ.get("STEWARD_SKIP_LIBRARY_CHECK"):
        return
    venv_for = None
    if need_environment:
        python, version = find_python()
        venv_for = None if can_make_environments(python) else version
    provide(missing_libraries(purpose), venv_for)


def check_qt(purpose: str) -> None:
    """Once Qt is there: ask the linker about Qt itself."""
    if not sys.platform.startswith("linux") or os.environ.get("STEWARD_SKIP_LIBRARY_CHECK"):
        return
    provide(unresolved_by_qt(purpose))
    left = unresolved_by_qt(purpose) if is_root() else []
    if left:
        raise SetupError("Qt still misses " + ", ".join(left))


def use_environment(folder: str) -> None:
    """Work on this virtual environment from now on."""
    global VENV, VENV_PYTHON, STAMP
    VENV = folder
    VENV_PYTHON = os.path.join(VENV, "bin", "python")
    STAMP = os.path.join(VENV, "steward-setup.json")


def set_up(purpose: str) -> None:
    """Bring the environment to what the lock files say. Fast when it is there already."""
    if purpose == "package":
        use_environment(PACKAGE_VENV)
        if sys.platform.startswith("linux"):
            provide(missing_tools(purpose))
    wanted = wanted_state()
    stamp = read_stamp()
    here = environment_version()
    wanted["python"] = here
    ready = stamp.get("ready", {}) if here else {}
    same = all(stamp.get(key) == wanted[key] for key in ("root", "python", "project"))
    lock = wanted["locks"][purpose]
    if same and ready.get(purpose) == lock:
        return

    rebuild = not here or not can_run_environment()
    # Without a stamp the environment is somebody's own, and is brought up to date, not thrown away.
    if stamp and (stamp.get("root") != ROOT or stamp.get("python") != here):
        rebuild = True
    check_system(purpose, rebuild)
    if rebuild:
        make_environment()
        ready, stamp = {}, {}
        wanted["python"] = environment_version()
    if ready.get(purpose) != lock:
        pip(
            "installing packages (the first time about 300 MB)",
            "--require-hashes",
            "-r",
            LOCKS[purpose],
        )
        # The run lock is part of the dev lock, in the same versions: tests/test_toolchain.py.
        ready = {purpose: lock}
        if purpose == "dev":
            ready["run"] = wanted["locks"]["run"]
    if stamp.get("project") != wanted["project"]:
        # A plain path file: the default makes each start of Python 15 ms slower.
        plain = "--config-settings=editable_mode=compat"
        pip("installing Steward itself", "--no-deps", "--no-build-isolation", plain, "-e", ".")
    check_qt(purpose)
    write_stamp(dict(wanted, ready=ready))
    say("set up")


def can_run_environment() -> bool:
    version = version_of(VENV_PYTHON)
    return version is not None and version >= MINIMUM


# --- commands -----------------------------------------------------------------------------------


def has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def start(arguments: List[str]) -> NoReturn:
    if not arguments and not has_display():
        sys.stderr.write(NO_DISPLAY)
        sys.exit(EXIT_NO_DISPLAY)
    steward = os.path.join(VENV, "bin", "steward")
    os.execv(steward, [steward] + arguments)


def one_at_a_time() -> "IO[bytes]":
    """Hold a lock until closed, so that two `make` in one folder do not write one .venv."""
    import fcntl

    handle = open(os.path.abspath(__file__), "rb")  # noqa: SIM115 - the caller closes it
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("waiting for another set-up in this folder")
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def main(arguments: List[str]) -> int:
    purpose = arguments[0] if arguments else ""
    rest = arguments[1:]
    if rest[:1] == ["--"]:
        rest = rest[1:]
    if purpose not in LOCKS and purpose != "package-check":
        sys.stderr.write(__doc__ or "")
        return EXIT_USAGE
    if os.name != "posix":
        say("set-up is written for Linux and macOS")
        return EXIT_FAILED
    try:
        if purpose == "package-check":
            provide(missing_tools(purpose))
            return 0
        with one_at_a_time():
            set_up(purpose)
    except SetupError as problem:
        say(str(problem))
        return EXIT_FAILED
    except KeyboardInterrupt:
        say("interrupted; the next run goes on from here")
        return 130
    if purpose == "run":
        start(rest)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
