# sohoa — the daily commands. Each installs what it needs first; a second run installs nothing.
SHELL := /bin/bash
VENV  := .venv
PY    := $(VENV)/bin/python
export OMP_THREAD_LIMIT := 1

.PHONY: help demo test check bench serve clean

help:
	@echo "make demo   digitize the sample batch and show where the results are (./demo)"
	@echo "make test   lint, types, import contract and all tests"
	@echo "make check  lint, types and import contract only"
	@echo "make bench  speed and accuracy tables"
	@echo "make serve  API and workers on 127.0.0.1:8080"

# --- installation: stamps say what has been installed ------------------------------------------------------------

$(VENV)/.system: deploy/install-system-packages.sh
	bash deploy/install-system-packages.sh
	@mkdir -p $(VENV) && touch $@

$(VENV)/bin/python: $(VENV)/.system
	python3 -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(PY) -c "import api.cli, api.http.app, ingest.work, deploy.demo"  # what runs needs nothing of what only tests need
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.runtime
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-test.lock
	@touch $@

# --- the commands ------------------------------------------------------------------------------------------------

demo: $(VENV)/.runtime
	$(PY) -m deploy.demo

check: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

test: check
	$(VENV)/bin/pytest

bench: $(VENV)/.test
	$(PY) -m tests.benchmarks

serve: $(VENV)/.runtime
	$(VENV)/bin/sohoa serve

clean:
	rm -rf demo build .mypy_cache .ruff_cache .pytest_cache .hypothesis
