# Two commands do everything: `make run` and `make test`. Needs python3 (3.11 to 3.13) and make.
PY := .venv/bin/python
DEV := requirements-dev.lock
SOURCES := helix services healthcheck tests bench

.PHONY: install dev run test check soak mutate bench lock image

install:            ## the virtual environment .venv with .venv/bin/helix
	@scripts/install.sh requirements.lock

dev:
	@scripts/install.sh $(DEV)

run: install        ## the real supervisord with all programs, on embedded defaults
	@exec .venv/bin/helix up

test: dev check     ## installs what tests need and runs them all, on two cores three at a time: half of them mostly wait
	@scripts/test-tools.sh
	@$(PY) -m pytest -n 3 --dist loadgroup --ignore=tests/shape $(ARGS)

check: dev          ## format, lint, types, import directions, the image from its Dockerfile, shape
	@$(PY) -m ruff format --check $(SOURCES)
	@$(PY) -m ruff check $(SOURCES)
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/helix image check .
	@$(PY) -m pytest -q tests/shape

soak: dev           ## ten million more random worlds (COUNT=, SEED= to choose), a thousand kills, a hundred hand-overs, 200 worlds on MEGA
	@$(PY) -m tests.core.worlds --from $(or $(SEED),1000000) --count $(or $(COUNT),10000000)
	@HELIX_TEST_KILLS=1000 HELIX_TEST_HANDOVERS=100 HELIX_TEST_WORLDS=200 $(PY) -m pytest -rP -o timeout=3600 \
		tests/services/sync/test_kills.py tests/services/sync/test_two_containers.py \
		tests/services/sync/remotes/test_mega_worlds.py

mutate: dev         ## plants faults into the core one by one, and lists those that neither mypy nor a test notices
	@rm -rf mutants  # of what was seen before it would not ask the tests that have come since
	@HELIX_TEST_WORLDS=2000 .venv/bin/mutmut run --max-children 2
	@.venv/bin/mutmut results | grep -v 'caught by type check' || echo 'each is noticed'

bench: dev          ## side by side with the peers, in one run
	@for b in boot image_check mega mirror rclone scan; do echo "== $$b"; $(PY) -m bench.$$b || exit 1; done

lock: dev           ## requirements*.lock anew
	@scripts/lock.sh

image: install      ## prove the image from its Dockerfile, then build it
	@.venv/bin/helix image check .
	@docker build --build-arg HELIX_COMMIT="$$(git rev-parse HEAD)" -t helix .
