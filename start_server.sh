#!/usr/bin/env bash
# Starts the server as the original's script does: from the environment. Flags given here beat it.
#
#   HOST PORT MODEL_NAME DEVICE API_KEY MAX_TOKENS STEPS ALG ALG_PARAM ALG_TEMP BLOCK_LENGTH TEMPERATURE TOP_P TOP_K
#   STOP TORCH_DTYPE LOG_LEVEL      see `./coda serve --help`
set -euo pipefail
self=$(readlink -f "${BASH_SOURCE[0]}" 2>/dev/null || printf '%s' "${BASH_SOURCE[0]}")
root=$(cd "$(dirname "$self")" && pwd)
for name in HOST PORT MODEL_NAME DEVICE MAX_TOKENS STEPS ALG ALG_PARAM ALG_TEMP BLOCK_LENGTH TEMPERATURE TOP_P TOP_K \
  STOP TORCH_DTYPE LOG_LEVEL; do
  [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}" >&2
done
[ -z "${API_KEY:-}" ] || printf 'API_KEY is set\n' >&2
printf 'starting: coda serve %s\n' "$*" >&2
exec "$root/coda" serve "$@"
