# `make` alone prints what there is to make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ENVIRONMENT := .venv
BIN := $(ENVIRONMENT)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes
UV_VERSION := 0.13.8
LOCK := $(BIN)/uv --no-config pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

# the tests start Dvor again and again: its modules are compiled once, whatever the environment says
unexport PYTHONDONTWRITEBYTECODE

HOST := 127.0.0.1
PORT := 8080
DATA := data
FACTS := build/demo.json
TESTS := tests connect/tests

.PHONY: help setup demo example serve check test test-fast bench docs screenshots requirements all

help:  ## print this list
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

setup: $(ENVIRONMENT)/tested  ## make .venv with everything that running, testing and checking needs

demo: $(ENVIRONMENT)/installed  ## serve a demo community at http://127.0.0.1:8080 (HOST=… PORT=…)
	@mkdir -p $(dir $(FACTS))
	$(BIN)/dvor demo --host $(HOST) --port $(PORT) --summary $(FACTS)

example: setup  ## beside make demo: a site of one button that people log in at, at http://localhost:3000
	$(BIN)/python examples/profile-button/club.py $(FACTS)

serve: $(ENVIRONMENT)/installed  ## serve your own community, kept in ./data (HOST=… PORT=… DATA=…)
	$(BIN)/dvor serve --host $(HOST) --port $(PORT) --data $(DATA)

check: setup  ## read the code: ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup  ## run every test, on SQLite and on a real PostgreSQL (TESTS=… for some of them)
	$(BIN)/python -m pytest --numprocesses=2 --dist=worksteal --durations=5 $(TESTS)

test-fast: setup  ## run the tests that need neither PostgreSQL, nor third-party clients, nor servers
	$(BIN)/python -m pytest --numprocesses=2 --durations=5 -m "not postgresql and not clients and not servers and not browser" $(TESTS)

bench: setup  ## measure, and write the figures down in docs/reports (BIG=1: 100,000 people too; with wrk, if it is there)
	$(BIN)/python -m bench
	PYTHONPATH=.:connect/src $(BIN)/python -m bench.connect

docs: setup  ## write docs/reference from the declarations, and what each network gives dvor-connect
	$(BIN)/dvor docs docs/reference
	$(BIN)/dvor-connect table > docs/guide/connect-networks.md

screenshots: setup  ## photograph the pages that the guide shows, in docs/guide/images
	PYTHONPATH=. $(BIN)/python docs/screenshots.py

requirements: setup  ## pin the newest versions that go together, in requirements/*.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	$(LOCK) pyproject.toml requirements/test.in -o requirements/test.txt
	$(LOCK) pyproject.toml -c requirements/test.txt -o requirements/run.txt
	$(LOCK) requirements/build.in -c requirements/test.txt -o requirements/build.txt
	$(LOCK) requirements/openvk-api.in -o requirements/openvk-api.txt

all: check test docs  ## check, test and docs

# Two stamps: what running needs, and what testing needs on top of it. Each is made again when its pins change.
$(ENVIRONMENT)/installed: requirements/run.txt requirements/build.txt requirements/environment.sh pyproject.toml connect/pyproject.toml
	@requirements/environment.sh $(ENVIRONMENT)
	@echo "dvor: installing what it needs to run into $(ENVIRONMENT) (about half a minute)"
	@$(INSTALL) -r requirements/run.txt -r requirements/build.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable . --editable ./connect
	@touch $@

$(ENVIRONMENT)/tested: $(ENVIRONMENT)/installed requirements/test.txt requirements/chromium.sh requirements/php.sh
	@echo "dvor: installing what its tests need into $(ENVIRONMENT) (about a minute)"
	@$(INSTALL) -r requirements/test.txt
	@requirements/chromium.sh $(ENVIRONMENT)
	@requirements/php.sh
	@touch $@
