# sohoa — the daily commands. Each installs what it needs first; a second run installs nothing.
SHELL := /bin/bash
VENV  := .venv
PY    := $(VENV)/bin/python
export OMP_THREAD_LIMIT := 1
# The test pages shown in docs/benchmarks.md.
PICTURED := test-first-page-03 test-closing-page-02 test-form-08 test-certificate-02 test-table-02

.PHONY: help demo test check station bench bench-ocr bench-press bench-ablation bench-throughput bench-memory bench-pictures chaos soak train-reader corpus fuzz audit serve clean

help:
	@echo "make demo   digitize the sample batch and show where the results are (./demo)"
	@echo "make test   lint, types, import contract and all tests"
	@echo "make check  lint, types and import contract only"
	@echo "make serve  API and workers on 127.0.0.1:8080"
	@echo "make station  the agent of scanners' PCs as one file (build/station.pyz)"
	@echo "make bench  what each step costs and how well the sample batch is read"
	@echo "make bench-ocr         reading against plain Tesseract and OCRmyPDF on the test pages (half an hour)"
	@echo "make bench-press       the same on pages printed by a browser and damaged differently (a quarter of an hour)"
	@echo "make bench-ablation    what each step of the cleanup is worth"
	@echo "make bench-throughput  pages per second of one process and of two"
	@echo "make bench-memory      what a worker needs for the largest pages"
	@echo "make bench-pictures    pages as scanned, as read, and the words read, into docs/images"
	@echo "make chaos  kill -9 of everything, PAPERS=200 SEED=1 MINUTES=5, and nothing is lost (as root)"
	@echo "make soak   PAGES=5000 through the workers: does anything grow? (as root)"
	@echo "make corpus             thousands of wrong files through inspection and decoding (FILES=2000)"
	@echo "make fuzz               coverage-guided fuzzing of every parser for FUZZ_MINUTES=10"
	@echo "make audit              known faults of the pinned dependencies (needs the network)"
	@echo "make train-reader      train the line reader for HOURS=2, from where the last run stopped"

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

# Ubuntu's archive has no such browser: there the tests of its pages are skipped. The proxy is what deploy/ puts in front.
$(VENV)/.test: requirements-test.lock $(VENV)/.runtime
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-test.lock
	-bash tests/press/install.sh
	-bash deploy/install-system-packages.sh haproxy
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
	$(VENV)/bin/pytest --numprocesses logical --dist loadfile

station: $(VENV)/.runtime
	$(PY) -m deploy.pack_station build/station.pyz

bench: $(VENV)/.test
	$(PY) -m tests.benchmarks

# OCRmyPDF is compared with, never used: it lives in an environment of its own.
build/bench/ocrmypdf/.installed: tests/benchmarks/ocrmypdf.lock tests/benchmarks/install-compared.sh
	bash tests/benchmarks/install-compared.sh
	python3 -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

BENCH_OCR := $(PY) -m tests.benchmarks.ocr

bench-ocr: $(VENV)/.test build/bench/ocrmypdf/.installed
	$(BENCH_OCR) compare --set test --engine ours --engine ours-tesseract \
		--engine tesseract --engine tesseract-osd --engine ocrmypdf \
		--document docs/benchmarks.md

bench-press: $(VENV)/.test
	bash tests/press/install.sh
	$(BENCH_OCR) compare --set press --engine ours --engine tesseract --document docs/benchmarks.md

bench-ablation: $(VENV)/.test
	$(BENCH_OCR) ablation --document docs/benchmarks.md

bench-throughput: $(VENV)/.test
	$(BENCH_OCR) throughput --limit 20 --document docs/benchmarks.md

bench-memory: $(VENV)/.test
	$(BENCH_OCR) memory --document docs/benchmarks.md

bench-pictures: $(VENV)/.test
	$(BENCH_OCR) pictures docs/images $(addprefix --only ,$(PICTURED))

PAPERS ?= 200
SEED ?= 1
MINUTES ?= 5
PAGES ?= 5000

chaos: $(VENV)/.test
	$(PY) -m tests.chaos --papers $(PAPERS) --seed $(SEED) --minutes $(MINUTES)

soak: $(VENV)/.test
	$(PY) -m tests.benchmarks.soak --pages $(PAGES)

# PyTorch trains and nothing else: it lives in an environment of its own.
TRAIN := .venv-train
HOURS ?= 2

$(TRAIN)/.installed: requirements.lock
	python3 -m venv $(TRAIN)
	$(TRAIN)/bin/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(TRAIN)/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxruntime==1.31.1 psutil==7.2.2
	@touch $@

.training/typefaces.json: tests/training/typefaces.py $(TRAIN)/.installed
	$(TRAIN)/bin/python -m tests.training fonts

train-reader: .training/typefaces.json
	nice -n 19 $(TRAIN)/bin/python -m tests.training train --hours $(HOURS)

# --- hostile input ---------------------------------------------------------------------------------------------

FILES ?= 2000

corpus: $(VENV)/.test
	nice -n 10 $(PY) -m tests.fuzz.corpus --files $(FILES)

# The fuzzer instruments what it loads: it lives in an environment of its own.
FUZZ := .venv-fuzz
FUZZ_MINUTES ?= 10

$(FUZZ)/.installed: requirements.lock tests/fuzz/fuzz.lock
	python3 -m venv $(FUZZ)
	$(FUZZ)/bin/pip install --quiet --disable-pip-version-check -r requirements.lock -r requirements-test.lock
	$(FUZZ)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/fuzz/fuzz.lock
	@touch $@

fuzz: $(FUZZ)/.installed
	nice -n 10 $(FUZZ)/bin/python -m tests.fuzz --minutes $(FUZZ_MINUTES)

# It asks a database in the network, so it is no part of check.
AUDIT := .venv-audit

audit:
	python3 -m venv $(AUDIT)
	$(AUDIT)/bin/pip install --quiet --disable-pip-version-check pip-audit
	$(AUDIT)/bin/pip-audit --disable-pip --require-hashes -r requirements.lock

serve: $(VENV)/.runtime
	$(VENV)/bin/sohoa serve

clean:
	rm -rf demo build .mypy_cache .ruff_cache .pytest_cache .hypothesis
