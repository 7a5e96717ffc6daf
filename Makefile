# Every target sets itself up: a virtual environment in .venv, filled again only when the requirements have changed.
#
#   make tour        train, measure and draw; read out/tour/index.html      (options: make tour ARGS="--quick")
#   make lab         open the first notebook in JupyterLab
#   make test        all tests but the slow ones; `make test-slow` runs those
#   make notebooks   write and run the notebooks from notebooks/scripts
#   make docs        build docs and API reference; read build/site/index.html

PYTHON = python3
BIN = .venv/bin
READY = .venv/ready

tour: $(READY)
	$(BIN)/python -m coral_viz tour $(ARGS)

lab: $(READY)
	JUPYTER_CONFIG_PATH="$(CURDIR)/notebooks/.jupyter" $(BIN)/jupyter lab notebooks/00_start_here.ipynb $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow $(ARGS)

notebooks: $(READY)
	$(BIN)/python notebooks/render.py

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(f"coral_viz needs Python 3.11 or newer, \
	but $(PYTHON) is {v[0]}.{v[1]}; name another one: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
	@echo "Installing into .venv; the first time this takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.PHONY: tour lab test test-slow notebooks docs
