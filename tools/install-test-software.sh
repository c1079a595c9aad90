#!/bin/sh
# Installs the programs that tests use and that nobody here wrote, where they are missing: GnuPG, Sequoia's sqop,
# openssl, curl and Net::SMPP for Perl.
# Says nothing when there is nothing to do. Needs Debian or a relative of it, and root or sudo.
set -eu

missing=''
command -v gpg >/dev/null || missing="$missing gnupg"
command -v gpgconf >/dev/null || missing="$missing gnupg"
command -v sqop >/dev/null || missing="$missing sqop"
command -v openssl >/dev/null || missing="$missing openssl"
command -v curl >/dev/null || missing="$missing curl"
perl -MNet::SMPP -e1 2>/dev/null || missing="$missing libnet-smpp-perl"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "The tests need$missing, and this script installs them only where there is apt-get." >&2
  exit 1
fi
as_root=''
[ "$(id -u)" = 0 ] || as_root=sudo

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # words are wanted here
if ! { $as_root apt-get -q update && $as_root apt-get -q install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
