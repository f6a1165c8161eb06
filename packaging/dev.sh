#!/usr/bin/env bash
# Sets up a fresh Debian 12 machine as far as is needed, then runs or tests Millrace.
#
#   bash packaging/dev.sh run [ARGUMENTS]     starts the window
#   bash packaging/dev.sh test [ARGUMENTS]    runs every test; arguments go to the test runner
#   bash packaging/dev.sh with COMMAND…       runs any command in the same surroundings
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here=$PWD
cd "$top"

say() { printf '%s\n' "$*" >&2; }
stop() { say "error: $1"; [ $# -lt 2 ] || say "hint: $2"; exit 1; }

# What the build needs, what a window needs at run time, and what the tests need.
packages=(
  clang cmake g++ make mold pkg-config libwayland-dev libxkbcommon-dev
  libvulkan1 libwayland-client0 libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libxkbcommon0 libxrandr2
  mesa-vulkan-drivers
  dpkg-dev python3-venv xauth xvfb
)

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "This is not a Debian machine: the packages ${packages[*]}, or what is like them here, are taken as installed."
    return
  fi
  local package missing=()
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "these packages are missing: ${missing[*]}" "install them as root, or install sudo"
    as_root=(sudo)
  fi
  # A new machine has no package list yet, an old one may have an old list.
  "${as_root[@]}" apt-get -qq update >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}" >&2
}

check_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  command -v cargo >/dev/null || stop "cargo was not found" "install Rust $wanted or newer with rustup, then run this again"
  found=$(cargo --version | awk '{print $2}')
  [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
    stop "Rust $found is too old: $wanted or newer is needed" "run \`rustup update stable\`, then run this again"
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/millrace

set_surroundings() {
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
  # Without a GPU, Mesa's software Vulkan draws the window; other drivers would only be tried in vain.
  local software
  software=$(find /usr/share/vulkan/icd.d -name 'lvp_icd*.json' 2>/dev/null | head -n 1)
  if [ -n "$software" ] && ! compgen -G '/dev/dri/renderD*' >/dev/null && ! [ -e /dev/nvidia0 ]; then
    export VK_DRIVER_FILES=${VK_DRIVER_FILES:-$software}
    export VK_ICD_FILENAMES=${VK_ICD_FILENAMES:-$software} # what older loaders read
  fi
}

# The tests compare Millrace with ONNX Runtime, scikit-learn, SciPy and others in a Python of their own.
make_venv() {
  local venv=$cache/venv list=tests/journeys/peers/requirements.txt
  local sum
  sum=$(sha256sum <"$list")
  if [ "$(cat "$venv/made-from" 2>/dev/null || true)" != "$sum" ]; then
    say "Setting up the Python peers in $venv"
    rm -rf "$venv"
    python3 -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$list" >&2
    printf '%s' "$sum" >"$venv/made-from"
  fi
  export MILLRACE_PYTHON=$venv/bin/python
}

# Runs a command on the screen that is there, or else on one that nobody sees.
on_a_screen() {
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    "$@"
  else
    xvfb-run --auto-servernum --server-args='-screen 0 1600x1000x24' "$@"
  fi
}

# `--tests` beside `--bins` keeps one set of features, so nothing is compiled twice.
build_all() { cargo build --workspace --bins --tests; }

run_tests() {
  build_all
  if cargo nextest --version >/dev/null 2>&1; then
    on_a_screen cargo nextest run --workspace --no-tests=fail "$@"
    return
  fi
  local log passed
  log=$(mktemp)
  on_a_screen cargo test --workspace --lib --bins "$@" 2>&1 | tee "$log"
  passed=$(awk '/^test result: ok\./ { passed += $4 } END { print passed + 0 }' "$log")
  rm -f "$log"
  [ "$passed" -gt 0 ] || stop "no test ran" "look at the arguments: $*"
  echo "$passed passed, 0 failed"
}

verb=${1:-}
[ $# -eq 0 ] || shift
case $verb in
  run | test | with) ;;
  *) say "usage: bash packaging/dev.sh run|test [ARGUMENTS], or with COMMAND…"; exit 2 ;;
esac
install_packages
check_rust
set_surroundings
case $verb in
  run)
    cargo build --workspace --bins
    cd "$here" # where the paths of the arguments start
    exec "$CARGO_TARGET_DIR/debug/millrace" "$@"
    ;;
  test)
    make_venv
    run_tests "$@"
    ;;
  with)
    # The peers, where the tests have set them up: benchmarks compare with them.
    [ ! -x "$cache/venv/bin/python" ] || export MILLRACE_PYTHON=${MILLRACE_PYTHON:-$cache/venv/bin/python}
    exec "$@"
    ;;
esac
