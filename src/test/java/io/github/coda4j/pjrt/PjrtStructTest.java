package io.github.coda4j.pjrt;

import static io.github.coda4j.pjrt.PjrtStruct.BUFFER_TO_HOST_BUFFER;
import static io.github.coda4j.pjrt.PjrtStruct.CLIENT_BUFFER_FROM_HOST_BUFFER;
import static io.github.coda4j.pjrt.PjrtStruct.CLIENT_COMPILE;
import static io.github.coda4j.pjrt.PjrtStruct.CLIENT_CREATE;
import static io.github.coda4j.pjrt.PjrtStruct.EXECUTE_OPTIONS;
import static io.github.coda4j.pjrt.PjrtStruct.LOADED_EXECUTABLE_EXECUTE;
import static io.github.coda4j.pjrt.PjrtStruct.NAMED_VALUE;
import static io.github.coda4j.pjrt.PjrtStruct.PROGRAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The numbers that a C compiler gave for the header of version 0.104. */
class PjrtStructTest {
    @Test
    void functions_stand_where_the_header_has_them_and_take_structures_of_its_sizes() {
        Map<String, int[]> expected = new HashMap<>();
        expected.put("ERROR_DESTROY", new int[] {0, 24});
        expected.put("ERROR_MESSAGE", new int[] {1, 40});
        expected.put("ERROR_GET_CODE", new int[] {2, 28});
        expected.put("PLUGIN_INITIALIZE", new int[] {3, 16});
        expected.put("PLUGIN_ATTRIBUTES", new int[] {4, 32});
        expected.put("EVENT_DESTROY", new int[] {5, 24});
        expected.put("EVENT_AWAIT", new int[] {8, 24});
        expected.put("CLIENT_CREATE", new int[] {10, 88});
        expected.put("CLIENT_DESTROY", new int[] {11, 24});
        expected.put("CLIENT_PLATFORM_NAME", new int[] {12, 40});
        expected.put("CLIENT_ADDRESSABLE_DEVICES", new int[] {16, 40});
        expected.put("CLIENT_COMPILE", new int[] {20, 56});
        expected.put("CLIENT_BUFFER_FROM_HOST_BUFFER", new int[] {22, 120});
        expected.put("EXECUTABLE_DESTROY", new int[] {40, 24});
        expected.put("EXECUTABLE_NUM_OUTPUTS", new int[] {44, 32});
        expected.put("LOADED_EXECUTABLE_DESTROY", new int[] {50, 24});
        expected.put("LOADED_EXECUTABLE_GET_EXECUTABLE", new int[] {51, 32});
        expected.put("LOADED_EXECUTABLE_EXECUTE", new int[] {55, 80});
        expected.put("BUFFER_DESTROY", new int[] {58, 24});
        expected.put("BUFFER_TO_HOST_BUFFER", new int[] {70, 56});
        // Of the header's text, not of the compiler's answers.
        expected.put("DEVICE_DESCRIPTION_ID", new int[] {23, 28});
        expected.put("DEVICE_DESCRIPTION_TO_STRING", new int[] {28, 40});
        expected.put("DEVICE_GET_DESCRIPTION", new int[] {29, 32});
        Map<String, int[]> actual = new HashMap<>();
        for (PjrtFunction function : PjrtFunction.values()) {
            actual.put(
                    function.name(),
                    new int[] {function.index(), function.arguments().size()});
            assertThat(function.offset()).isEqualTo(40 + 8 * function.index());
        }
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
        assertThat(EXECUTE_OPTIONS.size()).isEqualTo(120);
        assertThat(PROGRAM.size()).isEqualTo(48);
        assertThat(NAMED_VALUE.size()).isEqualTo(56);
    }

    @Test
    void fields_begin_where_the_header_has_them() {
        offsets(CLIENT_CREATE, "create_options", 16, "num_options", 24, "kv_get_callback", 32);
        offsets(CLIENT_CREATE, "kv_get_user_arg", 40, "kv_put_callback", 48, "kv_put_user_arg", 56);
        offsets(CLIENT_CREATE, "client", 64, "kv_try_get_callback", 72);
        offsets(CLIENT_COMPILE, "client", 16, "program", 24, "compile_options", 32, "compile_options_size", 40);
        offsets(CLIENT_COMPILE, "executable", 48);
        offsets(PROGRAM, "code", 16, "code_size", 24, "format", 32, "format_size", 40);
        offsets(CLIENT_BUFFER_FROM_HOST_BUFFER, "client", 16, "data", 24, "type", 32, "dims", 40, "num_dims", 48);
        offsets(CLIENT_BUFFER_FROM_HOST_BUFFER, "byte_strides", 56, "num_byte_strides", 64);
        offsets(CLIENT_BUFFER_FROM_HOST_BUFFER, "host_buffer_semantics", 72, "device", 80, "memory", 88);
        offsets(CLIENT_BUFFER_FROM_HOST_BUFFER, "device_layout", 96, "done_with_host_buffer", 104, "buffer", 112);
        offsets(LOADED_EXECUTABLE_EXECUTE, "executable", 16, "options", 24, "argument_lists", 32, "num_devices", 40);
        offsets(LOADED_EXECUTABLE_EXECUTE, "num_args", 48, "output_lists", 56, "device_complete_events", 64);
        offsets(LOADED_EXECUTABLE_EXECUTE, "execute_device", 72);
        offsets(EXECUTE_OPTIONS, "launch_id", 48, "non_donatable_input_indices", 56);
        offsets(EXECUTE_OPTIONS, "num_non_donatable_input_indices", 64);
        offsets(BUFFER_TO_HOST_BUFFER, "src", 16, "host_layout", 24, "dst", 32, "dst_size", 40, "event", 48);
        offsets(NAMED_VALUE, "name", 16, "name_size", 24, "type", 32, "value", 40, "value_size", 48);
    }

    private static void offsets(PjrtStruct struct, Object... fields) {
        for (int i = 0; i < fields.length; i += 2) {
            assertThat(struct.offset((String) fields[i]))
                    .as("%s of %s", fields[i], struct)
                    .isEqualTo(fields[i + 1]);
        }
    }

    @Test
    void types_have_the_numbers_of_the_header() {
        assertThat(BufferType.PRED.number()).isEqualTo(1);
        assertThat(BufferType.S32.number()).isEqualTo(4);
        assertThat(BufferType.U64.number()).isEqualTo(9);
        assertThat(BufferType.F16.number()).isEqualTo(10);
        assertThat(BufferType.F32.number()).isEqualTo(11);
        assertThat(BufferType.F64.number()).isEqualTo(12);
        assertThat(BufferType.BF16.number()).isEqualTo(13);
        assertThat(PjrtCode.INVALID_ARGUMENT.number()).isEqualTo(3);
        assertThat(PjrtCode.UNAVAILABLE.number()).isEqualTo(14);
        assertThat(PjrtCode.of(99)).isEqualTo(PjrtCode.UNKNOWN);
    }
}
