# Every target sets itself up: a virtual environment in .venv, filled again only when the requirements have changed.
#
#   make tour         train, measure and draw; read out/tour/index.html      (options: make tour ARGS="--quick")
#   make lab          open the first notebook in JupyterLab
#   make check        lint, format and types, as in .pre-commit-config.yaml
#   make test         all tests but the slow ones; `make test-slow` runs those
#   make test-nightly  the same with more examples of every property
#   make test-oldest  the same tests with the oldest versions that pyproject.toml allows, in .venv-oldest;
#                     `make test-newest` with the newest
#   make test-installed  the wheel in an environment of its own: its commands work without this folder
#   make notebooks    write and run the notebooks from notebooks/scripts
#   make handouts     every notebook as it is saved, as a page to read or print, in build/handouts
#   make docs         build docs and API reference; read build/site/index.html
#   make wheel        a package to install without this folder, in dist
#   make lock         renew requirements.txt: the newest versions that pyproject.toml allows; torch stays as it is there
#
# PYTHON=python3.12 makes the environment with another Python. TORCH=cpu, the first time, takes the build of torch from
# https://download.pytorch.org/whl/cpu (or cu126, ...); a torch that is in .venv already stays.

PYTHON = python3
VENV = .venv
PINS = requirements.txt
BIN = $(VENV)/bin
READY = $(VENV)/ready
INSTALL = $(BIN)/python -m pip --disable-pip-version-check install --quiet
RESOLVE = $(BIN)/python -m uv pip compile pyproject.toml --extra dev --upgrade --quiet --no-header --no-annotate
# what torch requires of these, in exact versions, differs between its builds
WITHOUT_CUDA = grep -Ev '^(cuda|nvidia|triton)'

tour: $(READY)
	$(BIN)/python -m coral_viz tour $(ARGS)

lab: $(READY)
	JUPYTER_CONFIG_PATH="$(CURDIR)/notebooks/.jupyter" $(BIN)/jupyter lab notebooks/00_start_here.ipynb $(ARGS)

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# in order of their folders, so that the browser, the longest, comes first; who is done takes over from the other
test: export OMP_NUM_THREADS = 1
test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

test-nightly:
	$(MAKE) test ARGS="--hypothesis-profile=nightly $(ARGS)"

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow $(ARGS)

test-oldest:
	$(MAKE) test VENV=.venv-oldest PINS=.venv-oldest/pins.txt RESOLUTION=lowest-direct

test-newest:
	$(MAKE) test VENV=.venv-newest PINS=.venv-newest/pins.txt RESOLUTION=highest

test-installed: $(READY)
	$(BIN)/python -m pytest -m slow tests/test_installed.py $(ARGS)

notebooks: $(READY)
	$(BIN)/python notebooks/render.py

handouts: $(READY)
	JUPYTER_CONFIG_PATH="$(CURDIR)/notebooks/.jupyter" $(BIN)/jupyter nbconvert --to html --output-dir build/handouts \
	notebooks/*.ipynb

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

wheel: $(READY)
	$(BIN)/python -m hatchling build --target wheel --directory dist

lock: $(READY)
	$(INSTALL) uv
	grep '^torch==' requirements.txt > $(VENV)/torch.txt
	$(RESOLVE) --universal --python-version 3.11 --fork-strategy fewest --constraint $(VENV)/torch.txt \
	-o $(VENV)/resolved.txt
	(sed '/^-e/q' requirements.txt; $(WITHOUT_CUDA) $(VENV)/resolved.txt) > $(VENV)/new.txt
	mv $(VENV)/new.txt requirements.txt

$(READY): $(PINS) pyproject.toml $(BIN)/pip
	@echo "Installing into $(VENV); the first time this takes a few minutes."
	@$(if $(TORCH),$(INSTALL) "$$(grep '^torch==' $(PINS))" --index-url https://download.pytorch.org/whl/$(TORCH))
	@if test $(PINS) = requirements.txt && $(BIN)/python -m pip show --quiet torch 2>/dev/null; \
	then grep -v '^torch==' $(PINS); else cat $(PINS); fi | $(INSTALL) --requirement /dev/stdin
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(f"coral_viz needs Python 3.11 or newer, \
	but $(PYTHON) is {v[0]}.{v[1]}; name another one: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# one end of the ranges, for test-oldest and test-newest, as it is today
.venv-%/pins.txt: $(BIN)/pip always
	@$(INSTALL) uv
	@$(RESOLVE) --python $(BIN)/python --resolution $(RESOLUTION) -o $(VENV)/resolved.txt
	@(echo '-e .'; $(WITHOUT_CUDA) $(VENV)/resolved.txt) > $(VENV)/new.txt
	@cmp -s $(VENV)/new.txt $@ || mv $(VENV)/new.txt $@

always:

.PHONY: always tour lab check test test-nightly test-slow test-oldest test-newest test-installed notebooks handouts docs wheel lock
