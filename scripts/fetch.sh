# Sourced by toolchain.sh on a machine that lacks a JDK or Maven: fetches them into the user's cache. Each is announced
# in one line, comes whole and with the right checksum or not at all, and of several starts at once one fetches it.
#
#   CODA_NO_DOWNLOAD=1  nothing is fetched; what to do by hand is said instead
#   CODA_JDK_URL        where the JDK comes from: a server with Adoptium's interface, or the address of a .tar.gz whose
#                       SHA-256 stands in a file beside it, named like it with .sha256.txt at the end
#   MVNW_REPOURL        a repository in Maven's layout that holds Maven itself

CODA_ADOPTIUM=https://api.adoptium.net
CODA_MAVEN_SITES='https://dlcdn.apache.org https://archive.apache.org/dist'
CODA_MOST_TRIES=20
coda_problem='nothing is known about it'

# Whether fetching is allowed and can be done here.
coda_may_fetch() {
  case ${CODA_NO_DOWNLOAD:-} in '' | 0 | false) ;; *) return 1 ;; esac
  command -v curl >/dev/null 2>&1 || command -v wget >/dev/null 2>&1
}

coda_megabytes() {
  if [ -n "$1" ]; then
    printf '%s MB' $((($1 + 999999) / 1000000))
  else
    printf 'size unknown'
  fi
}

# Prints what is at the address $1.
coda_read() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsL --connect-timeout 20 --max-time 60 "$1"
  else
    wget -q -T 20 -t 1 -O - "$1"
  fi
}

# Prints how many bytes are at the address $1, or nothing.
coda_read_size() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsIL --connect-timeout 20 --max-time 60 "$1"
  else
    wget -q -T 20 -t 1 --spider -S "$1" 2>&1
  fi | tr -d '\r' | sed -n 's/^ *[Cc]ontent-[Ll]ength: *\([0-9][0-9]*\)$/\1/p' | tail -n 1
}

# Fetches the address $1 into the file $2, going on behind what is there. Shows progress to a person.
coda_get() {
  if command -v curl >/dev/null 2>&1; then
    local show=-s protocols==http,https
    [ ! -t 2 ] || show=-#
    case $1 in https:*) protocols==https ;; esac
    curl -fL $show --proto-redir "$protocols" --connect-timeout 20 --speed-limit 1 --speed-time 60 -C - -o "$2" "$1"
  else
    wget -q -T 60 -t 1 -c -O "$2" "$1"
  fi
}

# What the exit code $1 of coda_get means.
coda_reason() {
  if command -v curl >/dev/null 2>&1; then
    case $1 in
      5 | 6) printf 'its name is not known' ;;
      7) printf 'there is no connection to it' ;;
      18 | 56 | 92) printf 'the connection broke off' ;;
      22) printf 'it answers that there is no such file, or refuses it' ;;
      23) printf 'the file cannot be written' ;;
      28) printf 'it is silent' ;;
      35 | 51 | 58 | 60 | 77) printf 'it cannot be trusted (TLS)' ;;
      *) printf 'curl ends with %s' "$1" ;;
    esac
  else
    case $1 in
      3) printf 'the file cannot be written' ;;
      4) printf 'there is no connection to it, or it broke off' ;;
      5) printf 'it cannot be trusted (TLS)' ;;
      8) printf 'it answers that there is no such file, or refuses it' ;;
      *) printf 'wget ends with %s' "$1" ;;
    esac
  fi
}

coda_sum() {
  if command -v "$1sum" >/dev/null 2>&1; then
    "$1sum" "$2"
  else
    shasum -a "${1#sha}" "$2"
  fi | cut -d ' ' -f 1
}

coda_size() {
  if [ -f "$1" ]; then
    wc -c <"$1" | tr -d ' '
  else
    printf 0
  fi
}

