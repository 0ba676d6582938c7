package io.github.coda4j.hlo;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a partitioner is told about how tensors lie on a mesh of one axis, in its words. */
sealed interface Annotations {
    /** The axis of the mesh: fully sharded data parallel. */
    String AXIS = "fsdp";

    /** A line of the module, if the words need one. */
    Optional<String> mesh();

    /** Attributes of an argument or result. */
    List<String> attribute(TensorType type, Layout layout);

    /** The operation that gives a tensor a layout. */
    String operation(String operand, TensorType type, Layout layout);

    static Annotations of(Program.Devices devices) {
        return switch (devices.sharing()) {
            case REPLICAS -> new None();
            case GSPMD -> new Gspmd();
            case SHARDY -> new Shardy(devices.count());
        };
    }

    /** Nothing is said. */
    record None() implements Annotations {
        @Override
        public Optional<String> mesh() {
            return Optional.empty();
        }

        @Override
        public List<String> attribute(TensorType type, Layout layout) {
            return List.of();
        }

        @Override
        public String operation(String operand, TensorType type, Layout layout) {
            throw new IllegalStateException("a tensor is placed in a program without a partitioner");
        }
    }

    /** GSPMD (Xu et al. 2021), in the text form of HloSharding. */
    record Gspmd() implements Annotations {
        @Override
        public Optional<String> mesh() {
            return Optional.empty();
        }

        @Override
        public List<String> attribute(TensorType type, Layout layout) {
            return List.of("mhlo.sharding = \"" + sharding(type, layout) + "\"");
        }

        @Override
        public String operation(String operand, TensorType type, Layout layout) {
            return "stablehlo.custom_call @Sharding(" + operand + ") {backend_config = \"\", mhlo.sharding = \""
                    + sharding(type, layout) + "\"} : (" + type.text() + ") -> " + type.text();
        }

        static String sharding(TensorType type, Layout layout) {
            if (layout.dim().isEmpty()) {
                return "{replicated}";
            }
            String tiles = IntStream.range(0, type.rank())
                    .mapToObj(dim -> dim == layout.dim().getAsInt() ? String.valueOf(layout.parts()) : "1")
                    .collect(Collectors.joining(","));
            return "{devices=[" + tiles + "]<=[" + layout.parts() + "]}";
        }
    }

    /** Shardy's dialect. */
    record Shardy(int devices) implements Annotations {
        @Override
        public Optional<String> mesh() {
            return Optional.of("sdy.mesh @mesh = <[\"" + AXIS + "\"=" + devices + "]>");
        }

        @Override
        public List<String> attribute(TensorType type, Layout layout) {
            return List.of("sdy.sharding = #sdy.sharding<" + sharding(type, layout) + ">");
        }

        @Override
        public String operation(String operand, TensorType type, Layout layout) {
            return "sdy.sharding_constraint " + operand + " <" + sharding(type, layout) + "> : " + type.text();
        }

        private static String sharding(TensorType type, Layout layout) {
            List<String> dims = new java.util.ArrayList<>(Collections.nCopies(type.rank(), "{}"));
            layout.dim().ifPresent(dim -> dims.set(dim, "{\"" + AXIS + "\"}"));
            return "@mesh, [" + String.join(", ", dims) + "]";
        }
    }
}
