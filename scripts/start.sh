# Sourced by ./coda and ./verify: what every start needs, whatever it starts. Bash 3.2 or newer.

coda_fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Texts, file names and messages are the same everywhere: C.UTF-8 where there is one, otherwise any locale that is
# UTF-8, for characters alone. A name in LANG says little: the locale may not be installed, or not be UTF-8.
coda_use_utf8() {
  local name
  if ! command -v locale >/dev/null 2>&1 || coda_is_utf8 C.UTF-8; then
    export LC_ALL=C.UTF-8
    return 0
  fi
  for name in "${LC_ALL:-${LC_CTYPE:-${LANG:-C}}}" en_US.UTF-8 $(locale -a 2>/dev/null | grep -i 'utf-\{0,1\}8$'); do
    if coda_is_utf8 "$name"; then
      unset LC_ALL LC_NUMERIC LC_TIME LC_COLLATE LC_MONETARY
      export LANG=C LC_CTYPE=$name LC_MESSAGES=C
      return 0
    fi
  done
}

coda_is_utf8() {
  [ "$(env LC_ALL="$1" locale charmap 2>/dev/null)" = UTF-8 ]
}

# A standard stream that the caller has closed leads to nothing, so that no file of ours gets its number: reading finds
# the end, and what is written to standard output fails and is told.
coda_open_streams() {
  { : <&0; } 2>/dev/null || exec </dev/null
  { : >&1; } 2>/dev/null || exec 1</dev/null
  { : >&2; } 2>/dev/null || exec 2>/dev/null
}

# The folder for what can be fetched or made again, the same as the program's own.
coda_cache() {
  if [ -n "${CODA_CACHE:-}" ]; then
    printf '%s' "$CODA_CACHE"
  elif [ "$(uname -s)" = Darwin ]; then
    printf '%s' "${HOME:-/}/Library/Caches/coda4j"
  else
    case ${XDG_CACHE_HOME:-} in
      /*) printf '%s' "$XDG_CACHE_HOME/coda4j" ;;
      *) printf '%s' "${HOME:-/}/.cache/coda4j" ;;
    esac
  fi
}

# Class paths are split at colons: a project whose path has one is used through a link that has none. Changes root.
coda_plain_path() {
  local links link
  # Native libraries are unpacked from addresses in which '!/' ends the jar's name; links are seen through there.
  case $root/ in *'!/'*) coda_fail "coda4j cannot run in $root: no folder's name on its way may end with '!'." ;; esac
  case $root in *:*) ;; *) return 0 ;; esac
  links=$(coda_cache)/links
  case $links in
    *:*) coda_fail "coda4j cannot run in $root: a path with ':' needs a link in the cache, and $links has one too." \
      "Name a cache folder without: CODA_CACHE=/path $0" ;;
  esac
  link=$links/$(printf '%s' "$root" | cksum | tr ' ' '-')
  mkdir -p "$links"
  # Another start may make the same link at the same time.
  [ "$(readlink "$link")" = "$root" ] || ln -sfn "$root" "$link" 2>/dev/null || true
  [ "$(readlink "$link")" = "$root" ] || coda_fail "coda4j cannot make the link $link to $root."
  root=$link
}

# Waits until no other start holds the lock file $1, which is made, and takes it; prints the line $2 if it has to wait.
# The lock goes with the process, and with what it started, however they end.
coda_lock() {
  mkdir -p "${1%/*}" 2>/dev/null && [ -w "${1%/*}" ] || coda_fail "The folder ${1%/*} cannot be written."
  if command -v flock >/dev/null 2>&1; then
    exec 8>>"$1"
    flock -n 8 && return 0
    printf '%s\n' "$2" >&2
    flock 8
    return 0
  fi
  # Without flock (macOS): a link to the number of the process that holds the lock, which is made or not made at once.
  local holder told=
  coda_lock_link=$1.pid
  until ln -s $$ "$coda_lock_link" 2>/dev/null; do
    holder=$(readlink "$coda_lock_link" || true)
    if [ -n "$holder" ] && ! ps -p "$holder" >/dev/null 2>&1; then
      # Its holder is gone. Whoever renames the link removes it, and puts back what has been made meanwhile.
      if mv "$coda_lock_link" "$coda_lock_link.$$" 2>/dev/null; then
        [ "$(readlink "$coda_lock_link.$$")" = "$holder" ] || mv "$coda_lock_link.$$" "$coda_lock_link"
        rm -f "$coda_lock_link.$$"
      fi
      continue
    fi
    [ -n "$told" ] || printf '%s\n' "$2" >&2
    told=yes
    sleep 0.2
  done
}

coda_unlock() {
  if [ -n "${coda_lock_link:-}" ]; then
    rm -f "$coda_lock_link"
    coda_lock_link=
  else
    exec 8>&-
  fi
}