# Fetches FILE, from the first address that gives it: coda_fetch FILE BYTES sha256|sha512 SUM ADDRESS... BYTES may be
# empty. What an earlier start left in FILE.part is gone on with. Sets coda_problem when it fails.
coda_fetch() {
  local file=$1 bytes=$2 kind=$3 sum=$4 address left
  shift 4
  for address in "$@"; do
    left=$(coda_size "$file.part")
    if coda_fetch_whole "$address" "$file.part" "$bytes"; then
      if [ "$(coda_sum "$kind" "$file.part")" != "$sum" ] && [ "$left" -gt 0 ]; then
        # What was left was of something else.
        rm -f "$file.part"
        coda_fetch_whole "$address" "$file.part" "$bytes" || continue
      fi
      if [ "$(coda_sum "$kind" "$file.part")" = "$sum" ]; then
        mv "$file.part" "$file"
        return 0
      fi
      coda_problem="the $kind of $address is $(coda_sum "$kind" "$file.part"), expected $sum; it was thrown away"
      rm -f "$file.part"
    fi
  done
  return 1
}

# Fetches the address $1 into the file $2 of $3 bytes, again and again as long as something comes.
coda_fetch_whole() {
  local before code try=0
  while [ -z "$3" ] || [ "$(coda_size "$2")" != "$3" ]; do
    before=$(coda_size "$2")
    try=$((try + 1))
    code=0
    coda_get "$1" "$2" || code=$?
    if [ "$code" = 0 ]; then
      if [ -z "$3" ] || [ "$(coda_size "$2")" = "$3" ]; then
        return 0
      fi
      coda_problem="$1 has $(coda_size "$2") bytes, expected $3"
      rm -f "$2"
      return 1
    fi
    coda_problem="$1: $(coda_reason "$code")"
    if [ "$before" -gt 0 ] && [ "$(coda_size "$2")" = "$before" ]; then
      # A server that cannot go on in the middle is asked for all of it, once.
      case $code in 8 | 22 | 33 | 36) ;; *) return 1 ;; esac
      rm -f "$2"
    elif [ "$(coda_size "$2")" -le "$before" ]; then
      return 1
    fi
    [ "$try" -lt "$CODA_MOST_TRIES" ] || return 1
  done
}

