#!/bin/sh
# Installs the standalone program for this user.
#
#   ALUDEL_DOWNLOAD  where the release's files are: an address, or a folder; a release's own install.sh knows it
#   ALUDEL_INSTALL   the folder that the program goes to, ~/.local/bin unless set
#
# Needs curl or wget for an address. Asks for no other user's rights, changes no settings of the shell, and installs
# nothing whose SHA-256 is not the one in the release's SHA256SUMS.
set -eu

download=${ALUDEL_DOWNLOAD:-}
folder=${ALUDEL_INSTALL:-"$HOME/.local/bin"}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

elsewhere="with Node 24.10 or newer: npm install --global aludel"
case "$(uname -s)" in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  MINGW* | MSYS* | CYGWIN*) fail "on Windows, download aludel-windows-x64.exe from the release instead" ;;
  *) fail "there is no program for $(uname -s); $elsewhere" ;;
esac
case "$(uname -m)" in
  x86_64 | amd64) machine=x64 ;;
  aarch64 | arm64) machine=arm64 ;;
  *) fail "there is no program for $(uname -s) on $(uname -m); $elsewhere" ;;
esac
if [ "$system" = linux ] && ls /lib/ld-musl-* >/dev/null 2>&1; then
  fail "the program needs the GNU C library, and this system has musl; $elsewhere"
fi
file=aludel-$system-$machine
[ -n "$download" ] || fail "set ALUDEL_DOWNLOAD to the address of a release's files"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

fetch() {
  case "$download" in
    *://*)
      if command -v curl >/dev/null; then
        curl -fsSL "$download/$1" -o "$work/$1"
      elif command -v wget >/dev/null; then
        wget -q "$download/$1" -O "$work/$1"
      else
        fail "neither curl nor wget is here"
      fi ;;
    *) cp "$download/$1" "$work/$1" ;;
  esac || fail "could not get $download/$1"
}

fetch SHA256SUMS
fetch "$file"
expected=$(sed -n "s/^\([0-9a-f]\{64\}\)  $file\$/\1/p" "$work/SHA256SUMS")
[ -n "$expected" ] || fail "SHA256SUMS does not list $file"
if command -v sha256sum >/dev/null; then
  actual=$(sha256sum "$work/$file")
elif command -v shasum >/dev/null; then
  actual=$(shasum -a 256 "$work/$file")
else
  fail "neither sha256sum nor shasum is here, so the sum cannot be checked"
fi
[ "${actual%% *}" = "$expected" ] ||
  fail "$file has the SHA-256 ${actual%% *}, and SHA256SUMS says $expected: nothing was installed"

mkdir -p "$folder" || fail "the folder $folder cannot be made"
# Beside its place first, so that a program that is running is replaced at once or not at all.
new=$folder/.aludel.$$
{ cp "$work/$file" "$new" && chmod 755 "$new" && mv -f "$new" "$folder/aludel"; } || {
  rm -f "$new"
  fail "$folder/aludel cannot be written: set ALUDEL_INSTALL to a folder of yours"
}
echo "Installed $folder/aludel"
case ":$PATH:" in
  *":$folder:"*) ;;
  *) echo "It is not on your PATH yet. Add to your shell's start-up file:  export PATH=\"$folder:\$PATH\"" ;;
esac
