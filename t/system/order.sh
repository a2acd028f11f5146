#!/bin/sh
# The whole job by curl alone: order, wait, sign in, change the password, stop,
# start.
#   order.sh URL DNI EMAIL MAILDIR
set -eu
api=$1/api jar=$(mktemp)
json() { curl -sS --fail-with-body -b "$jar" -c "$jar" -H 'Content-Type: application/json' -H 'Prefer: wait=60' "$@"; }
order=$(json "$api/orders" -d "{\"first_name\":\"Ana\",\"last_name\":\"Paz\",\"dni\":\"$2\",\"email\":\"$3\",\"plan\":\"Básico\",\"template\":\"debian-12-x86_64-minimal\"}")
vm=$(echo "$order" | jq -e 'select(.state == "done") | .vm.id')
mail=$(grep -l "$3" "$4"/new/* | head -n 1 | xargs python3 -c 'import email,email.policy,sys; print(email.message_from_file(open(sys.argv[1]), policy=email.policy.default).get_content())')
account=$(echo "$mail" | sed -n 's/.*\(Usuario\|Account\): *//p') password=$(echo "$mail" | sed -n 's/.*\(Contraseña\|Password\): *//p')
json "$api/session" -d "{\"account\":\"$account\",\"password\":\"$password\"}" >/dev/null
json "$api/account/password" -X PUT -d "{\"old\":\"$password\",\"new\":\"$password.mine\"}"
json "$api/vms/$vm/stop" -d '{}' | jq -e '.state == "done"' >/dev/null
json "$api/vms/$vm/start" -d '{}' | jq -e '.state == "done"' >/dev/null
json "$api/vms" | jq -e '.items[] | {id, name, state, addresses}'
rm -f "$jar"
