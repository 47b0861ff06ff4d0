# What scripts/demo, scripts/test and scripts/check share: a virtual environment in .venv that holds what
# requirements.lock pins, checked by hash, and this checkout, installed so that it can be edited.
# Sourced by them, never run by itself. POSIX sh; asks nothing of the network but the package index.
#
# uv is used where it is found. Where it is not, or does not get through (it does not read pip's settings, so an office
# whose package mirror only pip knows needs this), Python's own venv and pip do the same.

set -eu

asked_from=$PWD  # where the caller stands: a folder named on the command line counts from here
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd -- "$root"

say() { printf '%s\n' "$*" >&2; }

# The exit code is the one for a command that cannot be carried out as given (style §7).
refuse() {
  say "$*"
  exit 2
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Print the first interpreter that is new enough; PYTHON names one to try before the usual names.
find_python() {
  for name in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if is_new_enough "$name"; then
      command -v -- "$name"
      return
    fi
  done
  return 1
}

# Print the part of the lock for "all", for "test" (all and more) or for "dev" (test and more).
# Each is the beginning of the next, see docs/decisions/0002-one-lock-in-three-parts.md.
needs() {
  case $1 in
    all) sed '/^# \[test\]/,$d' requirements.lock ;;
    test) sed '/^# \[dev\]/,$d' requirements.lock ;;
    dev) cat requirements.lock ;;
  esac
}

install_with_uv() {
  command -v uv >/dev/null 2>&1 || return 1
  # never: an interpreter that uv downloads comes from somewhere else than the package index.
  is_new_enough .venv/bin/python ||
    UV_PYTHON_DOWNLOADS=never uv venv --quiet --clear --python "$python" .venv || return 1
  needs "$1" >.venv/needs.txt
  uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r .venv/needs.txt || return 1
  uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
}

install_with_pip() {
  if ! is_new_enough .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
      refuse "Pledger needs Python's venv module, which is not there: install it (on Debian and Ubuntu:" \
        "apt-get install $(basename -- "$python")-venv) or install uv, then run this again."
    "$python" -m venv --clear .venv || return 1
  fi
  needs "$1" >.venv/needs.txt
  set -- .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps
  "$@" --require-hashes -r .venv/needs.txt || return 1
  # hatchling is in the lock too: without build isolation nothing is used that is not pinned.
  "$@" --no-build-isolation --editable .
}

# Make .venv hold what a part of the lock names ("all", "test" or "dev"); at once where it already does.
ready() {
  case $1 in
    all) suffices='all test dev' ;;
    test) suffices='test dev' ;;
    dev) suffices='dev' ;;
  esac
  # An environment keeps the path it was made in, so the path is part of what it was made for.
  wanted="$({ printf '%s\n' "$root"; cat pyproject.toml requirements.lock; } | cksum)"
  for part in $suffices; do
    if [ "$(cat ".venv/made-for-$part" 2>/dev/null)" = "$wanted" ] && is_new_enough .venv/bin/python; then return; fi
  done

  python=$(find_python) || refuse "Pledger needs Python 3.11 or newer, which is not there: install it (on Debian 12 and" \
    "Ubuntu 24.04: apt-get install python3 python3-venv) or name it (PYTHON=/path/to/python3 $0), then run this again."
  say "Installing what Pledger needs into $root/.venv (once, a minute or less)."
  if [ "$(cat .venv/made-in 2>/dev/null || printf '%s\n' "$root")" != "$root" ]; then rm -rf .venv; fi
  rm -f .venv/made-for-*
  install_with_uv "$1" || install_with_pip "$1" ||
    refuse "The packages could not be installed into $root/.venv (the reason stands above): see that the package index" \
      "can be reached and that the disk is not full, then run this again."
  printf '%s\n' "$root" >.venv/made-in
  printf '%s\n' "$wanted" >".venv/made-for-$1"
}
