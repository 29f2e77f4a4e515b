# Everything that a contributor or an operator runs. Needs Python 3.11 or later and nothing else.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
VENV := .venv
BIN := $(VENV)/bin
# Stories wait half of their time: three of them keep two processors busy.
WORKERS := $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2)')
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy

.PHONY: test proof audit run demo check format lock bench scale pictures clean
.DEFAULT_GOAL := test

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed. Name one: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9

$(BIN)/python: | $(filter .uv/bin/uv,$(UV))
	$(UV) venv --quiet --python $(PYTHON) $(VENV)

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@ $(VENV)/run.stamp

# An advisory of today is told, and does not make yesterday's commit a failed one: `make audit` does.
test: check  ## format, lint, types, house rules, tests; the stories on both databases
	@.ci/audit $(UV) || true
	$(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadgroup --cov --cov-report=term $(ARGS)
	$(BIN)/pytest --numprocesses=$(WORKERS) tests/stories --database=postgresql \
	  --ignore=tests/stories/replicas \
	  --ignore-glob='tests/stories/test_postgresql*' $(ARGS)

proof: check  ## the long forms: every Hypothesis test with a large budget, and what is marked "proof"
	$(BIN)/pytest --numprocesses=$(WORKERS) --hypothesis-profile=proof --timeout=3600 \
	  -m "hypothesis or proof" $(ARGS)

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive bot storage

audit: | $(BIN)/python  ## known vulnerabilities of what is installed; status 75: nobody could be asked
	@.ci/audit $(UV)

run: $(VENV)/run.stamp  ## the bot, as the environment describes it
	$(BIN)/mailsettings run $(ARGS)

demo: $(VENV)/run.stamp  ## the whole bot in a browser, without an account
	@$(BIN)/mailsettings demo $(ARGS)

format: $(VENV)/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp  ## figures for README and docs/bench
	$(BIN)/python -m tests.bench $(ARGS)

scale: $(VENV)/dev.stamp  ## figures with a million workspaces, for docs/bench
	$(BIN)/python -m tests.bench.scale

pictures: $(VENV)/dev.stamp  ## docs/pictures, from the running demo; needs Debian's chromium
	CI=true $(BIN)/pytest tests/browser/pictures.py $(ARGS)

lock: $(BIN)/python  ## the lock files anew: names, versions and hashes, no addresses
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --upgrade --extra demo pyproject.toml --output-file requirements.lock
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --upgrade --extra demo --group dev --group bench \
	  --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --upgrade --group build --output-file requirements-build.lock

clean:
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
