# make run: everything that is needed, then the window. make help lists the rest.
# TORCH_INDEX is an index for PyTorch alone, such as https://download.pytorch.org/whl/cpu
# PIP_FLAGS goes to pip for every package
# FLAVOUR is lite, or full: with PyTorch
# ARGS goes to the program, such as ARGS="my.layerlab --theme light"

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
LAB = .venv/bin/python
FLAVOUR = lite
BUNDLE = $(if $(filter full,$(FLAVOUR)),layerlab-full,layerlab)
SET_UP = $(PYTHON) packaging/environment.py --pip-flags "$(PIP_FLAGS)" --torch-index "$(TORCH_INDEX)"

.PHONY: run test campaign lint types check screenshots texts wheel bundle smoke packages pins torch clean help python set-up set-up-all

run: set-up
	@$(LAB) packaging/linux_libraries.py
	@$(LAB) packaging/start.py $(ARGS)

test: python
	@$(SET_UP) --extra test
	@$(LAB) packaging/linux_libraries.py
	$(LAB) -m pytest -n 2 $(ARGS)

campaign: python
	@$(SET_UP) --extra test
	@$(LAB) packaging/linux_libraries.py
	$(LAB) -m tests.campaign $(or $(ARGS),all)

lint: set-up-all
	$(LAB) -m ruff format --check .
	$(LAB) -m ruff check .
	.venv/bin/lint-imports --no-logo
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/release.yml

types: set-up-all
	$(LAB) -m mypy

check: lint types test

screenshots: set-up
	@$(LAB) packaging/linux_libraries.py
	$(LAB) packaging/screenshots.py

texts: set-up
	$(LAB) packaging/texts.py

wheel: set-up
	$(LAB) -m pip wheel --no-deps --wheel-dir dist .

bundle: python
	@$(SET_UP) --extra bundle
	@$(LAB) packaging/linux_libraries.py --window
	$(LAB) -m PyInstaller packaging/layerlab.spec --noconfirm --log-level WARN --distpath dist --workpath build/bundle -- --flavour $(FLAVOUR)

smoke: set-up
	@$(LAB) packaging/linux_libraries.py --window --screen
	$(LAB) packaging/smoke_test.py dist/$(BUNDLE)

packages: set-up
	$(LAB) packaging/linux_packages.py dist/$(BUNDLE)
	$(LAB) packaging/sizes.py dist/$(BUNDLE)

pins: set-up-all
	$(LAB) packaging/pin.py

torch: python
	@$(SET_UP) --again

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis layerlab.png
	find app tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@echo "make run          set up once, then open the window (ARGS: a file, --theme light)"
	@echo "make test         run every test (ARGS go to pytest)"
	@echo "make campaign     run what takes hours, by hand (ARGS: names; ARGS=--help)"
	@echo "make check        lint, types and tests"
	@echo "make lint types   one of them"
	@echo "make screenshots  redraw resources/screenshots"
	@echo "make texts        write build/layerlab.pot, the texts to translate"
	@echo "make wheel        build dist/layerlab-*.whl"
	@echo "make bundle       build dist/layerlab, a program that needs no Python (FLAVOUR=full)"
	@echo "make smoke        start it as its users do (FLAVOUR=full)"
	@echo "make packages     of it: dist/layerlab-*.tar.xz and dist/layerlab_*.deb (FLAVOUR=full)"
	@echo "make pins         write packaging/constraints.txt from .venv"
	@echo "make torch        install again, after PyTorch could not be"
	@echo "make clean        remove .venv and everything that was built"
	@echo "TORCH_INDEX=...   an index for PyTorch alone, such as of its CPU build"
	@echo "PIP_FLAGS=...     goes to pip for every package"

python:
	@test -n "$(PYTHON)" || { echo "layerlab: Python 3.11 or newer is needed and was not found; give it with make run PYTHON=/path/to/python3" >&2; exit 1; }

set-up: python
	@$(SET_UP)

set-up-all: python
	@$(SET_UP) --extra test --extra lint --extra bundle
