#!/bin/sh
# Makes what compose.yaml needs: settings (.env), and what is nobody else's business: passwords, certificates and what the servers know of them (secrets/).
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
  [ "$mode" = dry ] || mkdir -p secrets/mosquitto secrets/redis secrets/edge secrets/worker secrets/front
  settings
  passwords
  authority
  for server in mosquitto redis; do certificate "$server"; done
  render secrets/mosquitto/passwords mosquitto_passwords make-secrets.sh $MQTT_PASSWORDS
  render secrets/mosquitto/health mosquitto_health make-secrets.sh MQTT_HEALTH_PASSWORD
  render secrets/redis/users.acl redis_users redis/users.acl $REDIS_PASSWORDS
  for role in edge worker front; do render "secrets/$role/MQTT_URL" "mqtt_url $role" make-secrets.sh "MQTT_$(upper "$role")_PASSWORD"; done
  for role in worker front; do render "secrets/$role/REDIS_URL" "redis_url $role" make-secrets.sh "REDIS_$(upper "$role")_PASSWORD"; done
  [ "$mode" = dry ] || hand_over
}

# Says what is made; fails where it is only to be named.
making() {
  echo "$1"
  [ "$mode" = write ]
}

# --- .env: what is no secret, read by docker compose

settings() {
  if [ ! -e .env ] && making .env; then optional_settings >.env; fi
  [ "$mode" = dry ] || chmod 600 .env
  # Inside the containers everything belongs to whoever owns the files here, but never to root.
  if [ "$(id -u)" = 0 ]; then owner=10001 group=10001; else owner=$(id -u) group=$(id -g); fi
  keep BOTTEGA_UID "$owner"
  keep BOTTEGA_GID "$group"
}

optional_settings() {
  cat <<'END'
POS_JWKS_URL=
# The address under which senders reach the edge.
BOTTEGA_PUBLIC_URL=
TZ_SHOP=Europe/Rome
# Passwords and secrets are files in secrets/. After a change run make-secrets.sh again, then: docker compose up --build --force-recreate -d
END
}

setting() {
  [ ! -e .env ] || sed -n "s/^$1=//p" .env | tail -n 1
}

keep() {
  if [ -z "$(setting "$1")" ] && making "$1"; then echo "$1=$2" >>.env; fi
}

# --- secrets/NAME: one secret a file, named as the variable

MQTT_PASSWORDS='MQTT_EDGE_PASSWORD MQTT_WORKER_PASSWORD MQTT_FRONT_PASSWORD MQTT_HEALTH_PASSWORD'
REDIS_PASSWORDS='REDIS_WORKER_PASSWORD REDIS_FRONT_PASSWORD REDIS_HEALTH_PASSWORD'
# Whoever sends knows them; one left empty is generated and kept in the edge's volume (a client secret: there is none).
GIVEN='SHOPIFY_WEBHOOK_SECRET HUBSPOT_CLIENT_SECRET WOOCOMMERCE_WEBHOOK_SECRET POS_JWT_SECRET POS_WEBHOOK_SECRET BOTTEGA_OIDC_CLIENT_SECRET'

passwords() {
  for name in BOTTEGA_PASSWORD BOTTEGA_API_TOKEN BOTTEGA_PRIVACY_KEY $MQTT_PASSWORDS $REDIS_PASSWORDS; do
    if [ ! -s "secrets/$name" ]; then secret "$name" "$(openssl rand -hex 32)"; fi
  done
  # "off": nothing is encrypted. A key is 32 random bytes, as `openssl rand -base64 32` writes them.
  if [ ! -s secrets/BOTTEGA_ENCRYPTION_KEY ]; then secret BOTTEGA_ENCRYPTION_KEY off; fi
  for name in $GIVEN; do
    if [ ! -e "secrets/$name" ]; then secret "$name" ''; fi
  done
}

# The secret is written; one that stands in .env, where former versions kept it, moves.
secret() {
  making "secrets/$1" || return 0
  former=$(setting "$1")
  printf '%s' "${former:-$2}" >"secrets/$1.new"
  mv "secrets/$1.new" "secrets/$1"
  if grep -q "^$1=" .env; then
    sed "/^$1=/d" .env >.env.new
    mv .env.new .env
  fi
}

upper() {
  echo "$1" | tr '[:lower:]' '[:upper:]'
}

# --- certificates: an authority of our own, and one certificate per server

authority() {
  if [ -s secrets/ca.crt ] && [ -s secrets/ca.key ]; then return; fi
  making secrets/ca.crt || return 0
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

# --- what the servers know of the passwords: digests of long random texts, so that no slow hash is needed; and what those who dial them are given

# Writes $1 with what $2 prints, where the file $3 or one of the passwords named after it is newer.
render() {
  target=$1 maker=$2 source=$3
  shift 3
  if is_newer "$target" "$source" "$@"; then return; fi
  making "$target" || return 0
  $maker >"$target.new"
  mv "$target.new" "$target"
}

is_newer() {
  made=$1 source=$2
  shift 2
  [ "$made" -nt "$source" ] || return 1
  for name in "$@"; do [ "$made" -nt "secrets/$name" ] || return 1; done
}

# As mosquitto_passwd -H sha512 does: the digest of password and salt.
mosquitto_passwords() {
  for user in edge worker front health; do
    salt=$(openssl rand -base64 12)
    digest=$({ printf %s "$(cat "secrets/MQTT_$(upper "$user")_PASSWORD")"; echo "$salt" | openssl base64 -d; } | openssl dgst -sha512 -binary | openssl base64 -A)
    # shellcheck disable=SC2016
    printf '%s:$6$%s$%s\n' "$user" "$salt" "$digest"
  done
}

# The options of mosquitto_sub, which reads them from here: what stands on a command line everybody can read.
mosquitto_health() {
  printf '%s\n' '-h localhost' '-p 8883' '--cafile /run/secrets/ca.crt' '-u health' "-P $(cat secrets/MQTT_HEALTH_PASSWORD)"
}

redis_users() {
  digests=
  for name in $REDIS_PASSWORDS; do
    digest=$(printf %s "$(cat "secrets/$name")" | openssl dgst -sha256 -r | cut -d ' ' -f 1)
    digests="$digests;s/<$name>/$digest/"
  done
  sed "/^#/d$digests" redis/users.acl
}

mqtt_url() {
  printf 'mqtts://%s:%s@mosquitto:8883' "$1" "$(cat "secrets/MQTT_$(upper "$1")_PASSWORD")"
}

redis_url() {
  printf 'rediss://%s:%s@redis:6379' "$1" "$(cat "secrets/REDIS_$(upper "$1")_PASSWORD")"
}

# The key of the authority stays here; the rest is for the users of the containers.
hand_over() {
  [ "$(id -u)" != 0 ] || find secrets -type f ! -name ca.key -exec chown "$(setting BOTTEGA_UID):$(setting BOTTEGA_GID)" {} +
}

main "$@"
