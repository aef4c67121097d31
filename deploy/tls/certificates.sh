#!/usr/bin/env bash
# Makes an authority and a certificate for each client, each broker and the registry, as PEM files.
#
#   certificates.sh DIR
#
# What is there already stays; remove a file NAME.pem, and it is made anew. Of each name:
#   NAME.crt   certificate; its common name is the user whom brokers know: pairstream-ingest, broker-1
#   NAME.key   private key: PKCS #8 without a password
#   NAME.pem   both, as Kafka's ssl.keystore.location takes them
# ca.crt is what all of them trust, ca.key what signs: keep that one elsewhere.
# PAIRSTREAM_CERTIFICATE_DAYS is for how long they are valid: 365, and ten times that the authority.
set -euo pipefail
clients="registry ingest fetch preprocess score operate topics keys import producer trainer view audit lag doctor group
  quarantine takedown rerun admin"
servers="broker-1 broker-2 broker-3 registry"
days=${PAIRSTREAM_CERTIFICATE_DAYS:-365}

[ $# = 1 ] || { echo "certificates: name the folder for the files, and nothing else" >&2; exit 2; }
command -v openssl > /dev/null || { echo "certificates: needs openssl, and finds none" >&2; exit 69; }
# The files themselves are read by containers, each as another user; the folder keeps everybody else out.
mkdir -p "$1"
chmod 700 "$1"
cd "$1"

new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null
}

if [ ! -f ca.crt ]; then
  new_key ca.key
  chmod 600 ca.key
  openssl req -x509 -new -key ca.key -subj "/CN=pairstream-authority" -days $((10 * days)) \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign -out ca.crt
fi

# FILE USER USAGE NAMES: a certificate, unless it is there
certificate() {
  [ ! -f "$1.pem" ] || return 0
  new_key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
  printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=%s\n%s\n' "$3" "$4" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$days" -extfile "$1.ext" \
    -out "$1.crt" 2> /dev/null
  cat "$1.key" "$1.crt" > "$1.part"
  chmod 644 "$1.key" "$1.crt" "$1.part"
  mv "$1.part" "$1.pem"
  rm "$1.csr" "$1.ext"
}

for name in $clients; do
  certificate "$name" "pairstream-$name" clientAuth ""
done
for name in $servers; do
  # Brokers are clients of one another; the registry as a client of Kafka has another certificate.
  file=$name user=$name usage=serverAuth,clientAuth
  [ "$name" != registry ] || { file=registry-server usage=serverAuth; }
  certificate "$file" "$user" "$usage" "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1"
done
