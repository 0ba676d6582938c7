package io.github.coda4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {
    @TempDir
    Path folder;

    @Test
    void a_byte_order_mark_is_no_part_of_a_text_and_only_at_its_start() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "\uFEFFone\uFEFF\n");
        assertThat(TextFiles.read(file)).isEqualTo("one\uFEFF\n");
        assertThat(TextFiles.read(new ByteArrayInputStream(Files.readAllBytes(file))))
                .isEqualTo("one\uFEFF\n");
        assertThat(TextFiles.readMarked(file)).isEqualTo(new TextFiles.Marked("\uFEFF", "one\uFEFF\n"));
        assertThat(TextFiles.readMarked(file).with("two").whole()).isEqualTo("\uFEFFtwo");
        Path plain = Files.writeString(folder.resolve("b"), "one");
        assertThat(TextFiles.readMarked(plain).with("two").whole()).isEqualTo("two");
    }

    @Test
    void entries_of_a_list_are_its_lines_without_comments_whatever_editor_wrote_it() throws IOException {
        Path list = Files.writeString(folder.resolve("list"), "\uFEFF*.py\r\n# no\r\n\r\n  b \r\n");
        assertThat(TextFiles.entries(list)).containsExactly("*.py", "b");
    }

    @Test
    void other_encodings_are_named() throws IOException {
        Path utf16 = Files.write(folder.resolve("a"), "\uFEFFx".getBytes(StandardCharsets.UTF_16BE));
        assertThatThrownBy(() -> TextFiles.read(utf16))
                .isInstanceOf(CodaException.class)
                .hasMessage(utf16 + " is UTF-16, not UTF-8; convert it first, for example with iconv");
        Path latin = Files.write(folder.resolve("b"), "aé".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> TextFiles.read(latin)).hasMessageContaining("byte 1 is 0xE9");
    }

    @Test
    void halves_of_surrogate_pairs_are_found() {
        assertThat(TextFiles.loneSurrogate("a😀b")).isEmpty();
        assertThat(TextFiles.loneSurrogate("")).isEmpty();
        assertThat(TextFiles.loneSurrogate("ab\uD83D")).hasValue(2);
        assertThat(TextFiles.loneSurrogate("\uDE00")).hasValue(0);
        assertThat(TextFiles.loneSurrogate("😀\uD83Dx")).hasValue(2);
        assertThat(TextFiles.loneSurrogate("\uDE00\uD83D")).hasValue(0);
    }
}
