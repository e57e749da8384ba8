# Every command sets up what it needs first; see docs/reference/commands.md.
PYTHON ?= python3
.PHONY: setup run test lint bench

setup: ; @$(PYTHON) config/bootstrap.py setup
run: ; @$(PYTHON) config/bootstrap.py run
test: ; @$(PYTHON) config/bootstrap.py test $(ARGS)
lint: ; @$(PYTHON) config/bootstrap.py lint
bench: ; @$(PYTHON) config/bootstrap.py bench $(ARGS)
