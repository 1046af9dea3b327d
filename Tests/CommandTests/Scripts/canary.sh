# One session of everything, with a secret in every place that takes one. Leaves in `seen` all that others than
# the owner of a secret get to see, and in `secrets` each secret on a line of its own.
set -e
mkdir seen
password=canary-Kq7-password-of-alice
changed=canary-Wx4-password-changed
administered=canary-Zm2-password-administered
retry=canary-Rt9-retry-key-0001

signet init --directory data --issuer https://id.example.com > seen/init 2>&1
printf 'resources:\n  orders:\n    audience: https://orders.example.com\n    algorithm: HS256\n' >> data/signet.yaml
echo $password | signet accounts add --config data --username alice > seen/add 2>&1
metrics=$((20000 + $$ % 10000))
signet serve --config data --port 0 --set metrics.port=$metrics --log-level trace --log-format json --json > ready 2> seen/log &
server=$!
until [ -s ready ]; do kill -0 $server; done
address=$(sed 's/.*"address":"\([^"]*\)".*/\1/' ready)

# call NAME PATH CURL-ARGUMENT…: the answer with its head; the status must not be 5xx.
call() {
  name=$1 path=$2
  shift 2
  curl -s -D "$name.head" -o "$name.body" "$@" "$address$path"
  grep -q '^HTTP/1.1 [234]' "$name.head"
}
# refused NAME PATH CURL-ARGUMENT…: the same, and whoever asked gets to see the answer.
refused() {
  call "seen/$@"
  grep -q '^HTTP/1.1 4' "seen/$1.head"
}
field() { sed "s/.*\"$2\":\"\([^\"]*\)\".*/\1/" "$1.body"; echo; }
cookie() { sed -n "s/^[Ss]et-[Cc]ookie: __Host-signet-$2=\([^;]*\);.*/\1/p" "$1.head"; }

login="{\"login\": \"alice\", \"password\": \"$password\"}"
call first /api/v1/login --json "$login"
access=$(field first access_token) refresh=$(field first refresh_token)
call browser /api/v1/login -H 'Origin: https://id.example.com' --json "${login%\}}, \"cookies\": true}"
cookies="__Host-signet-access=$(cookie browser access); __Host-signet-refresh=$(cookie browser refresh)"
cookies="$cookies; __Host-signet-csrf=$(cookie browser csrf)"

# Passwords and tokens where they belong, where they do not, and broken.
refused wrong /api/v1/login --json '{"login": "alice", "password": "canary-wrong-password"}'
refused name /api/v1/login --json '{"login": "canary-as-a-name", "password": "canary-wrong-password"}'
refused type /api/v1/login --json '{"login": "alice", "password": ["canary-wrong-password"]}'
refused twice /api/v1/login --json "{\"password\": \"$password\", \"password\": \"$password\"}"
refused broken /api/v1/login --json "{\"login\": \"alice\", \"password\": \"$password"
refused unknown /api/v1/login --json "{\"login\": \"alice\", \"passwort\": \"$password\"}"
refused form /api/v1/login -d "login=alice&password=$password"
refused query "/api/v1/login?password=$password" --json '{}'
refused path "/$refresh/$access"
refused session "/api/v1/sessions/$refresh" -X DELETE -H "Authorization: Bearer $access"
refused parameter "/api/v1/me?access_token=$access"
refused basic /api/v1/me -u "alice:$password"
refused scheme /api/v1/me -H "Authorization: $access"
refused words /api/v1/me -H "Authorization: Bearer $access $access"
refused longer /api/v1/me -H "Authorization: Bearer ${access}x"
refused other /api/v1/me -H "Authorization: Bearer $refresh"
refused both /api/v1/me -H "Authorization: Bearer $access" -H "Cookie: $cookies"
refused crumbs /api/v1/me -H "Cookie: $cookies; $cookies"
refused token /api/v1/refresh --json "{\"refresh_token\": \"$access\"}"
refused uncrossed /api/v1/refresh -X POST -H "Cookie: $cookies"
refused policy /api/v1/password -H "Authorization: Bearer $access" \
  --json "{\"current_password\": \"$password\", \"new_password\": \"canary-no\"}"
refused current /api/v1/password -H "Authorization: Bearer $access" \
  --json '{"current_password": "canary-wrong-password", "new_password": "canary-new-and-long-enough"}'
call seen/me /api/v1/me -H "Authorization: Bearer $access"
call seen/sessions /api/v1/sessions -H "Cookie: $cookies"
call second /api/v1/refresh --json "{\"refresh_token\": \"$refresh\", \"retry_key\": \"$retry\"}"
call again /api/v1/refresh --json "{\"refresh_token\": \"$refresh\", \"retry_key\": \"$retry\"}"
call seen/changed /api/v1/password -H "Authorization: Bearer $access" \
  --json "{\"current_password\": \"$password\", \"new_password\": \"$changed\"}"
call third /api/v1/login --json "{\"login\": \"alice\", \"password\": \"$changed\"}"
call orders /api/v1/login \
  --json "{\"login\": \"alice\", \"password\": \"$changed\", \"resource\": \"https://orders.example.com\"}"

# Administration, through the socket of the running server.
echo canary-no | signet accounts password --config data alice > seen/refused-by-socket 2>&1 && false
echo $administered | signet accounts password --config data alice > seen/by-socket 2>&1
field first access_token | signet token verify --config data > seen/verify 2>&1 && false
signet accounts list --config data --json > seen/accounts
signet sessions list --config data alice --json > seen/session-list
signet keys list --config data --json > seen/keys
signet keys export --config data --resource orders --out orders.jwks 2> seen/export
signet keys export-public --config data > seen/public
signet keys rotate --config data --force > seen/rotate 2>&1
refused late /api/v1/refresh --json "{\"refresh_token\": \"$(field second refresh_token)\"}"
curl -s "http://127.0.0.1:$metrics/metrics" > seen/metrics
grep -q '^# TYPE' seen/metrics
call seen/jwks /.well-known/jwks.json
signet serve --config data --print-config > seen/print-config 2>&1
cat /proc/$server/cmdline /proc/$server/environ > seen/process
cat data/signet.yaml > seen/configuration
kill $server
wait $server
cat data/signet.sqlite* > seen/database

# The payload and the signature of an access token; all of the rest. The keyring: what is no word of its form.
{
  echo canary
  for name in first second again third orders; do
    field $name access_token | cut -d. -f2
    field $name access_token | cut -d. -f3
    field $name refresh_token
  done
  for name in access refresh csrf; do cookie browser $name; done
  grep -oE '[A-Za-z0-9_-]{20,}' data/keyring
  grep -o '"k":"[^"]*"' orders.jwks | cut -d'"' -f4
} > secrets
