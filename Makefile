# Everything a person does with this folder. Each target does its own set-up, once; `make` alone lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/pip install -qq --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --upgrade
KANSAS_CITY := examples/kansas_city
WAVE := out/kansas_city/kcmo-2021q3
RESULT := out/kansas_city/result

##@ Use

.PHONY: help
help: ## list what can be made
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: .venv/core.stamp ## make the demonstration in ./longdan-demo, once, and serve it at http://127.0.0.1:8000
	$(BIN)/longdan demo

.PHONY: example
example: .venv/core.stamp ## freeze and score the Kansas City survey, and say where the report lies
	@rm -rf $(WAVE) $(RESULT)
	@mkdir -p out/kansas_city
	$(BIN)/longdan freeze --data $(KANSAS_CITY)/answers.csv --instrument kcmo_2021 \
		--design $(KANSAS_CITY)/design.yaml --out $(WAVE)
	$(BIN)/longdan score $(WAVE) --out $(RESULT) --lang en
	@echo "The report is $(CURDIR)/$(RESULT)/report.html: open it in a browser."

##@ Check

.PHONY: test
test: lint .venv/browser.stamp .venv/postgresql.stamp ## lint, then the suite (what a change must pass)
	$(BIN)/pytest -n 2 -m "not full"

.PHONY: test-full
test-full: lint .venv/browser.stamp .venv/postgresql.stamp ## lint, then the suite with what takes minutes or needs the package index
	$(BIN)/pytest -n 2

.PHONY: lint
lint: .venv/dev.stamp ## style, types, layers, dead code
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python tools/dead_code.py

.PHONY: bench
bench: .venv/dev.stamp ## measure speed, memory and coverage of intervals, and print the ratios
	$(BIN)/python benchmarks/run.py

.PHONY: audit
audit: .venv/dev.stamp ## look the locked requirements up among the known vulnerabilities (needs the network)
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements/dev.txt

##@ Maintain

.PHONY: setup
setup: .venv/dev.stamp .venv/browser.stamp .venv/postgresql.stamp ## install everything that the other targets need

.PHONY: translations
translations: .venv/dev.stamp ## bring the catalogs of the interface up to the texts in the code
	@mkdir -p out
	$(BIN)/pybabel --quiet extract --mapping translations/babel.cfg --no-location --sort-output --omit-header \
		--output out/interface.pot survey
	$(BIN)/pybabel --quiet update --input-file out/interface.pot --output-dir translations --domain interface \
		--no-fuzzy-matching --ignore-obsolete --width 110

.PHONY: screenshots
screenshots: .venv/dev.stamp .venv/browser.stamp ## take a picture of every page for the documents
	$(BIN)/python tools/screenshots.py

.PHONY: requirements
requirements: .venv/dev.stamp ## lock the newest versions that pyproject.toml allows
	$(COMPILE) --group build --output-file requirements/build.txt
	$(COMPILE) pyproject.toml --output-file requirements/core.txt
	$(COMPILE) pyproject.toml --all-extras --group dev --output-file requirements/dev.txt

.PHONY: clean
clean: ## remove what was built, the environment included
	rm -rf .venv out build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/core.stamp: requirements/core.txt requirements/build.txt pyproject.toml tools/system.sh
	sh tools/system.sh venv "$(PYTHON)"
	test -x $(BIN)/pip || "$(PYTHON)" -m venv .venv
	$(PIP) --require-hashes -r requirements/build.txt -r requirements/core.txt
	$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

.venv/dev.stamp: .venv/core.stamp requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

.venv/browser.stamp: .venv/dev.stamp tools/system.sh
	sh tools/system.sh browser $(BIN)/playwright
	@touch $@

.venv/postgresql.stamp: .venv/core.stamp tools/system.sh
	sh tools/system.sh postgresql
	@touch $@
