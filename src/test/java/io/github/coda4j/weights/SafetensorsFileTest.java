package io.github.coda4j.weights;

import static io.github.coda4j.weights.RawSafetensors.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.Goldens;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class SafetensorsFileTest {
    @TempDir
    Path folder;

    @Test
    void lists_the_tensors_of_a_golden_checkpoint_in_the_order_of_their_bytes() {
        try (SafetensorsFile file = SafetensorsFile.open(Goldens.path("model/a-untied/model.safetensors"))) {
            TensorEntry first = file.entries().firstEntry().getValue();
            assertThat(first.name()).isEqualTo("model.embed_tokens.weight");
            assertThat(first.dtype()).isEqualTo(DType.F32);
            assertThat(first.shape()).containsExactly(320, 64);
            assertThat(first.offset()).isEqualTo(8 + 3672);
            assertThat(first.bytes()).isEqualTo(320 * 64 * 4);
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(file.entries().values()).extracting(TensorEntry::offset).isSorted();
        }
    }

    @Test
    void mapping_and_positional_reads_give_the_same_bytes() {
        try (SafetensorsFile file = SafetensorsFile.open(Goldens.path("model/a-untied/model.safetensors"));
                Arena arena = Arena.ofConfined()) {
            for (TensorEntry entry : file.entries().values()) {
                byte[] mapped = file.data(entry).toArray(ValueLayout.JAVA_BYTE);
                MemorySegment nativeTarget = arena.allocate(entry.bytes());
                file.read(entry, nativeTarget);
                assertThat(nativeTarget.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(mapped);
                float[] heap = new float[(int) entry.elements()];
                file.read(entry, MemorySegment.ofArray(heap));
                assertThat(MemorySegment.ofArray(heap).toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(mapped);
            }
        }
    }

    @Test
    void streams_a_piece_of_a_tensor_from_its_middle() {
        Path path = RawSafetensors.write(
                folder.resolve("x"), "{" + entry("t", "U8", "[6]", 0, 6) + "}", new byte[] {0, 1, 2, 3, 4, 5});
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            byte[] piece = new byte[3];
            file.read(file.entry("t"), 2, MemorySegment.ofArray(piece));
            assertThat(piece).containsExactly(2, 3, 4);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.read(file.entry("t"), 4, MemorySegment.ofArray(piece)))
                    .withMessageContaining("asked for 3 from 4");
        }
    }

    @Test
    void reads_every_dtype_scalars_and_empty_tensors() {
        StringBuilder header = new StringBuilder("{");
        int at = 0;
        for (DType dtype : DType.values()) {
            header.append(entry(dtype.name(), dtype.safetensorsName(), "[]", at, at + dtype.bytes()))
                    .append(",");
            at += dtype.bytes();
        }
        header.append(entry("none", "F32", "[3,0]", at, at)).append("}   ");
        Path path = RawSafetensors.write(folder.resolve("x"), header.toString(), new byte[at]);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.entries().values()).extracting(TensorEntry::dtype).startsWith(DType.values());
            assertThat(file.entry("none").elements()).isZero();
            assertThat(file.data(file.entry("none")).byteSize()).isZero();
            file.read(file.entry("none"), MemorySegment.ofArray(new float[0]));
        }
    }

    @Test
    void closing_unmaps_and_closing_twice_is_harmless() {
        SafetensorsFile file = SafetensorsFile.open(Goldens.path("model/b-tied/model.safetensors"));
        MemorySegment data = file.data(file.entries().firstEntry().getValue());
        file.close();
        file.close();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void a_tensor_of_another_file_is_refused() {
        Path one = RawSafetensors.writeNamed(folder.resolve("one"), "t");
        Path two = RawSafetensors.writeNamed(folder.resolve("two"), "t");
        try (SafetensorsFile first = SafetensorsFile.open(one);
                SafetensorsFile second = SafetensorsFile.open(two)) {
            assertThatIllegalArgumentException().isThrownBy(() -> first.data(second.entry("t")));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[2] | F32 | 0 | 8 | [2] | F32 | 4 | 12 | its data begins at 4, expected 8 where a ends; "
                        + "offsets overlap",
                "[2] | F32 | 0 | 8 | [1] | F32 | 12 | 16 | its data begins at 12, expected 8 where a ends; "
                        + "offsets leave a hole",
                "[2] | F32 | 4 | 12 | [1] | F32 | 12 | 16 | expected 0 where the start of the data ends; "
                        + "offsets leave a hole",
                "[2] | F32 | 0 | 8 | [1] | F32 | 8 | 12 | the tensors end at byte 128 but the file has 132 "
                        + "bytes; 4 belong to no tensor",
                "[2] | F32 | 0 | 8 | [3] | F32 | 8 | 20 | its data ends at byte 20 but the file holds 16 "
                        + "bytes of data; it is truncated",
                "[3] | F32 | 0 | 8 | [2] | F32 | 8 | 16 | F32 [3] takes 12 bytes but data_offsets [0, 8] span 8",
                "[2] | F32 | 8 | 0 | [2] | F32 | 8 | 16 | begin <= end, got [8, 0]",
                "[2] | F32 | -8 | 0 | [2] | F32 | 8 | 16 | data_offsets must hold integers from 0 to 2^63-1, got -8",
                "[2,-1] | F32 | 0 | 8 | [2] | F32 | 8 | 16 | shape must hold integers from 0 to 2^63-1, got -1",
                "[2.5] | F32 | 0 | 8 | [2] | F32 | 8 | 16 | shape must hold integers from 0 to 2^63-1, got 2.5",
                "[9999999999999999999] | F32 | 0 | 8 | [2] | F32 | 8 | 16 | got 9999999999999999999",
                "[4294967296,4294967296] | F32 | 0 | 8 | [2] | F32 | 8 | 16 | has more than 2^63 elements",
                "[4611686018427387904] | F32 | 0 | 8 | [2] | F32 | 8 | 16 | takes more than 2^63 bytes",
                "2 | F32 | 0 | 8 | [2] | F32 | 8 | 16 | shape must be a list, got 2",
                "[2] | F8_E4M3 | 0 | 8 | [2] | F32 | 8 | 16 | unknown dtype `\"F8_E4M3\"`; known: F32, BF16",
            })
    void lying_offsets_shapes_and_dtypes_are_refused_with_file_tensor_and_values(
            String shapeA,
            String dtypeA,
            long beginA,
            long endA,
            String shapeB,
            String dtypeB,
            long beginB,
            long endB,
            String message) {
        String header =
                "{" + entry("a", dtypeA, shapeA, beginA, endA) + "," + entry("b", dtypeB, shapeB, beginB, endB) + "}";
        Path path = RawSafetensors.write(folder.resolve("broken.safetensors"), header, new byte[16]);
        assertRefused(path, message.replace("`", ""));
    }

    @Test
    void metadata_that_is_null_is_none() {
        Path path = RawSafetensors.write(
                folder.resolve("null.safetensors"),
                "{\"__metadata__\":null," + entry("a", "U8", "[1]", 0, 1) + "}",
                new byte[1]);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).isEmpty();
            assertThat(file.entries()).containsOnlyKeys("a");
        }
    }

    @Test
    void headers_that_are_no_headers_are_refused() {
        byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
        assertRefused(write(new byte[7]), "has 7 bytes, a safetensors file has at least 8");
        assertRefused(write(new byte[0]), "has 0 bytes");
        assertRefused(write(RawSafetensors.bytes(3, empty)), "said to have 3 bytes but only 2 follow");
        assertRefused(write(RawSafetensors.bytes(-1, empty)), "said to have 18446744073709551615 bytes");
        assertRefused(write(RawSafetensors.bytes(0, empty)), "must hold a JSON object, got nothing");
        assertRefused(header("[1]"), "must hold a JSON object, got [1]");
        assertRefused(header("{\"a\":"), "is not valid JSON");
        assertRefused(header("{} {}"), "is not valid JSON");
        assertRefused(write(RawSafetensors.bytes(1, new byte[] {(byte) 0xff})), "is not UTF-8");
        assertRefused(header("{\"a\":1}"), "tensor \"a\": its header entry must be an object, got 1");
        assertRefused(
                header("{\"a\":{\"dtype\":\"F32\"}}"), "tensor \"a\": its header entry lacks data_offsets, shape");
        assertRefused(header("{\"a\":{\"dtype\":\"F32\",\"x\":1}}"), "unknown key \"x\"");
        assertRefused(
                header("{\"a\":{\"dtype\":3,\"shape\":[],\"data_offsets\":[0,0]}}"), "dtype must be a string, got 3");
        assertRefused(header("{\"__metadata__\":{\"a\":1}}"), "__metadata__.a must be a string, got 1");
        assertRefused(header("{\"__metadata__\":[]}"), "__metadata__ must be an object, got []");
        String twice = entry("a", "U8", "[0]", 0, 0);
        assertRefused(header("{" + twice + "," + twice + "}"), "the key \"a\" stands there twice");
    }

    @Test
    void missing_files_and_folders_are_refused() {
        assertRefused(folder.resolve("none"), "there is no file " + folder.resolve("none"));
        assertRefused(folder, "is a folder, expected a safetensors file");
    }

    @Test
    void a_truncated_file_is_refused_at_every_length() throws Exception {
        byte[] whole = Files.readAllBytes(Goldens.path("model/b-tied/model.safetensors"));
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            int length = i < 20 ? i : random.nextInt(whole.length);
            Path path = write(Arrays.copyOf(whole, length));
            assertThatExceptionOfType(CodaException.class)
                    .as("cut to %d", length)
                    .isThrownBy(() -> SafetensorsFile.open(path));
        }
    }

    @Test
    void random_damage_never_gives_anything_but_a_coda_exception() throws Exception {
        byte[] whole = Files.readAllBytes(Goldens.path("model/b-tied/model.safetensors"));
        int headerEnd = 8 + (int) MemorySegment.ofArray(whole).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = whole.clone();
            for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
                damaged[random.nextInt(headerEnd)] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "0123456789-[]{},:\"e.".charAt(random.nextInt(20));
            }
            Path path = write(damaged);
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                file.entries().values().forEach(file::data);
            } catch (CodaException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("seed %d", seed)
                        .contains(path.toString())
                        .doesNotContain("\n");
            } catch (Exception e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(700);
    }

    private Path header(String header) {
        return write(RawSafetensors.bytes(header));
    }

    private Path write(byte[] content) {
        return RawSafetensors.write(folder.resolve("file.safetensors"), content);
    }

    private static void assertRefused(Path path, String message) {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> SafetensorsFile.open(path).close())
                .withMessageContaining(message)
                .withMessageContaining(path.getFileName().toString())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
