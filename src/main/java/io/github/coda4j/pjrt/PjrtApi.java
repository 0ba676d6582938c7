package io.github.coda4j.pjrt;

import io.github.coda4j.CodaException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** The table of functions that a plugin gives: checked once, then called. Any thread may call. */
@SuppressWarnings("restricted") // calls functions of the plugin
final class PjrtApi {
    /** The version that this is written for; another one may lay its structures out differently. */
    static final int MAJOR = 0;

    /** Where {@code PJRT_Api} has the numbers of its version. */
    private static final int VERSION_MAJOR = 32;

    private static final int VERSION_MINOR = 36;

    private static final MethodHandle CALL =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle QUIET =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private final String plugin;
    private final MemorySegment table;
    private final int minor;

    /**
     * Reads and checks the table.
     *
     * @param address of {@code PJRT_Api}, which stays where it is
     * @param plugin its name, for messages
     * @throws CodaException when it is of another major version, or older than what is called here
     */
    PjrtApi(MemorySegment address, String plugin) {
        this.plugin = plugin;
        if (address.equals(MemorySegment.NULL)) {
            throw CodaException.of("%s gives no table of functions: GetPjrtApi is null", plugin);
        }
        long size = address.reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
        if (size < PjrtFunction.TABLE) {
            throw CodaException.of(
                    "%s gives a table of %d bytes, at least %d are needed: it is no PJRT plugin",
                    plugin, size, PjrtFunction.TABLE);
        }
        this.table = address.reinterpret(size);
        int major = table.get(ValueLayout.JAVA_INT, VERSION_MAJOR);
        this.minor = table.get(ValueLayout.JAVA_INT, VERSION_MINOR);
        if (major != MAJOR) {
            throw CodaException.of(
                    "%s speaks version %d.%d of the PJRT C API, but %d.x is spoken here; take a plugin of that version",
                    plugin, major, minor, MAJOR);
        }
        List<String> missing = new ArrayList<>();
        for (PjrtFunction function : PjrtFunction.values()) {
            if (!has(function)) {
                missing.add(function.name().toLowerCase(java.util.Locale.ROOT));
            }
        }
        if (!missing.isEmpty()) {
            throw CodaException.of(
                    "%s speaks version %d.%d of the PJRT C API and lacks %s, which are called here; take a newer"
                            + " plugin",
                    plugin, major, minor, String.join(", ", missing));
        }
    }

    private boolean has(PjrtFunction function) {
        return function.offset() + ValueLayout.ADDRESS.byteSize() <= table.byteSize()
                && !pointer(function).equals(MemorySegment.NULL);
    }

    private MemorySegment pointer(PjrtFunction function) {
        return table.get(ValueLayout.ADDRESS, function.offset());
    }

    /** Its name, for messages. */
    String plugin() {
        return plugin;
    }

    /** The version that it speaks: {@code 0.104}. */
    String version() {
        return MAJOR + "." + minor;
    }

    /**
     * Calls a function.
     *
     * @param doing for messages: {@code "compiling a program"}
     * @throws PjrtException when it gives an error
     */
    void call(PjrtFunction function, PjrtArguments arguments, String doing) {
        MemorySegment error;
        try {
            error = (MemorySegment) CALL.invokeExact(pointer(function), arguments.memory());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(function + " cannot be called", e);
        }
        if (!error.equals(MemorySegment.NULL)) {
            throw taken(error, doing);
        }
    }

    /** Calls a function that takes a structure with one pointer. */
    void call(PjrtFunction function, String field, MemorySegment pointer, String doing) {
        try (Arena arena = Arena.ofConfined()) {
            call(function, PjrtArguments.of(function.arguments(), arena).set(field, pointer), doing);
        }
    }

    /** Reads an error and destroys it. */
    private PjrtException taken(MemorySegment error, String doing) {
        try (Arena arena = Arena.ofConfined()) {
            PjrtArguments message =
                    PjrtArguments.of(PjrtStruct.ERROR_MESSAGE, arena).set("error", error);
            quiet(PjrtFunction.ERROR_MESSAGE, message);
            String text = message.text("message");
            PjrtArguments code =
                    PjrtArguments.of(PjrtStruct.ERROR_GET_CODE, arena).set("error", error);
            int number = PjrtCode.UNKNOWN.number();
            MemorySegment second =
                    (MemorySegment) CALL.invokeExact(pointer(PjrtFunction.ERROR_GET_CODE), code.memory());
            if (second.equals(MemorySegment.NULL)) {
                number = code.numberInt("code");
            } else {
                destroy(second, arena);
            }
            destroy(error, arena);
            return new PjrtException(PjrtCode.of(number), doing, text);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("an error of " + plugin + " cannot be read", e);
        }
    }

    private void destroy(MemorySegment error, Arena arena) {
        quiet(
                PjrtFunction.ERROR_DESTROY,
                PjrtArguments.of(PjrtStruct.ERROR_DESTROY, arena).set("error", error));
    }

    private void quiet(PjrtFunction function, PjrtArguments arguments) {
        try {
            QUIET.invokeExact(pointer(function), arguments.memory());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(function + " cannot be called", e);
        }
    }
}
