#!/bin/bash
# A backup job, from document 002's words alone: signs in once, keeps the token in a file, and says who it is each time it runs.
# Usage: document-002.sh URL USERNAME PASSWORD TOKEN_FILE
set -euo pipefail
url=$1 username=$2 password=$3 file=$4

if [ ! -s "$file" ]; then
  curl -s -X POST -d "{\"username\":\"$username\",\"password\":\"$password\"}" -H 'Content-Type: application/json' \
    "$url/api/stable/auth/login" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p' > "$file"
fi

curl -s -w '\n%{http_code}\n' -X GET -H "Authorization: Bearer $(cat "$file")" -H 'Content-Type: application/json' \
  "$url/api/stable/auth/whoami"
