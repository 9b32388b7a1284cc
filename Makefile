# Everything a developer runs. Each target does its own set-up: packaging/bootstrap.py.
#
#   make run  ARGS="--help"      the window (or any `steward` command)
#   make test TESTS=tests/files  the tests, all or some

PYTHON ?= $(firstword $(shell for p in .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11 python; do command -v $$p && break; done))
BOOTSTRAP = $(or $(PYTHON),$(error Steward needs Python 3.11 or newer; none was found)) -I -S packaging/bootstrap.py

# Two workers for two cores; tests marked `serial` share one of them, in order.
TESTFLAGS ?= -n 2 --dist loadgroup
TESTS ?=
ARGS ?=

.PHONY: help run test test-live explore bench torture mutants lint lock translations screenshots pictures package package-check clean

help:
	@echo "make run          set everything up and open the window (ARGS: any steward command)"
	@echo "make test         every test (TESTS: only these)"
	@echo "make test-live    what only a real Google account can show, in a folder of its own"
	@echo "make torture      the long proof that no file is lost, no stream breaks us (ROUNDS, ARGS)"
	@echo "make mutants      whether the tests notice a missing safeguard (ARGS: only these)"
	@echo "make explore      the property tests, ten times as many examples, and every scene"
	@echo "make bench        how quick it is"
	@echo "make lint         style, types, layers"
	@echo "make lock         new versions of the packages (ARGS=--upgrade)"
	@echo "make translations the window's texts for translators, and what was translated for the window"
	@echo "make screenshots  the pictures of README and guide (ARGS: only these)"
	@echo "make pictures     the pictures that the window is compared with, anew (ARGS: only these)"
	@echo "make package      a program to install: build/package/*.deb"
	@echo "make package-check  installs it into an empty Debian, and uses it there (as root)"
	@echo "make clean        take away what the others made"

run:
	@$(BOOTSTRAP) run -- $(ARGS)

# Python may keep what it compiled, whatever is set elsewhere: else each command that a test starts
# compiles all of Steward again, which took a fifth of the whole time.
test:
	@$(BOOTSTRAP) dev
	PYTHONDONTWRITEBYTECODE= QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest $(TESTFLAGS) $(TESTS)

# What only a real Google account can show; asks nothing where none is connected.
test-live:
	@$(BOOTSTRAP) dev
	.venv/bin/python -m tests.live

# The property tests with examples of their own at each run, ten times as many; then the window in
# every state there is a scene of.
explore:
	@$(BOOTSTRAP) dev
	HYPOTHESIS_PROFILE=explore QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -n 2 --timeout 600 \
		$(shell grep -rlE "^from hypothesis|^import hypothesis" tests --include="test_*.py")
	STEWARD_EVERY_SCENE=1 QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -n 2 tests/ui/test_scenes.py

bench:
	@$(BOOTSTRAP) dev
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.benchmarks $(ARGS)

# The long proof that no file can be lost: docs/file-safety.md. ARGS="--seed 2"
# ARGS="--chaos 1000": instead of it, turns against a model server and skills that fail.
ROUNDS ?= 200
torture:
	@$(BOOTSTRAP) dev
	.venv/bin/python -m tests.torture --rounds $(ROUNDS) $(ARGS)

# Breaks one line at a time in a copy, and shows that a test fails. ARGS="sync" for some of them.
mutants:
	@$(BOOTSTRAP) dev
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.mutants $(ARGS)

# The pictures that the window is compared with: ARGS="asked" for some of them.
pictures:
	@$(BOOTSTRAP) dev
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.ui.references $(ARGS)

lint:
	@$(BOOTSTRAP) dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/mypy packaging/bootstrap.py packaging/entry.py packaging/check_installed.py
	MYPYPATH=packaging .venv/bin/mypy -m recipe -m icons -m notices -m debian -m manual_page -m build -m translations
	.venv/bin/lint-imports

# The pictures of the README, made by the program of itself.
screenshots:
	@$(BOOTSTRAP) dev
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.ui.pictures docs/images $(ARGS)

# New versions within pyproject's ranges: make lock ARGS=--upgrade
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --group build $(ARGS)

lock:
	@$(BOOTSTRAP) dev
	$(LOCK) pyproject.toml --group dev --output-file requirements-dev.lock
	$(LOCK) pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
	$(LOCK) pyproject.toml --constraint requirements.lock --group package --output-file requirements-package.lock

# The window's texts into resources/translations/*.ts, and those into the *.qm that it loads.
translations:
	@$(BOOTSTRAP) dev
	.venv/bin/python packaging/translations.py $(ARGS)

# The program folder and, on Debian and Ubuntu, the .deb: packaging/README.md.
package:
	@$(BOOTSTRAP) package
	QT_QPA_PLATFORM=offscreen build/package-env/bin/python packaging/build.py

package-check:
	@$(BOOTSTRAP) package-check
	$(PYTHON) -I packaging/check_installed.py $(ARGS)

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
