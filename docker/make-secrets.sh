#!/bin/sh
# Makes what compose.yaml needs and is nobody else's business: passwords (.env), certificates and password files (secrets/).
# Makes only what is missing, about to expire or out of date; run it again at any time. --dry-run names it and touches nothing.
set -eu
umask 077
cd "$(dirname "$0")"

CA_DAYS=3650
SERVER_DAYS=825
RENEW_BEFORE_SECONDS=2592000 # 30 days

main() {
  case "${1-}" in
    '') mode='write' ;;
    --dry-run) mode='dry' ;;
    *) echo "usage: $0 [--dry-run]" >&2; exit 2 ;;
  esac
  command -v openssl >/dev/null || { echo "$0: openssl is needed" >&2; exit 1; }
  settings
  authority
  for server in mosquitto redis; do certificate "$server"; done
  render secrets/mosquitto/passwords mosquitto_passwords make-secrets.sh
  render secrets/redis/users.acl redis_users redis/users.acl
  [ "$mode" = dry ] || hand_over
}

# Says what is made; fails where it is only to be named.
making() {
  echo "$1"
  [ "$mode" = write ]
}

# --- .env: read by docker compose, and by this script for the password files

settings() {
  if [ ! -e .env ] && making .env; then optional_settings >.env; fi
  [ "$mode" = dry ] || chmod 600 .env
  # Inside the containers everything belongs to whoever owns the files here, but never to root.
  if [ "$(id -u)" = 0 ]; then owner=10001 group=10001; else owner=$(id -u) group=$(id -g); fi
  keep BOTTEGA_UID "$owner"
  keep BOTTEGA_GID "$group"
  for name in BOTTEGA_PASSWORD BOTTEGA_API_TOKEN BOTTEGA_PRIVACY_KEY \
    MQTT_EDGE_PASSWORD MQTT_WORKER_PASSWORD MQTT_FRONT_PASSWORD MQTT_HEALTH_PASSWORD \
    REDIS_WORKER_PASSWORD REDIS_FRONT_PASSWORD REDIS_HEALTH_PASSWORD; do
    keep "$name" "$(openssl rand -hex 32)"
  done
}

optional_settings() {
  cat <<'END'
# What the senders sign with; one left empty is generated and kept in the edge's volume.
SHOPIFY_WEBHOOK_SECRET=
HUBSPOT_CLIENT_SECRET=
WOOCOMMERCE_WEBHOOK_SECRET=
POS_JWT_SECRET=
POS_JWKS_URL=
POS_WEBHOOK_SECRET=
# The address under which senders reach the edge.
BOTTEGA_PUBLIC_URL=
TZ_SHOP=Europe/Rome
# Made by make-secrets.sh. After a change run it again, then: docker compose up --build --force-recreate -d
END
}

setting() {
  [ ! -e .env ] || sed -n "s/^$1=//p" .env | tail -n 1
}

keep() {
  if [ -z "$(setting "$1")" ] && making "$1"; then echo "$1=$2" >>.env; fi
}

# --- certificates: an authority of our own, and one certificate per server

authority() {
  if [ -s secrets/ca.crt ] && [ -s secrets/ca.key ]; then return; fi
  making secrets/ca.crt || return 0
  mkdir -p secrets
  new_key secrets/ca.key.new
  extensions | openssl req -x509 -new -key secrets/ca.key.new -days "$CA_DAYS" -config /dev/stdin -extensions authority \
    -subj '/CN=Bottega authority' -out secrets/ca.crt.new
  mv secrets/ca.key.new secrets/ca.key
  mv secrets/ca.crt.new secrets/ca.crt
}

certificate() {
  folder=secrets/$1
  if is_good "$folder/server.crt" && [ -s "$folder/server.key" ]; then return; fi
  making "$folder/server.crt" || return 0
  mkdir -p "$folder"
  new_key "$folder/server.key.new"
  extensions | openssl req -new -key "$folder/server.key.new" -config /dev/stdin -subj "/CN=$1" -out "$folder/server.csr"
  said=$(extensions "$1" | openssl x509 -req -in "$folder/server.csr" -CA secrets/ca.crt -CAkey secrets/ca.key \
    -set_serial "0x$(openssl rand -hex 16)" -days "$SERVER_DAYS" -extfile /dev/stdin -extensions server -out "$folder/server.crt.new" 2>&1) ||
    { echo "$said" >&2; exit 1; }
  rm "$folder/server.csr"
  mv "$folder/server.key.new" "$folder/server.key"
  mv "$folder/server.crt.new" "$folder/server.crt"
}

is_good() {
  [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend "$RENEW_BEFORE_SECONDS" >/dev/null && openssl verify -CAfile secrets/ca.crt "$1" >/dev/null 2>&1
}

new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# Not those of the machine's openssl.cnf, which differ from one system to the next.
extensions() {
  cat <<END
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:${1-localhost}, DNS:localhost, IP:127.0.0.1
END
}

# --- what the servers know of the passwords: digests of long random texts, so that no slow hash is needed

# Writes $1 with what $2 prints, where .env or $3 is newer.
render() {
  if [ "$1" -nt .env ] && [ "$1" -nt "$3" ]; then return; fi
  making "$1" || return 0
  "$2" >"$1.new"
  mv "$1.new" "$1"
}

# As mosquitto_passwd -H sha512 does: the digest of password and salt.
mosquitto_passwords() {
  for user in edge worker front health; do
    salt=$(openssl rand -base64 12)
    password=$(setting "MQTT_$(echo "$user" | tr '[:lower:]' '[:upper:]')_PASSWORD")
    digest=$({ printf %s "$password"; echo "$salt" | openssl base64 -d; } | openssl dgst -sha512 -binary | openssl base64 -A)
    # shellcheck disable=SC2016
    printf '%s:$6$%s$%s\n' "$user" "$salt" "$digest"
  done
}

redis_users() {
  digests=
  for name in REDIS_WORKER_PASSWORD REDIS_FRONT_PASSWORD REDIS_HEALTH_PASSWORD; do
    digest=$(printf %s "$(setting "$name")" | openssl dgst -sha256 -r | cut -d ' ' -f 1)
    digests="$digests;s/<$name>/$digest/"
  done
  sed "/^#/d$digests" redis/users.acl
}

# The key of the authority stays here; the rest is for the users of the containers.
hand_over() {
  [ "$(id -u)" != 0 ] || chown -R "$(setting BOTTEGA_UID):$(setting BOTTEGA_GID)" secrets/ca.crt secrets/mosquitto secrets/redis
}

main "$@"
