#!/usr/bin/env bash
# packaging/ppc64el-sysroot.sh DIR: Debian's drmgr for POWER with its libraries, unpacked into DIR, for
# `lparsim exec --sysroot DIR`. The packages come through an apt root of its own; neither dpkg nor the
# sources of this machine are touched. Exit status 2 with one line when they cannot be had.
set -euo pipefail

packages=(powerpc-ibm-utils librtas2 librtasevent2 libc6 libgcc-s1 libnuma1 zlib1g)

fail() {
  printf 'ppc64el-sysroot: %s\n' "$*" >&2
  exit 2
}

(($# == 1)) || fail "usage: $0 DIR"
target=$1
[[ -e $target/.complete ]] && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail "no apt-get and dpkg-deb here"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/state/lists/partial "$work"/cache/archives/partial "$work"/{parts,debs,root}
: >"$work/status"
cat >"$work/parts/debian.sources" <<END
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
apt=(apt-get -qq -o APT::Architecture=ppc64el -o APT::Architectures=ppc64el
  -o Dir::State="$work/state" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache"
  -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" -o APT::Sandbox::User=root)
"${apt[@]}" update >"$work/log" 2>&1 || fail "no package list: $(tail -n 1 "$work/log")"
(cd "$work/debs" && "${apt[@]}" download "${packages[@]}") >"$work/log" 2>&1 ||
  fail "no packages: $(tail -n 1 "$work/log")"
for deb in "$work"/debs/*.deb; do
  dpkg-deb -x "$deb" "$work/root" || fail "cannot unpack ${deb##*/}"
done
# qemu-user follows the links of the sysroot on this machine: the loader's must not be absolute.
ln -sfn ../lib/powerpc64le-linux-gnu/ld64.so.2 "$work/root/lib64/ld64.so.2"
mkdir -p "$(dirname "$target")"
rm -rf "$target"
mv "$work/root" "$target"
: >"$target/.complete"
