# Sourced after start.sh: finds a JDK of the needed version and Maven. What the machine has is preferred; what it lacks
# is fetched into the user's cache (fetch.sh), and nothing else is installed or changed. Sets JAVA_HOME and CODA_MVN.

CODA_JDK=25
# The Maven that is fetched where there is none: version, bytes and SHA-512 of its tar.gz.
CODA_MAVEN_VERSION=3.9.16
CODA_MAVEN_BYTES=9278065
CODA_MAVEN_SHA512=831a8591fe20c8243b1dbe7d71e3244f31d1665b0804b2e825e38cbbe5ce0cafb8338851f90780735568773e0a6cd07bbec107cda0b896b008b861075358b6f6

# Prints the feature version of the JDK in $1, or nothing if there is none. Reads the release file, so that no JVM
# starts.
coda_jdk_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Sets JAVA_HOME to the first folder that holds a JDK of the needed version; fails when none does.
coda_use_jdk() {
  local candidate version
  for candidate in "$@"; do
    [ -n "$candidate" ] || continue
    version=$(coda_jdk_version "$candidate")
    if [ -n "$version" ] && [ "$version" -ge "$CODA_JDK" ]; then
      export JAVA_HOME=$candidate
      return 0
    fi
  done
  return 1
}

# The JDK that the machine has.
coda_installed_jdk() {
  local path_java
  path_java=$(command -v java || true)
  if [ -n "$path_java" ]; then
    path_java=$(readlink -f "$path_java" 2>/dev/null || printf '%s' "$path_java")
    path_java=${path_java%/bin/java}
  fi
  coda_use_jdk \
    "${JAVA_HOME:-}" "$path_java" \
    /usr/lib/jvm/*"$CODA_JDK"* /usr/java/*"$CODA_JDK"* /opt/java/*"$CODA_JDK"* /opt/*jdk*"$CODA_JDK"* \
    "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/"$CODA_JDK"* "${HOME:-}"/.jdks/*"$CODA_JDK"* \
    /Library/Java/JavaVirtualMachines/*"$CODA_JDK"*/Contents/Home \
    /opt/homebrew/opt/openjdk@"$CODA_JDK"/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk@"$CODA_JDK"/libexec/openjdk.jdk/Contents/Home \
    /usr/lib/jvm/* "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home
}

# The JDK that an earlier start fetched.
coda_fetched_jdk() {
  coda_use_jdk "$(coda_cache)"/jdk/*
}

coda_find_jdk() {
  coda_installed_jdk || coda_fetched_jdk || {
    . "$root/scripts/fetch.sh"
    coda_fetch_jdk
  }
}

# What to do by hand.
coda_jdk_advice() {
  printf '%s\n' \
    "coda4j needs a JDK $CODA_JDK or newer and found none (looked at JAVA_HOME, PATH and the usual folders)." \
    "Get one: https://adoptium.net, or 'sdk install java $CODA_JDK-tem', or 'apt-get install openjdk-$CODA_JDK-jdk', or 'brew install openjdk@$CODA_JDK'." \
    "If it is in an unusual place: JAVA_HOME=/path/to/jdk $0"
}

# Whether $1 is a Maven of the needed version.
coda_is_maven() {
  case $("$1" -v 2>/dev/null | tr -d '\033' | sed -n 's/.*Apache Maven \([0-9]*\.[0-9]*\).*/\1/p') in
    '' | [0-2].* | 3.[0-7]) return 1 ;;
  esac
}

coda_fetched_maven() {
  CODA_MVN=$(coda_cache)/maven/apache-maven-$CODA_MAVEN_VERSION/bin/mvn
  [ -x "$CODA_MVN" ]
}

coda_find_maven() {
  CODA_MVN=$(command -v mvn || true)
  if [ -n "$CODA_MVN" ] && coda_is_maven "$CODA_MVN"; then
    return 0
  fi
  coda_fetched_maven || {
    . "$root/scripts/fetch.sh"
    coda_fetch_maven
  }
}

coda_maven_advice() {
  printf '%s\n' "Building coda4j needs Maven 3.8 or newer, and there is no such 'mvn' on the PATH." \
    "Get it: 'apt-get install maven', 'brew install maven' or 'sdk install maven'."
}

# Maven does not look at HTTPS_PROXY and its kin: prints the options of the JVM that say the same. Passwords stay out;
# they belong into Maven's settings.
coda_maven_proxy() {
  local scheme address host port found= hosts
  case "${MAVEN_OPTS:-} " in *proxyHost*) return 0 ;; esac
  for scheme in https http; do
    if [ $scheme = https ]; then
      address=${HTTPS_PROXY:-${https_proxy:-${ALL_PROXY:-${all_proxy:-}}}}
    else
      address=${HTTP_PROXY:-${http_proxy:-${ALL_PROXY:-${all_proxy:-}}}}
    fi
    case $address in '' | socks*) continue ;; esac
    address=${address#*://}
    address=${address%%/*}
    address=${address##*@}
    host=${address%:*}
    port=${address##*:}
    [ "$port" != "$address" ] || port=80
    found=yes
    printf ' -D%s.proxyHost=%s -D%s.proxyPort=%s' $scheme "$host" $scheme "$port"
  done
  [ -n "$found" ] || return 0
  hosts=${NO_PROXY:-${no_proxy:-}}
  if [ -n "$hosts" ]; then
    # example.org and .example.org both mean the domain and what is below it.
    printf ' -Dhttp.nonProxyHosts=%s' "$(printf '%s' "$hosts" | tr -d ' ' | tr ',' '\n' | sed -n 's/^\*\{0,1\}\.\{0,1\}\(..*\)$/\1|*.\1/p' | tr '\n' '|' | sed 's/|$//')"
  fi
  printf ' -Daether.connector.http.useSystemProperties=true'
}

# Maven without its noise: its own JDK warnings off, colours off where nobody looks.
coda_maven() {
  MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow$(coda_maven_proxy)" \
    "$CODA_MVN" -B -ntp "$@"
}