# Makes the folder $2 of the tar.gz $1: whole or not at all. $3 finds its root in the unpacked folder and prints it.
coda_unpack() {
  local work inner
  work=${2%/*}/.unpacked.$$
  rm -rf "${2%/*}"/.unpacked.*
  mkdir -p "$work"
  if ! tar -xzf "$1" -C "$work" 2>/dev/null; then
    coda_problem="$1 cannot be unpacked: no space, or no archive"
  elif ! inner=$("$3" "$work") || [ -z "$inner" ]; then
    coda_problem="$1 does not hold what is needed"
  else
    rm -rf "$2"
    mv "$inner" "$2"
    rm -rf "$work" "$1"
    return 0
  fi
  rm -rf "$work" "$1"
  return 1
}

# Prints the JDK in an unpacked folder.
coda_unpacked_jdk() {
  (coda_use_jdk "$1"/*/Contents/Home "$1"/* "$1" && printf '%s' "$JAVA_HOME")
}

coda_unpacked_maven() {
  local folder
  for folder in "$1"/*; do
    [ ! -x "$folder/bin/mvn" ] || printf '%s' "$folder"
  done
}

# Sets link, sum, bytes and name of the JDK to be fetched; fails with coda_problem.
coda_describe_jdk() {
  local os arch address package
  case ${CODA_JDK_URL:-} in
    *.tar.gz | *.tgz)
      link=$CODA_JDK_URL
      name=$(basename "$link" | sed 's/\.tar\.gz$//; s/\.tgz$//')
      bytes=$(coda_read_size "$link")
      sum=$(coda_read "$link.sha256.txt" | cut -d ' ' -f 1 | head -n 1 || true)
      case $sum in *[!0-9a-f]* | '')
        coda_problem="$link.sha256.txt gives no SHA-256"
        return 1
        ;;
      esac
      return 0
      ;;
  esac
  case $(uname -s) in
    Linux) if ls /lib/ld-musl-* >/dev/null 2>&1; then os=alpine-linux; else os=linux; fi ;;
    Darwin) os=mac ;;
    *) coda_problem="for $(uname -s) none is known" && return 1 ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=aarch64 ;;
    *) coda_problem="for $(uname -m) none is known" && return 1 ;;
  esac
  address=${CODA_JDK_URL:-$CODA_ADOPTIUM}
  address=${address%/}/v3/assets/latest/$CODA_JDK/hotspot
  address="$address?architecture=$arch&image_type=jdk&os=$os&vendor=eclipse"
  local code=0 text
  text=$(coda_read "$address") || code=$?
  if [ "$code" != 0 ]; then
    coda_problem="$address: $(coda_reason "$code")"
    return 1
  fi
  # The answer is JSON whose keys are known: the braces of "package" hold no others.
  text=$(printf '%s' "$text" | tr -d '\n')
  package=$(printf '%s' "$text" | sed -n 's/.*"package"[^{]*{\([^{}]*\)}.*/\1/p')
  link=$(printf '%s' "$package" | sed -n 's/.*"link"[^"]*"\([^"]*\)".*/\1/p')
  sum=$(printf '%s' "$package" | sed -n 's/.*"checksum"[^"]*"\([0-9a-f]*\)".*/\1/p')
  bytes=$(printf '%s' "$package" | sed -n 's/.*"size"[^0-9]*\([0-9]*\).*/\1/p')
  name=$(printf '%s' "$text" | sed -n 's/.*"release_name"[^"]*"\([^"]*\)".*/\1/p' | tr -c 'A-Za-z0-9.+\n-' _)
  if [ -z "$link" ] || [ ${#sum} != 64 ] || [ -z "$bytes" ] || [ -z "$name" ]; then
    coda_problem="$address answers something else than a JDK"
    return 1
  fi
}

# Fetches a JDK and sets JAVA_HOME.
coda_fetch_jdk() {
  local jdks link sum bytes name
  coda_may_fetch || coda_fail "$(coda_jdk_advice)"
  jdks=$(coda_cache)/jdk
  coda_lock "$jdks/.lock" 'Another start is fetching the JDK; waiting for it.'
  if ! coda_fetched_jdk; then
    coda_describe_jdk || coda_fail "The JDK cannot be fetched: $coda_problem." "$(coda_jdk_advice)"
    printf 'Fetching what is missing: JDK %s (%s, %s) from %s into %s (CODA_NO_DOWNLOAD=1 forbids it).\n' \
      "$CODA_JDK" "$name" "$(coda_megabytes "$bytes")" "$link" "$jdks" >&2
    coda_fetch "$jdks/$name.tar.gz" "$bytes" sha256 "$sum" "$link" &&
      coda_unpack "$jdks/$name.tar.gz" "$jdks/$name" coda_unpacked_jdk && coda_fetched_jdk ||
      coda_fail "The JDK cannot be fetched: $coda_problem." "$(coda_jdk_advice)"
  fi
  coda_unlock
}

# Fetches Maven and sets CODA_MVN.
coda_fetch_maven() {
  local mavens file addresses site
  coda_may_fetch || coda_fail "$(coda_maven_advice)"
  mavens=$(coda_cache)/maven
  file=apache-maven-$CODA_MAVEN_VERSION-bin.tar.gz
  addresses=()
  if [ -n "${MVNW_REPOURL:-}" ]; then
    addresses=("${MVNW_REPOURL%/}/org/apache/maven/apache-maven/$CODA_MAVEN_VERSION/$file")
  else
    for site in $CODA_MAVEN_SITES; do
      addresses+=("$site/maven/maven-3/$CODA_MAVEN_VERSION/binaries/$file")
    done
  fi
  coda_lock "$mavens/.lock" 'Another start is fetching Maven; waiting for it.'
  if ! coda_fetched_maven; then
    printf 'Fetching what is missing: Maven %s (%s) from %s into %s (CODA_NO_DOWNLOAD=1 forbids it).\n' \
      "$CODA_MAVEN_VERSION" "$(coda_megabytes "$CODA_MAVEN_BYTES")" "${addresses[0]}" "$mavens" >&2
    coda_fetch "$mavens/$file" "$CODA_MAVEN_BYTES" sha512 "$CODA_MAVEN_SHA512" "${addresses[@]}" &&
      coda_unpack "$mavens/$file" "$mavens/apache-maven-$CODA_MAVEN_VERSION" coda_unpacked_maven && coda_fetched_maven ||
      coda_fail "Maven cannot be fetched: $coda_problem." "$(coda_maven_advice)"
  fi
  coda_unlock
}
