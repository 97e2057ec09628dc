# make run    set up .venv and serve the app        make test    all checks and tests
# make check  only the checks, in seconds           make bench   the measured figures
# On Windows, or without make: README.md has the plain pip lines.

SHELL := /bin/sh
.DEFAULT_GOAL := run
.PHONY: run test check bench unit browser chromium

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
JOBS ?= 2
# The first of these that is Python 3.11 or newer makes the environment.
PYTHONS := $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python

run: $(VENV)/.run
	$(BIN)/python -m dashboard --server.port $(PORT) $(ARGS)

test: check unit browser

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(VENV)/.dev
	$(BIN)/python -m pytest tests -m "not browser" -n $(JOBS) --dist loadscope

browser: $(VENV)/.dev chromium
	CHROMIUM="$$(sh tests/browser/chromium.sh)" $(BIN)/python -m pytest tests/browser -m browser -n $(JOBS) --dist loadfile

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

chromium:
	@sh tests/browser/chromium.sh install >/dev/null

# A stamp, for an interrupted start leaves a python without pip. Debian's Python cannot give an environment a pip of its
# own unless python3-venv is there; its pip can.
$(VENV)/.made:
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; then touch $@; exit 0; fi; \
	for python in $(PYTHONS); do \
	  if command -v $$python >/dev/null 2>&1 && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$($$python --version)"; rm -rf $(VENV); \
	    { $$python -m venv $(VENV) >/dev/null 2>&1 || \
	      { $$python -m venv --clear --without-pip $(VENV) && $$python -m pip --python $(BIN)/python install -q pip; }; } \
	      && $(BIN)/python -m pip --version >/dev/null && touch $@ && exit 0; \
	    echo "$$python cannot make $(VENV): on Debian and Ubuntu install python3-venv, then run make again." >&2; \
	    rm -rf $(VENV); exit 1; \
	  fi; \
	done; \
	echo "ConvLens needs Python 3.11 or newer, and none was found: install it, or say where it is with PYTHON=/path/to/python3." >&2; exit 1

# The stamps are newer than the requirements they installed; a change of those installs again.
$(VENV)/.run: requirements.txt | $(VENV)/.made
	@echo "Installing what running needs (PyTorch is large: some minutes the first time)"
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/.made
	@echo "Installing what testing needs (PyTorch is large: some minutes the first time)"
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.run
