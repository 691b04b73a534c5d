# make setup   build .venv from requirements.lock (again where it changed)
# make fit     audit, fit, summarise and render every analysis in models/
# make test    the checks and the default tests; make test-all adds the slower tiers
# make docs    the documentation, offline, into docs/_build/html; a warning is an error
.POSIX:
.PHONY: setup fit readme docs test test-all statistical calibration exhaustive lint lock clean

BIN = .venv/bin
# as many processes as there are cores, up to four
PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses 4

setup:
	@sh scripts/setup.sh

fit: setup
	$(BIN)/python -m crlm_bayes fit
	$(BIN)/python -m crlm_bayes multiverse

# reports/README.md is written by every fit; this writes it again from the committed verdicts.
readme: setup
	$(BIN)/python scripts/update_readme.py

docs: setup
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --nitpicky docs docs/_build/html

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

test: lint
	$(PYTEST) --dist loadfile

test-all: test statistical calibration exhaustive

statistical: setup
	$(PYTEST) --dist worksteal -m "statistical and not exhaustive"

calibration: setup
	$(PYTEST) --dist worksteal -m calibration

# what is more than the gate has time for
exhaustive: setup
	$(PYTEST) --dist worksteal -m exhaustive

# The lock may hold versions and hashes only: no options, no addresses, no paths. UPGRADE=--upgrade takes newer versions.
lock: setup
	CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --generate-hashes --extra dev --strip-extras \
		--allow-unsafe --no-emit-options --no-build-isolation $(UPGRADE) --output-file requirements.lock pyproject.toml
	@! grep -nE '^-|://| @ ' requirements.lock

# Everything that can be made again at no cost; never reports/.
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist docs/_build docs/reference/made
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
