#!/usr/bin/env bash
# Makes what compose.yaml keeps secret, in a folder that only its owner can enter. What is there already stays as it is.
#   deploy/make-secrets.sh [FOLDER]     (default: deploy/secrets)
set -euo pipefail
umask 077

folder="${1:-$(dirname "$0")/secrets}"
mkdir -p "$folder"
cd "$folder"

random() { openssl rand -hex 32; }

[ -e postgres-password ] || random | tr -d '\n' > postgres-password

if [ ! -e security.toml ]; then
    cat > security.toml <<TOML
# SeaweedFS: under what it encrypts, and the keys of its own ports. Keep a copy of the first: without it no object can be read again.
[s3.sse]
kek = "$(random)"
[jwt.signing]
key = "$(random)"
[jwt.signing.read]
key = "$(random)"
[jwt.filer_signing]
key = "$(random)"
[jwt.filer_signing.read]
key = "$(random)"
TOML
fi

if [ ! -e sohoa.env ]; then
    access_key=$(openssl rand -hex 10)
    secret_key=$(random)
    actions=()
    for bucket in sohoa sohoa-audit; do
        for action in Admin Read Write List; do actions+=("\"$action:$bucket\""); done
    done
    cat > identities.json <<JSON
{"identities": [{"name": "sohoa", "credentials": [{"accessKey": "$access_key", "secretKey": "$secret_key"}],
  "actions": [$(IFS=,; echo "${actions[*]}")]}]}
JSON
    cat > sohoa.env <<ENV
SOHOA_DATABASE_URL=postgresql://sohoa:$(cat postgres-password)@postgres/sohoa
SOHOA_S3_ACCESS_KEY=$access_key
SOHOA_S3_SECRET_KEY=$secret_key
ENV
fi

if [ ! -e tls.pem ]; then
    # For a trial: put the province's own certificate, its chain and its key here instead.
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=sohoa (TEST)" \
        -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout tls.key -out tls.crt 2>/dev/null
    cat tls.crt tls.key > tls.pem
    rm tls.key
fi
echo "$PWD"
