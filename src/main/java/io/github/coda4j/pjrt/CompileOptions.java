package io.github.coda4j.pjrt;

import static io.github.coda4j.Checks.check;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * How a program is compiled.
 *
 * @param replicas how many devices run the program, each with arguments of its own; at least 1
 * @param partitions how many devices share one run of it, by annotations; at least 1
 * @param shardy whether the annotations are Shardy's and not GSPMD's; without effect where there is one partition
 * @param deviceIds the devices, replica by replica and in each partition by partition; empty for the plugin's own
 *     choice
 */
public record CompileOptions(int replicas, int partitions, boolean shardy, List<Integer> deviceIds) {
    /** One device, whichever the plugin takes. */
    public static final CompileOptions ONE_DEVICE = new CompileOptions(1, 1, false, List.of());

    // Numbers of fields in xla/pjrt/proto/compile_options.proto and xla/xla_data.proto.
    private static final int BUILD_OPTIONS = 3;
    private static final int DEVICE_ORDINAL = 1;
    private static final int NUM_REPLICAS = 4;
    private static final int NUM_PARTITIONS = 5;
    private static final int USE_SPMD = 6;
    private static final int DEVICE_ASSIGNMENT = 9;
    private static final int USE_SHARDY = 19;
    private static final int REPLICA_COUNT = 1;
    private static final int COMPUTATION_COUNT = 2;
    private static final int COMPUTATION_DEVICES = 3;
    private static final int REPLICA_DEVICE_IDS = 1;

    public CompileOptions {
        check(replicas >= 1, "replicas must be at least 1, got %d", replicas);
        check(partitions >= 1, "partitions must be at least 1, got %d", partitions);
        deviceIds = List.copyOf(deviceIds);
        check(
                deviceIds.isEmpty() || deviceIds.size() == replicas * partitions,
                "%d replicas of %d partitions need %d devices, got %d",
                replicas,
                partitions,
                replicas * partitions,
                deviceIds.size());
    }

    /** Every device runs the program with arguments of its own; they meet where it says so. */
    public static CompileOptions replicated(List<PjrtDevice> devices) {
        return devices.size() == 1
                ? ONE_DEVICE
                : new CompileOptions(
                        devices.size(),
                        1,
                        false,
                        devices.stream().map(PjrtDevice::id).toList());
    }

    /** How many devices run together. */
    public int devices() {
        return replicas * partitions;
    }

    /** As the protocol buffer {@code CompileOptionsProto}, which the C API takes. */
    byte[] bytes() {
        Message build = new Message()
                .number(DEVICE_ORDINAL, -1)
                .number(NUM_REPLICAS, replicas)
                .number(NUM_PARTITIONS, partitions);
        if (partitions > 1) {
            build.number(USE_SPMD, 1);
        }
        if (!deviceIds.isEmpty()) {
            Message assignment = new Message().number(REPLICA_COUNT, replicas).number(COMPUTATION_COUNT, partitions);
            for (int partition = 0; partition < partitions; partition++) {
                Message ids = new Message();
                for (int replica = 0; replica < replicas; replica++) {
                    ids.varint(deviceIds.get(replica * partitions + partition));
                }
                assignment.message(COMPUTATION_DEVICES, new Message().message(REPLICA_DEVICE_IDS, ids));
            }
            build.message(DEVICE_ASSIGNMENT, assignment);
        }
        if (partitions > 1 && shardy) {
            build.number(USE_SHARDY, 1);
        }
        return new Message().message(BUILD_OPTIONS, build).out.toByteArray();
    }

    /** What is written as a protocol buffer. */
    private static final class Message {
        private static final int LENGTH_DELIMITED = 2;
        private static final int TYPE_BITS = 3;
        private static final int PAYLOAD_BITS = 7;
        private static final int MORE = 0x80;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            return varint((long) field << TYPE_BITS).varint(value);
        }

        Message message(int field, Message value) {
            varint((long) field << TYPE_BITS | LENGTH_DELIMITED).varint(value.out.size());
            out.writeBytes(value.out.toByteArray());
            return this;
        }

        Message varint(long value) {
            long rest = value;
            while ((rest & -MORE) != 0) {
                out.write((int) (rest & (MORE - 1)) | MORE);
                rest >>>= PAYLOAD_BITS;
            }
            out.write((int) rest);
            return this;
        }
    }
}
