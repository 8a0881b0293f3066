#!/usr/bin/env bash
# Run once by the database image on an empty volume: two roles (migrations; least privilege) and the database with its extensions.
set -euo pipefail
: "${PX360_DB_OWNER_PASSWORD:?is not set}" "${PX360_DB_APP_PASSWORD:?is not set}"

# the passwords travel by environment, not on a command line
psql --no-psqlrc -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv owner_password PX360_DB_OWNER_PASSWORD
\getenv app_password PX360_DB_APP_PASSWORD
CREATE ROLE px360_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE px360_app LOGIN PASSWORD :'app_password';
CREATE DATABASE px360 OWNER px360_owner;
REVOKE ALL ON DATABASE px360 FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE px360 TO px360_app;
\connect px360
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
