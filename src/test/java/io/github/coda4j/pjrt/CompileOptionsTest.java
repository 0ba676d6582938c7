package io.github.coda4j.pjrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompileOptionsTest {
    @Test
    void one_device_has_the_bytes_that_other_clients_send() {
        assertThat(HexFormat.of().formatHex(CompileOptions.ONE_DEVICE.bytes()))
                .isEqualTo("1a0f08ffffffffffffffffff0120012801");
    }

    @Test
    void replicas_are_assigned_to_devices_by_their_ids() throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(new CompileOptions(3, 1, false, List.of(5, 300, 7)).bytes());
        assertThat(in.readTag()).isEqualTo(3 << 3 | 2);
        CodedInputStream build = in.readByteArray() instanceof byte[] bytes ? CodedInputStream.newInstance(bytes) : in;
        assertThat(in.isAtEnd()).isTrue();
        assertThat(build.readTag()).isEqualTo(1 << 3);
        assertThat(build.readInt64()).isEqualTo(-1);
        assertThat(build.readTag()).isEqualTo(4 << 3);
        assertThat(build.readInt64()).isEqualTo(3);
        assertThat(build.readTag()).isEqualTo(5 << 3);
        assertThat(build.readInt64()).isEqualTo(1);
        assertThat(build.readTag()).isEqualTo(9 << 3 | 2);
        CodedInputStream assignment = CodedInputStream.newInstance(build.readByteArray());
        assertThat(build.isAtEnd()).isTrue();
        assertThat(assignment.readTag()).isEqualTo(1 << 3);
        assertThat(assignment.readInt64()).isEqualTo(3);
        assertThat(assignment.readTag()).isEqualTo(2 << 3);
        assertThat(assignment.readInt64()).isEqualTo(1);
        assertThat(ids(assignment)).containsExactly(5L, 300L, 7L);
        assertThat(assignment.isAtEnd()).isTrue();
    }

    @Test
    void partitions_are_assigned_one_list_each_and_name_their_partitioner() throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(new CompileOptions(1, 2, true, List.of(4, 9)).bytes());
        in.readTag();
        CodedInputStream build = CodedInputStream.newInstance(in.readByteArray());
        List<Integer> fields = new ArrayList<>();
        List<List<Long>> devices = new ArrayList<>();
        while (!build.isAtEnd()) {
            int tag = build.readTag();
            fields.add(tag >> 3);
            if (tag >> 3 == 9) {
                CodedInputStream assignment = CodedInputStream.newInstance(build.readByteArray());
                assignment.skipField(assignment.readTag());
                assignment.skipField(assignment.readTag());
                devices.add(ids(assignment));
                devices.add(ids(assignment));
            } else {
                build.skipField(tag);
            }
        }
        assertThat(fields).containsExactly(1, 4, 5, 6, 9, 19);
        assertThat(devices).containsExactly(List.of(4L), List.of(9L));
    }

    private static List<Long> ids(CodedInputStream assignment) throws IOException {
        assertThat(assignment.readTag()).isEqualTo(3 << 3 | 2);
        CodedInputStream computation = CodedInputStream.newInstance(assignment.readByteArray());
        assertThat(computation.readTag()).isEqualTo(1 << 3 | 2);
        CodedInputStream packed = CodedInputStream.newInstance(computation.readByteArray());
        List<Long> ids = new ArrayList<>();
        while (!packed.isAtEnd()) {
            ids.add(packed.readInt64());
        }
        return ids;
    }

    @Test
    void a_device_too_few_is_refused() {
        assertThatThrownBy(() -> new CompileOptions(2, 2, false, List.of(0, 1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 replicas of 2 partitions need 4 devices, got 3");
    }
}
