# Sourced by backup.sh and restore.sh: turns DATABASE_OWNER_URL into libpq's variables, so that no password is seen in `ps`.

fail() { echo "$1" >&2; exit 1; }

need() { command -v "$1" >/dev/null || fail "$1 was not found: $2."; }

decoded() { printf '%b' "${1//%/\\x}"; }

# The programs must be at least as new as the server: PX360_PG_BIN names their folder where PATH has older ones.
[ -z "${PX360_PG_BIN:-}" ] || PATH="$PX360_PG_BIN:$PATH"

use_database() {
  local url="${1/#postgresql+psycopg:/postgresql:}" pattern='^postgres(ql)?://([^:@/]+)(:([^@/]*))?@([^:/?]+)(:([0-9]+))?/([^?]+)(\?(.*))?$'
  [[ "$url" =~ $pattern ]] || fail "DATABASE_OWNER_URL must look like postgresql://role:password@host:port/database."
  PGUSER="$(decoded "${BASH_REMATCH[2]}")"; PGPASSWORD="$(decoded "${BASH_REMATCH[4]}")"
  PGHOST="$(decoded "${BASH_REMATCH[5]}")"; PGPORT="${BASH_REMATCH[7]:-5432}"; PGDATABASE="$(decoded "${BASH_REMATCH[8]}")"
  export PGUSER PGPASSWORD PGHOST PGPORT PGDATABASE
  local setting settings
  IFS='&' read -ra settings <<<"${BASH_REMATCH[10]}"
  for setting in "${settings[@]}"; do
    case "${setting%%=*}" in
      sslmode) export PGSSLMODE="${setting#*=}" ;;
      sslrootcert) PGSSLROOTCERT="$(decoded "${setting#*=}")"; export PGSSLROOTCERT ;;
      *) fail "The setting ${setting%%=*} of DATABASE_OWNER_URL is not known here." ;;
    esac
  done
}

# Fingerprints tell whether a restored installation has the keys of the backed-up one, without showing them.
fingerprints() {
  local name
  for name in PX360_AUDIT_KEY PX360_LINK_KEY PX360_FIELD_KEY; do
    printf '%s %s\n' "$name" "$(printf '%s' "${!name:-}" | sha256sum | cut -c1-16)"
  done
}
