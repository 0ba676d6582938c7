# Sourced by scripts/gpu-check and scripts/gpu-train, after start.sh and toolchain.sh: what runs coda on a machine that
# has a card and PyTorch, and neither Java nor a network.

GPU_MOST_BYTES=$((60 * 1024 * 1024))
# What the commands of the bundle reach; a server is not among it.
GPU_MODULES=java.base,java.logging,java.management,java.net.http,jdk.incubator.vector,jdk.management,jdk.unsupported

# Makes the folder $1: a Java runtime, our jar with its libraries, JNI layers without libtorch, scripts, the full shape.
# With $2 = no, NCCL's JNI layer stays out, which needs 458 MB to be fetched once.
gpu_bundle() {
  local folder=$1 nccl=$2 jar version natives platform=linux-x86_64
  "$root/coda" --version >/dev/null
  mkdir -p "$folder/lib"
  "$JAVA_HOME/bin/jlink" --add-modules "$GPU_MODULES" --strip-debug --no-man-pages --no-header-files \
    --compress zip-0 --output "$folder/java"
  cp "$root/target/run/coda4j.jar" "$folder/lib/"
  for jar in "$root"/target/lib/*.jar; do
    case ${jar##*/} in
      # Libraries of the CPU, 130 MB.
      pytorch-*-"$platform"*.jar | openblas-*-"$platform"*.jar | dnnl-*) ;;
      # What the commands of the bundle need; servers, syntax trees and charts are not among it.
      jackson-* | javacpp-* | java-diff-utils-* | jline-* | jtokkit-* | openblas-* | picocli-* | progressbar-* | \
        protobuf-* | pytorch-* | slf4j-* | snakeyaml-* | uplot-*) cp "$jar" "$folder/lib/" ;;
    esac
  done
  jar=$(ls "$root"/target/lib/pytorch-*-"$platform".jar | head -n 1)
  natives=$(mktemp -d)
  (cd "$natives" && "$JAVA_HOME/bin/jar" xf "$jar" "org/bytedeco/pytorch/$platform/libjnitorch.so" \
    "org/bytedeco/pytorch/$platform/libjnitorch_gloo.so")
  # JavaCPP wants the BLAS that libtorch's layer was built beside, whatever libtorch there is.
  jar=$(ls "$root"/target/lib/openblas-*-"$platform".jar | head -n 1)
  (cd "$natives" && for library in libjniopenblas_nolapack.so libjniopenblas.so libopenblas.so.0 libgfortran.so.5 \
    libquadmath.so.0; do
    "$JAVA_HOME/bin/jar" xf "$jar" "org/bytedeco/openblas/$platform/$library"
  done)
  if [ "$nccl" = yes ]; then
    jar=$(ls "$root"/target/lib/pytorch-*-"$platform".jar | head -n 1)
    version=${jar##*/pytorch-}
    version=${version%-"$platform".jar}
    if gpu_fetch_nccl "$natives" "$version" "$platform-gpu"; then
      :
    else
      echo "NCCL's JNI layer could not be fetched; the part 'ranks' will say so. --no-nccl leaves it out." >&2
    fi
  fi
  # Packed as a whole later, which makes more of it than packing each part.
  "$JAVA_HOME/bin/jar" cf0 "$folder/lib/pytorch-jni.jar" -C "$natives" org
  rm -rf "$natives"
  cp "$root"/scripts/gpu/run "$root"/scripts/gpu/gpu.py "$root"/scripts/gpu/steps.py "$root/LICENSE" "$folder/"
  cp "$root/src/main/resources/io/github/coda4j/model/presets/coda-1.7b.json" "$folder/shape.json"
}

# The JNI layers of NCCL and CUDA lie only beside libtorch built for cards.
gpu_fetch_nccl() {
  local folder=$1 version=$2 platform=$3 fetched
  fetched=$(mktemp -d)
  coda_find_maven
  coda_maven -q -B -f "$root/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
    "-Dartifact=org.bytedeco:pytorch:$version:jar:$platform" "-DoutputDirectory=$fetched" >&2 || return 1
  (cd "$folder" && "$JAVA_HOME/bin/jar" xf "$fetched/pytorch-$version-$platform.jar" \
    "org/bytedeco/pytorch/$platform/libjnitorch_nccl.so" "org/bytedeco/pytorch/$platform/libjnitorch_cuda.so")
  rm -rf "$fetched"
}

# Packs the folder $1 into the file $2 and refuses what is too large.
gpu_pack() {
  local bytes
  command -v xz >/dev/null || coda_fail 'xz is missing, which packs the bundle: install xz-utils.'
  tar -C "${1%/*}" -cf - "${1##*/}" | xz -6 -T0 >"$2.part"
  bytes=$(wc -c <"$2.part" | tr -d ' ')
  if [ "$bytes" -ge "$GPU_MOST_BYTES" ]; then
    rm -f "$2.part"
    coda_fail "The bundle has $bytes bytes, and $GPU_MOST_BYTES is the most: take fewer shards or a smaller model."
  fi
  mv -f "$2.part" "$2"
  echo "$2: $((bytes / 1000000)) MB"
}
