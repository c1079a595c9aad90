#!/usr/bin/env bash
# Makes the keys and messages in this folder anew with GnuPG 2.2. All of them are for tests; nothing secret is here.
# The clock that GnuPG sees is set, so that keys and signatures have the dates that the tests count on.
set -euo pipefail
cd "$(dirname "$0")"
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME" || rm -rf "$GNUPGHOME"' EXIT
exec 2> >(grep -v 'faked system time\|trustdb\|marginals\|depth:' >&2)

NOW=20261122T100000
EARLIER=20260301T100000
at() { gpg --batch --quiet --yes --no-tty --trust-model always --passphrase '' --pinentry-mode loopback --no-auto-key-locate --faked-system-time "$1!" "${@:2}"; }
fingerprint() { gpg --batch --with-colons --list-keys "$1" | awk -F: '$1 == "fpr" { print $10; exit }'; }

# make_key WHEN NAME BITS LIFE: a primary key that signs and certifies, a subkey that encrypts.
make_key() {
  at "$1" --quick-gen-key "$2" "rsa$3" sign,cert "$4"
  at "$1" --quick-add-key "$(fingerprint "$2")" "rsa$3" encr "$4"
}
export_own() { at "$NOW" --armor --export-secret-keys "$1" >"keys/$1.secret.asc"; at "$NOW" --armor --export "$1" >"keys/$1.public.asc"; }

rm -rf keys accepted refused
mkdir keys accepted refused
for bits in 2048 3072 4096; do
  make_key "$EARLIER" "own-$bits" "$bits" 2y
  make_key "$EARLIER" "peer-$bits" "$bits" 2y
done
make_key "$EARLIER" peer-expired 2048 3m
make_key "$EARLIER" stranger 2048 2y
make_key "$EARLIER" own-endless 2048 0
make_key "$EARLIER" own-three-years 2048 3y
at "$EARLIER" --quick-gen-key own-no-subkey rsa2048 sign,cert 2y
at "$EARLIER" --quick-gen-key own-primary-encrypts rsa2048 sign,cert,encr 2y
at "$EARLIER" --quick-add-key "$(fingerprint own-primary-encrypts)" rsa2048 encr 2y
at "$EARLIER" --quick-gen-key peer-elliptic ed25519 sign,cert 2y
at "$EARLIER" --quick-add-key "$(fingerprint peer-elliptic)" cv25519 encr 2y
make_key "$EARLIER" peer-weak 1024 2y
make_key "$EARLIER" peer-revoked 2048 2y
# A signing subkey beside the primary key, and two encryption subkeys of which the first is over.
at "$EARLIER" --quick-gen-key peer-subkeys rsa2048 sign,cert 2y
at "$EARLIER" --quick-add-key "$(fingerprint peer-subkeys)" rsa2048 sign 2y
at "$EARLIER" --quick-add-key "$(fingerprint peer-subkeys)" rsa2048 encr 3m
at "$NOW" --quick-add-key "$(fingerprint peer-subkeys)" rsa2048 encr 1y
for name in own-{2048,3072,4096,endless,three-years,no-subkey,primary-encrypts} peer-{2048,3072,4096,expired,elliptic,weak,subkeys} stranger; do
  export_own "$name"
done
sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$(fingerprint peer-revoked).rev" | at "$NOW" --import
at "$NOW" --armor --export peer-revoked >keys/peer-revoked.public.asc

printf '%s' '{"requestHeader":{"protocolVersion":{"major":1,"minor":0,"revision":0},"requestId":"vector-1","requestTimestamp":{"epochMillis":"1795341600000"}},"clientMessage":"made by GnuPG"}' >request.json

# message FOLDER NAME OPTIONS...: what GnuPG makes of the request.
message() { at "$NOW" "${@:3}" --output "$1/$2" request.json; }
seal() { message "$1" "$2" "${@:3}" --sign --encrypt; }
to=(--recipient own-2048)
by=(--local-user peer-2048)

for digest in SHA256 SHA384 SHA512; do
  seal accepted "digest-$digest.asc" "${to[@]}" "${by[@]}" --digest-algo "$digest" --armor
done
for cipher in AES AES192 AES256; do seal accepted "cipher-$cipher.pgp" "${to[@]}" "${by[@]}" --cipher-algo "$cipher"; done
for method in none zip zlib; do seal accepted "compressed-$method.pgp" "${to[@]}" "${by[@]}" --compress-algo "$method"; done
for bits in 2048 3072 4096; do seal accepted "bits-$bits.pgp" --recipient "own-$bits" --local-user "peer-$bits"; done
seal accepted sample-command.asc "${to[@]}" "${by[@]}" --armor
seal accepted armored-with-headers.asc "${to[@]}" "${by[@]}" --armor --emit-version --comment 'two headers'
seal accepted several-recipients.pgp "${to[@]}" --recipient stranger --recipient own-4096 "${by[@]}"
seal accepted several-signers.asc "${to[@]}" "${by[@]}" --local-user peer-3072 --local-user peer-4096 --armor
seal accepted stranger-signs-too.pgp "${to[@]}" --local-user stranger "${by[@]}" --local-user peer-elliptic
seal accepted signing-subkey.pgp "${to[@]}" --local-user peer-subkeys
seal accepted hidden-recipient.pgp --hidden-recipient own-2048 --hidden-recipient stranger "${by[@]}"
seal accepted notation.pgp "${to[@]}" "${by[@]}" --sig-notation harmless@example.org=yes
at 20260401T100000 "${to[@]}" "${by[@]}" --local-user peer-expired --sign --encrypt --output accepted/expired-signs-too.pgp request.json
at "$NOW" "${to[@]}" "${by[@]}" --sign --encrypt --output accepted/piped.pgp <request.json

seal refused weak-digest-SHA1.pgp "${to[@]}" "${by[@]}" --digest-algo SHA1
seal refused weak-digest-SHA224.pgp "${to[@]}" "${by[@]}" --digest-algo SHA224
for cipher in 3DES CAST5 BLOWFISH CAMELLIA256; do seal refused "cipher-$cipher.pgp" "${to[@]}" "${by[@]}" --cipher-algo "$cipher"; done
seal refused compressed-bzip2.pgp "${to[@]}" "${by[@]}" --compress-algo bzip2
seal refused for-a-stranger.pgp --recipient stranger "${by[@]}"
seal refused stranger-signs.pgp "${to[@]}" --local-user stranger
seal refused critical-notation.pgp "${to[@]}" "${by[@]}" --sig-notation '!critical@example.org=yes'
seal refused text-signature.pgp "${to[@]}" "${by[@]}" --textmode
at 20260401T100000 "${to[@]}" --local-user peer-expired --sign --encrypt --output refused/expired-signs.pgp request.json
at 20261120T100000 "${to[@]}" "${by[@]}" --default-sig-expire 1d --sign --encrypt --output refused/signature-expired.pgp request.json
at 20261201T100000 "${to[@]}" "${by[@]}" --sign --encrypt --output refused/signature-from-the-future.pgp request.json
message refused unsigned.pgp "${to[@]}" --encrypt
message refused only-signed.pgp "${by[@]}" --sign
message refused password.pgp --symmetric --passphrase 'a password'
