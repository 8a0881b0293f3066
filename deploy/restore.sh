#!/usr/bin/env bash
# restore.sh BACKUP [KEYFILE]: puts a backup into an empty database and an empty files folder; anything else is refused.
# Needs DATABASE_OWNER_URL and PX360_DATA_DIR; the roles px360_owner and px360_app must exist.
set -euo pipefail
umask 077
. "$(dirname "${BASH_SOURCE[0]}")/database.sh"

[ $# -ge 1 ] || fail "usage: restore.sh BACKUP [KEYFILE]"
backup="$1" key="${2:-}"
[ -s "$backup" ] || fail "There is no backup at $backup."
need pg_restore "install postgresql-client, or name its folder in PX360_PG_BIN"
need psql "install postgresql-client, or name its folder in PX360_PG_BIN"
use_database "${DATABASE_OWNER_URL:?DATABASE_OWNER_URL is not set.}"
data="${PX360_DATA_DIR:?PX360_DATA_DIR is not set.}"

objects="$(psql --no-psqlrc -AtX -v ON_ERROR_STOP=1 -c "
  SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')")"
[ "$objects" = 0 ] || fail "The database $PGDATABASE is not empty ($objects tables and indexes): nothing was changed."
[ -z "$(ls -A "$data/files" 2>/dev/null)" ] || fail "The folder $data/files is not empty: nothing was changed."

mkdir -p "$data"
work="$(mktemp -d "$data/.restore.XXXXXX")"
trap 'rm -rf "$work"' EXIT
whole="$backup"
if [ -n "$key" ]; then
  need openssl "install openssl"
  whole="$work/whole.tar"
  openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -pass "file:$key" -in "$backup" -out "$whole" 2>/dev/null ||
    fail "The backup cannot be decrypted with this key: nothing was changed."
fi
tar -C "$work" -xf "$whole" manifest database.dump files.tar sha256sums 2>/dev/null ||
  fail "This is no PX360 backup, or it is encrypted and the key is missing or another: nothing was changed."
(cd "$work" && sha256sum --check --quiet sha256sums >/dev/null 2>&1) || fail "The backup is damaged: nothing was changed."

pg_restore --exit-on-error --single-transaction --no-owner --no-comments --dbname="$PGDATABASE" "$work/database.dump"
tar -C "$data" -xf "$work/files.tar"
if [ "$(grep '^PX360_' "$work/manifest")" != "$(fingerprints)" ]; then
  echo "Beware: the keys in the environment are not those of the backup; sealed events, links and raw messages need the old ones."
fi
echo "Restored the backup of $(sed -n 2p "$work/manifest"). Now run: flask --app wsgi px360 upgrade, then audit-verify."
