#!/bin/sh
# One call in Google's place, sealed with OpenPGP, made with gpg and curl alone: what any other implementation has to do.
#
#   GOOGLE_KEY=google.asc INTEGRATOR_KEY=ours.public.asc \
#     examples/sealed-call-with-gpg.sh https://otp.bank.example/v1 echo examples/echo.json
#
# GOOGLE_KEY is a private key whose public part the server knows as Google's: in a sandbox one of your own, made with
# `gsp-otp keys generate` (take it out of `google` again afterwards). INTEGRATOR_KEY is the public key of the server, or
# during a rotation any of them, or a file with all. CA_FILE names the certificates of a private authority, if one issued
# the certificate of the server. In the body, @ID@ becomes a new request id and @NOW@ the present. Prints the answer after
# its signature was verified. Exit code: 0 if the answer is 200.
set -eu

url=${1:?usage: $0 URL METHOD BODY.json}
method=${2:?usage: $0 URL METHOD BODY.json}
body=${3:?usage: $0 URL METHOD BODY.json}
: "${GOOGLE_KEY:?names the file of the private key in the place of Google}"
: "${INTEGRATOR_KEY:?names the file of the public key of the server}"

# A key ring of its own, so that nothing else on it is trusted by mistake.
ring=$(mktemp -d)
# The agent, told to end, removes its sockets at the same time: what rm then misses is no fault, and is looked at again.
clean_up() {
  gpgconf --homedir "$ring" --kill all
  for _ in 1 2 3 4 5 6 7 8 9; do
    rm -rf "$ring" 2>/dev/null && return
    sleep 0.1
  done
  rm -rf "$ring"
}
trap clean_up EXIT
with_gpg() { gpg --homedir "$ring" --batch --quiet --no-tty --trust-model always "$@"; }
# Of every key of a file that has neither expired nor been revoked.
fingerprints() {
  with_gpg --with-colons --show-keys "$1" |
    awk -F: '/^(pub|sec):/ { good = $2 != "e" && $2 != "r" } /^fpr:/ && good { print $10; good = 0 }'
}
with_gpg --import "$GOOGLE_KEY" "$INTEGRATOR_KEY"
google=$(fingerprints "$GOOGLE_KEY" | head -n 1)
integrators=$(fingerprints "$INTEGRATOR_KEY")
: "${google:?there is no usable key in $GOOGLE_KEY}" "${integrators:?there is no usable key in $INTEGRATOR_KEY}"

# Sign, encrypt, and make it safe for URLs.
sed -e "s/@ID@/gpg-$(date +%s)-$$/" -e "s/@NOW@/$(date +%s)000/" "$body" |
  with_gpg --sign --encrypt --local-user "$google" $(printf -- '--recipient %s ' $integrators) \
    --digest-algo SHA384 --cipher-algo AES256 --output "$ring/request.pgp"
base64 -w 0 "$ring/request.pgp" | tr '+/' '-_' >"$ring/request"

status=$(curl --silent --show-error ${CA_FILE:+--cacert "$CA_FILE"} --header 'Content-Type: application/octet-stream; charset=utf-8' \
  --data-binary "@$ring/request" --output "$ring/answer" --write-out '%{http_code}' "$url/$method")
echo "HTTP $status" >&2
if ! [ -s "$ring/answer" ]; then
  echo 'The answer has no body.' >&2
  exit 1
fi

# The same backwards. One signature has to be the server's: that somebody signed is not enough. During a rotation there is
# another beside it, perhaps by a key that is not known here, for which gpg ends with 2: what it found out counts. [PGP-3]
tr -- '-_' '+/' <"$ring/answer" | base64 --decode >"$ring/answer.pgp"
with_gpg --status-file "$ring/status" --decrypt --output "$ring/answer.json" "$ring/answer.pgp" 2>"$ring/log" || true
if ! grep -q '^\[GNUPG:\] DECRYPTION_OKAY' "$ring/status"; then
  cat "$ring/log" >&2
  exit 1
fi
signed=no
for integrator in $integrators; do
  if grep -q "^\[GNUPG:\] VALIDSIG .*$integrator\$" "$ring/status"; then signed=yes; fi
done
if [ $signed = no ]; then
  cat "$ring/log" >&2
  echo 'The server did not sign it.' >&2
  exit 1
fi
cat "$ring/answer.json"
echo
[ "$status" = 200 ]
