#!/usr/bin/env bash
# backup.sh FOLDER [KEYFILE]: writes FOLDER/px360-<time>.tar (or .tar.enc, encrypted with the passphrase in KEYFILE).
# Needs DATABASE_OWNER_URL and PX360_DATA_DIR. Holds the database and the uploaded files; never the keys (keep px360.env apart).
set -euo pipefail
umask 077
. "$(dirname "${BASH_SOURCE[0]}")/database.sh"

[ $# -ge 1 ] || fail "usage: backup.sh FOLDER [KEYFILE]"
folder="$1" key="${2:-}"
need pg_dump "install postgresql-client, or name its folder in PX360_PG_BIN"
[ -z "$key" ] || need openssl "install openssl"
[ -z "$key" ] || [ -s "$key" ] || fail "The key file $key is missing or empty."
use_database "${DATABASE_OWNER_URL:?DATABASE_OWNER_URL is not set.}"
data="${PX360_DATA_DIR:?PX360_DATA_DIR is not set.}"

mkdir -p "$folder"
work="$(mktemp -d "$folder/.backup.XXXXXX")"
trap 'rm -rf "$work"' EXIT
name="px360-$(date -u +%Y%m%dT%H%M%SZ)"

# first the database, then the files: a file that is uploaded meanwhile is in the copy without a row, never the reverse
pg_dump --format=custom --no-owner --no-comments --file="$work/database.dump"
mkdir -p "$work/empty/files"
if [ -d "$data/files" ]; then root="$data"; else root="$work/empty"; fi
# files are never changed in place; a new one beside (status 1) is no fault
tar -C "$root" -cf "$work/files.tar" files || [ $? -eq 1 ]
{ echo "px360 backup 1"; date -u +%Y-%m-%dT%H:%M:%SZ; fingerprints; } >"$work/manifest"
(cd "$work" && sha256sum database.dump files.tar manifest >sha256sums)
tar -C "$work" -cf "$work/whole.tar" manifest database.dump files.tar sha256sums

if [ -n "$key" ]; then
  target="$folder/$name.tar.enc"
  openssl enc -aes-256-cbc -pbkdf2 -iter 600000 -salt -pass "file:$key" -in "$work/whole.tar" -out "$work/whole.enc"
  mv "$work/whole.enc" "$target"
else
  target="$folder/$name.tar"
  mv "$work/whole.tar" "$target"
fi
(cd "$folder" && sha256sum "$(basename "$target")" >"$(basename "$target").sha256")
echo "$target"
