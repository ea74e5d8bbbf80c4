# `make run` cleans seeds/ into out/; `make quick` runs the quick tests, `make test` all. They set up what they need.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
IN ?= seeds
OUT ?= out
# A change here compiles the native core again.
NATIVE := $(wildcard native/*.*)
# Where this is set, every process that a test starts compiles all modules again: half of its time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run quick test test-pure fuzz adapters test-ray lint golden docs bench soak clean

run: $(VENV)/installed
	$(BIN)/cleaner clean $(IN) -o $(OUT) --record full --restart

# In under a minute: without what starts processes and browsers, measures growth or tries hundreds of examples.
quick: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist loadgroup -m 'not slow'

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist loadgroup

# What the native core replaces, in the form without it.
test-pure: $(VENV)/installed-dev
	CLEANER_PURE=1 $(BIN)/python -m pytest -n auto -m 'not slow' tests/test_records.py tests/test_native.py tests/model

# The native core under sanitizers against the Python form.
SECONDS ?= 60
fuzz: $(VENV)/installed-dev
	$(BIN)/python -m bench.fuzz_native --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

# The adapters and examples against the real libraries; Spark wants Java, and is left out without.
adapters: $(VENV)/installed-adapters
	$(BIN)/python -m pytest tests/adapters

# --engine ray and Ray Data on a cluster of this machine: workers and drivers are killed. Some minutes.
test-ray: $(VENV)/installed-ray
	$(BIN)/python -m pytest -m ray tests/adapters

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Rewrites the expected outputs of case files, goldens and digests, and raises floors; the diff is the review.
golden: $(VENV)/installed-dev
	$(BIN)/python -m tests.golden

# The documentation's page of reason codes, from the rules' docstrings and cases, and the schema of records.
docs: $(VENV)/installed-dev
	$(BIN)/python -m tests.examples docs
	$(BIN)/python -m tests.schema_docs

# What a document costs beside other programs, in one run; `pip install -e '.[bench]'` brings all of them.
bench: $(VENV)/installed-dev
	$(BIN)/python -m bench.throughput

# Memory and throughput over many documents; DOCUMENTS=100000 takes an hour and more.
DOCUMENTS ?= 100000
soak: $(VENV)/installed-dev
	$(BIN)/python -m bench.soak --documents $(DOCUMENTS)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)

$(VENV)/installed: pyproject.toml $(NATIVE) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(NATIVE) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-adapters: pyproject.toml $(NATIVE) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -e '.[dev,adapters]'
	@touch $@ $(VENV)/installed-dev $(VENV)/installed

$(VENV)/installed-ray: pyproject.toml $(NATIVE) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -e '.[dev,ray]'
	@touch $@ $(VENV)/installed-dev $(VENV)/installed

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
