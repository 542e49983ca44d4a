PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help serve test scripts build bench bench-audit bench-serve bench-pages rules model lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# One stamp per set of locked dependencies: nothing is installed again until a lock changes.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ProvFin needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

FRONTEND := $(wildcard frontend/*.* frontend/src/*.js frontend/src/*/*.js)

$(VENV)/runtime.stamp: requirements/runtime.txt requirements/build.txt pyproject.toml $(FRONTEND) | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python frontend/hatch_build.py || echo "Charts and the query editor are missing until 'make scripts' succeeds" >&2
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/runtime.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

serve: $(VENV)/runtime.stamp ## Validate the data, build the release, serve it at http://127.0.0.1:8000
	$(BIN)/provfin serve --host $(HOST) --port $(PORT)

test: $(VENV)/dev.stamp ## Run every check and test
	$(BIN)/python frontend/hatch_build.py
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

scripts: $(VENV)/runtime.stamp ## Make the scripts of the pages anew where their sources changed
	$(BIN)/python frontend/hatch_build.py

build: $(VENV)/runtime.stamp ## Rebuild data/ttl from the reports in $$PROVFIN_REPORTS
	$(BIN)/provfin build

bench: $(VENV)/dev.stamp ## Time every stage, how it grows with reports, and validating beside plain pySHACL
	$(BIN)/python benchmarks/bench_pipeline.py
	$(BIN)/python benchmarks/bench_validation.py

bench-audit: $(VENV)/dev.stamp ## Change one digit at a time, one triple at a time, and count what is caught
	$(BIN)/python benchmarks/bench_audit.py
	$(BIN)/python benchmarks/bench_mutations_graph.py

bench-serve: $(VENV)/dev.stamp ## Compare the server with others, by speed, memory and what runaway queries do, up to 5 M triples
	$(BIN)/python benchmarks/bench_serve.py

bench-pages: $(VENV)/dev.stamp ## Time every kind of page, over one report and over as many as there are provinces
	$(BIN)/python benchmarks/bench_pages.py

rules: $(VENV)/runtime.stamp ## Write docs/rules anew from shapes, checks and audit rules
	$(BIN)/python -m provfin.catalogue docs/rules

model: $(VENV)/runtime.stamp ## Write docs/model.md anew from its template, the ontology and the graph
	$(BIN)/python -m provfin.modelpage docs/model.md

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

lock: $(VENV)/dev.stamp ## Lock the dependencies anew
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) --group build --constraint requirements/runtime.txt --output-file requirements/build.txt
	$(LOCK) pyproject.toml --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt

clean: ## Remove what was set up and built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
