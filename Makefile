# `make help` lists what there is. Every target sets itself up first.

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
STAMP := $(VENV)/.made

# What notebooks see here, and under `kkr`: nothing of the machine or the moment.
export PYTHONHASHSEED := 0
export SOURCE_DATE_EPOCH := 0
export JUPYTER_PREFER_ENV_PATH := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help reports check test browser verify bench lab notebooks lock clean distclean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

reports: $(STAMP) ## build all pages into reports/
	$(BIN)/kkr build

check: $(STAMP) ## format, lint, the rules of the house and the data: what one runs while working
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/python -m pytest -q tests/test_house.py
	$(BIN)/kkr check $(if $(wildcard ../shared/kilder),--kilder ../shared/kilder)

test: browser ## run the tests, and re-run and compare the notebooks
	$(BIN)/python -m pytest -n auto --dist loadfile --nbval tests notebooks

browser: $(STAMP) ## fetch what the tests in a browser need (once), or tell what is missing
	@$(BIN)/python tools/browser.py

verify: $(STAMP) ## build all pages anew and compare them with reports/
	$(BIN)/kkr verify

bench: $(STAMP) ## seconds per page, each way of making it (half an hour)
	$(BIN)/python bench/maal.py

lab: $(STAMP) ## open JupyterLab with the notebooks
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks

notebooks: $(STAMP) ## re-run the notebooks and store their outputs
	$(BIN)/kkr notebooks

lock: $(STAMP) ## take the newest versions pyproject.toml allows: requirements.lock, environment.yml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --fork-strategy fewest --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --upgrade --quiet --output-file requirements.lock
	$(BIN)/python tools/environment.py

clean: ## remove build/ and what tools leave behind
	rm -rf build .pytest_cache .hypothesis
	find kkrlib tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## … and the virtual environment
	rm -rf $(VENV)

# The environment is made anew when the lock changes, and counts as made when its last step is done. pip runs
# inside it only, takes only packages whose hash is in the lock, and builds ours with what it just installed.
$(LOCKED): requirements.lock
	@python=; for name in python3.13 python3.12 python3.11 python3; do \
	  if command -v $$name >/dev/null 2>&1 \
	    && $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	  then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "kkrlib needs Python 3.11 or newer with venv (on Debian: apt-get install python3 python3-venv)" >&2; exit 1; \
	fi; \
	echo "making $(VENV) with $$($$python --version); this takes a minute or two"; \
	rm -rf $(VENV) && $$python -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@touch $@

$(STAMP): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@
