# Sourced by ./coda and ./verify: finds a JDK of the needed version and Maven, or says how to get them.
# Sets JAVA_HOME. Nothing is installed or changed.

CODA_JDK=25

coda_fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Prints the feature version of the JDK in $1, or nothing if there is none. Reads the release file, so that no JVM
# starts.
coda_jdk_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

coda_find_jdk() {
  local candidate version path_java
  path_java=$(command -v java || true)
  if [ -n "$path_java" ]; then
    path_java=$(readlink -f "$path_java" 2>/dev/null || printf '%s' "$path_java")
    path_java=${path_java%/bin/java}
  fi
  for candidate in \
    "${JAVA_HOME:-}" "$path_java" \
    /usr/lib/jvm/*"$CODA_JDK"* /usr/java/*"$CODA_JDK"* /opt/java/*"$CODA_JDK"* /opt/*jdk*"$CODA_JDK"* \
    "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/"$CODA_JDK"* "${HOME:-}"/.jdks/*"$CODA_JDK"* \
    /Library/Java/JavaVirtualMachines/*"$CODA_JDK"*/Contents/Home \
    /opt/homebrew/opt/openjdk@"$CODA_JDK"/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk@"$CODA_JDK"/libexec/openjdk.jdk/Contents/Home \
    /usr/lib/jvm/* "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$candidate" ] || continue
    version=$(coda_jdk_version "$candidate")
    if [ -n "$version" ] && [ "$version" -ge "$CODA_JDK" ]; then
      export JAVA_HOME=$candidate
      return 0
    fi
  done
  coda_fail "coda4j needs a JDK $CODA_JDK or newer and found none (looked at JAVA_HOME, PATH and the usual folders)." \
    "Get one: https://adoptium.net, or 'sdk install java $CODA_JDK-tem', or 'apt-get install openjdk-$CODA_JDK-jdk', or 'brew install openjdk@$CODA_JDK'." \
    "If it is in an unusual place: JAVA_HOME=/path/to/jdk $0"
}

coda_find_maven() {
  command -v mvn >/dev/null 2>&1 || coda_fail "Building coda4j needs Maven 3.8 or newer, and there is no 'mvn' on the PATH." \
    "Get it: 'apt-get install maven', 'brew install maven' or 'sdk install maven'."
}

# Maven without its noise: its own JDK warnings off, colours off where nobody looks.
coda_maven() {
  MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" mvn -B -ntp "$@"
}
