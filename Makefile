# Everything sets itself up: `make study` and `make test` need only Python 3.11 or newer.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# Two workers with one thread each: a pool of two threads in each of them would wait for each other.
PYTEST := -m pytest -n 2 --dist worksteal
ONE    := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# Wheels where there are any: building from source on a bare machine fails late and unreadably.
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary -c constraints.txt

.PHONY: help study test test-lowest bench lint docs clean
help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

study: $(VENV)/installed  ## the whole study on the digits embedded in scikit-learn
	$(BIN)/inkcluster study digits --out runs/digits

test: $(VENV)/installed-test  ## every test and doctest
	$(ONE) $(BIN)/python $(PYTEST)

test-lowest: $(VENV)-lowest/installed  ## the tests again with the oldest dependencies pyproject.toml allows
	NUMBA_CACHE_DIR=$(CURDIR)/$(VENV)-lowest/numba $(ONE) $(VENV)-lowest/bin/python $(PYTEST) -m "not browser"

bench: $(VENV)/installed-bench  ## our time, the peer's and the ratio
	$(BIN)/python -m benchmarks

lint: $(VENV)/installed-lint  ## format, lint, types, direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/installed-docs  ## the documentation as a site under site/
	$(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

clean:  ## remove what make made
	rm -rf $(VENV) $(VENV)-lowest site dist runs

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Inkcluster needs Python 3.11 or newer; name one with make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/installed-%: $(VENV)/installed pyproject.toml constraints.txt
	$(PIP) --group $*
	@touch $@

$(VENV)-lowest/installed: pyproject.toml constraints-lowest.txt
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check --prefer-binary -c constraints-lowest.txt -e . --group test
	@touch $@
