# Everything a person or CI does here. Needs Python 3.11 or newer and make; `make install` brings the rest.
PYTHON ?= python3
BIN := .venv/bin
COMMAND := .venv/command
INSTALLED := .venv/installed
KERNELS := .venv/kernels

.PHONY: help install demo test check wheel bench peers readme docs clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

install: $(INSTALLED) ## set up .venv with pinned versions

# hatchling first, then no isolated build: the pins hold for the build as well.
$(COMMAND): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt hatchling editables
	$(BIN)/pip install --quiet --constraint constraints.txt --no-build-isolation --editable .
	@touch $@

$(INSTALLED): $(COMMAND)
	$(BIN)/pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $@

# A kernel compiled once is kept until its own module changes, though it holds code of others.
$(KERNELS): $(INSTALLED) $(wildcard dedup/*.py)
	rm -f dedup/__pycache__/*.nbi dedup/__pycache__/*.nbc
	@touch $@

demo: $(COMMAND) ## clean the five seed pages and write the evidence to out/demo
	$(BIN)/ghirbal run seeds -o out/demo --overwrite

test: $(KERNELS) ## run the whole suite
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: install ## lint, format, types, stairs, and the wheel in an empty environment
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory wheel

wheel: install ## build the wheel, install it into an empty environment and run the seeds with it
	scripts/try_wheel.sh $(PYTHON) $(BIN)/python

bench: $(KERNELS) ## time every stage, print one table, write benchmark-results/
	$(BIN)/python -m benchmarks.bench

peers: ## compare with other tools in an environment of their own
	benchmarks/peers/run.sh $(PYTHON)

readme: install ## put the latest benchmark figures into README.md
	$(BIN)/python -m benchmarks.quote

docs: install ## write the tables of docs/ that come from the code, and build the site, strictly, into site/
	$(BIN)/python -m scripts.document
	$(BIN)/zensical build --strict

clean: ## remove what the other targets made
	rm -rf .venv out dist build benchmark-results site
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache .cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
