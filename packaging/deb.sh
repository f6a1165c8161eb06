#!/usr/bin/env bash
# Builds millrace_VERSION_ARCHITECTURE.deb and prints its path.
#
#   MILLRACE_PROFILE    the Cargo profile to build: release (the default) or dev
#   MILLRACE_BINARIES   a folder with `millrace` and `millctl`; nothing is compiled then
#   MILLRACE_DEB_DIR    where the package goes; beside the build by default
#   MILLRACE_DEB_FAST   packs quickly rather than tightly, for tests
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
umask 022

say() { printf '%s\n' "$*" >&2; }
stop() { say "error: $1"; [ $# -lt 2 ] || say "hint: $2"; exit 1; }

for tool in dpkg-deb dpkg-shlibdeps strip; do
  command -v "$tool" >/dev/null || stop "$tool was not found" "run \`bash packaging/dev.sh with true\`, which installs it"
done

profile=${MILLRACE_PROFILE:-release}
binaries=${MILLRACE_BINARIES:-}
if [ -z "$binaries" ]; then
  bash packaging/dev.sh with cargo build --profile "$profile" --package millrace-workbench --package millrace-ctl --bins >&2
  target=$(bash packaging/dev.sh with printenv CARGO_TARGET_DIR)
  # Cargo writes the profile `dev` into a folder of another name.
  binaries=$target/$([ "$profile" = dev ] && echo debug || echo "$profile")
fi
for program in millrace millctl; do
  [ -x "$binaries/$program" ] || stop "$binaries has no program $program" "build it with \`cargo build --workspace --bins\`"
done

version=$(sed -n '/^\[workspace\.package\]$/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
architecture=$(dpkg --print-architecture)
out=${MILLRACE_DEB_DIR:-$binaries/deb}
mkdir -p "$out"
# The same sources give the same package: its times are those of the last change.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage

install_programs() {
  install -d "$stage/usr/bin"
  for program in millrace millctl; do
    strip -o "$stage/usr/bin/$program" "$binaries/$program"
    chmod 755 "$stage/usr/bin/$program"
  done
}

install_desktop() {
  install -Dm644 packaging/millrace.desktop "$stage/usr/share/applications/millrace.desktop"
  install -Dm644 packaging/millrace-mime.xml "$stage/usr/share/mime/packages/millrace.xml"
  local icons=$stage/usr/share/icons/hicolor icon size
  for icon in assets/icons/millrace-*.png; do
    size=${icon##*-}
    size=${size%.png}
    install -Dm644 "$icon" "$icons/${size}x$size/apps/millrace.png"
  done
  install -Dm644 assets/icons/millrace.svg "$icons/scalable/apps/millrace.svg"
}

install_licences() {
  local docs=$stage/usr/share/doc/millrace
  install -d "$docs"
  install -m644 packaging/copyright "$docs/copyright"
  install -m644 packaging/licences/* "$docs/"
  # The fonts inside the program have their own.
  install -m644 assets/fonts/*-LICENSE.txt "$docs/"
}

# What the programs are linked with, and what the window opens by name when it starts.
depends() {
  mkdir -p "$work/debian"
  printf 'Source: millrace\n\nPackage: millrace\nArchitecture: any\n' >"$work/debian/control"
  local linked
  linked=$(cd "$work" && dpkg-shlibdeps -O "$stage/usr/bin/millrace" "$stage/usr/bin/millctl" 2>/dev/null |
    sed -n 's/^shlibs:Depends=//p')
  [ -n "$linked" ] || stop "dpkg-shlibdeps could not say what the programs are linked with"
  printf '%s, %s' "$linked" \
    'libvulkan1, libwayland-client0, libx11-6, libx11-xcb1, libxcursor1, libxi6, libxkbcommon-x11-0, libxkbcommon0, libxrandr2'
}

write_control() {
  local dependencies
  dependencies=$(depends)
  install -d "$stage/DEBIAN"
  cat >"$stage/DEBIAN/control" <<CONTROL
Package: millrace
Version: $version
Architecture: $architecture
Maintainer: The Millrace developers <developers@millrace.invalid>
Installed-Size: $(du -sk --apparent-size "$stage/usr" | cut -f 1)
Depends: $dependencies
Recommends: mesa-vulkan-drivers, xdg-desktop-portal
Section: science
Priority: optional
Description: workbench for the whole life of a machine-learning model
 Drop a file on the window and it becomes a versioned dataset. Train on the GPU or
 the CPU with live curves, compare runs, register the best, serve it with one click
 and watch it for drift. Everything stays on this machine, and every step leaves a
 fact in one tamper-evident log.
 .
 The command millctl does the same without a window.
CONTROL
  (cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
}

install_programs
install_desktop
install_licences
write_control
package=$out/millrace_${version}_$architecture.deb
dpkg-deb --root-owner-group ${MILLRACE_DEB_FAST:+-Zgzip -z1} --build "$stage" "$package" >&2
echo "$package"
