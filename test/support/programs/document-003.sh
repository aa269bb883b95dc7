#!/bin/bash
# A till, from document 003's words alone: signs in once, keeps the refresh token in a variable, and each time it is woken (a line on its
# standard input) renews the access token by it. Prints one line a time: whether the old access token was still good, the status of the
# refresh, the cookies that it set, and whether the new access token is good.
# Usage: document-003.sh URL NAME PIN
set -euo pipefail
url=$1 name=$2 pin=$3
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT

cookie() { awk -F '\t' -v name="$1" '$6 == name { print $7 }' "$jar"; }

curl -s -o /dev/null -c "$jar" -X POST "$url/auth/login" -H 'Content-Type: application/json' -d "{\"name\":\"$name\",\"pin\":\"$pin\"}"
ACCESS_TOKEN=$(cookie accessToken)
REFRESH_TOKEN=$(cookie refreshToken)

me() { curl -s -o /dev/null -w '%{http_code}' "$url/api/v1/auth/me" -H "Authorization: Bearer $ACCESS_TOKEN"; }

while read -r _; do
  old=$(me)
  status=$(curl -s -o /dev/null -w '%{http_code}' -c "$jar" -X POST "$url/auth/refresh" \
    -H "Cookie: accessToken=$ACCESS_TOKEN" \
    -H "Cookie: refreshToken=$REFRESH_TOKEN")
  set=$(awk -F '\t' 'NF == 7 { print $6 }' "$jar" | sort | paste -s -d , -)
  ACCESS_TOKEN=$(cookie accessToken)
  echo "$old $status $set $(me)"
done
