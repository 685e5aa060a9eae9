# Two commands on a bare machine with Python 3.11+ and make: `make run`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SCENARIO ?= scenarios/nanchang.yaml
# `make test COVER=--cov` also measures what the tests cover, in half as long again.
COVER ?=

.PHONY: run test check format lock wheel clean

run: $(VENV)/.run
	$(BIN)/sim run $(SCENARIO)

test: $(VENV)/.dev check
	$(BIN)/python -m pytest -n 2 -m "not benchmark" $(COVER)
	$(BIN)/python -m pytest -m benchmark

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.dev
	$(BIN)/python -m pip --disable-pip-version-check --quiet wheel --no-deps --no-build-isolation --wheel-dir dist .

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml locks/run.txt
	$(PIP) install --require-hashes -r locks/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run locks/dev.txt
	$(PIP) install --require-hashes -r locks/dev.txt
	touch $@

# Needs `uv`; the locks name versions and hashes, never an index.
lock:
	printf 'hatchling\neditables\n' > $(VENV)/build.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml $(VENV)/build.in -o locks/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra dev -c locks/run.txt pyproject.toml $(VENV)/build.in -o locks/dev.txt

clean:
	rm -rf $(VENV) dist .coverage .coverage.*
