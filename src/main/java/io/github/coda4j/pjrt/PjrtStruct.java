package io.github.coda4j.pjrt;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The structures of the PJRT C API that are used here, as its header lays them out (version 0.104): each begins with
 * its own size and a pointer to extensions, both 8 bytes, and has its fields behind them in C's natural alignment. Its
 * size ends with its last field. Fields are only ever appended, and a plugin takes larger structures than it knows.
 */
public enum PjrtStruct {
    ERROR_DESTROY("error*"),
    ERROR_MESSAGE("error* message* message_size"),
    ERROR_GET_CODE("error* code:int"),
    PLUGIN_INITIALIZE(""),
    PLUGIN_ATTRIBUTES("attributes* num_attributes"),
    EVENT_DESTROY("event*"),
    EVENT_AWAIT("event*"),
    CLIENT_CREATE("create_options* num_options kv_get_callback* kv_get_user_arg* kv_put_callback* kv_put_user_arg*"
            + " client* kv_try_get_callback* kv_try_get_user_arg*"),
    CLIENT_DESTROY("client*"),
    CLIENT_PLATFORM_NAME("client* platform_name* platform_name_size"),
    CLIENT_ADDRESSABLE_DEVICES("client* addressable_devices* num_addressable_devices"),
    CLIENT_COMPILE("client* program* compile_options* compile_options_size executable*"),
    CLIENT_BUFFER_FROM_HOST_BUFFER("client* data* type:int dims* num_dims byte_strides* num_byte_strides"
            + " host_buffer_semantics:int device* memory* device_layout* done_with_host_buffer* buffer*"),
    DEVICE_DESCRIPTION_ID("device_description* id:int"),
    DEVICE_DESCRIPTION_TO_STRING("device_description* to_string* to_string_size"),
    DEVICE_GET_DESCRIPTION("device* device_description*"),
    EXECUTABLE_DESTROY("executable*"),
    EXECUTABLE_NUM_OUTPUTS("executable* num_outputs"),
    LOADED_EXECUTABLE_DESTROY("executable*"),
    LOADED_EXECUTABLE_GET_EXECUTABLE("loaded_executable* executable*"),
    LOADED_EXECUTABLE_EXECUTE("executable* options* argument_lists* num_devices num_args output_lists*"
            + " device_complete_events* execute_device*"),
    BUFFER_DESTROY("buffer*"),
    BUFFER_TO_HOST_BUFFER("src* host_layout* dst* dst_size event*"),
    /** What {@link #LOADED_EXECUTABLE_EXECUTE} has as options. */
    EXECUTE_OPTIONS("send_callbacks* recv_callbacks* num_send_ops num_recv_ops launch_id:int"
            + " non_donatable_input_indices* num_non_donatable_input_indices context* call_location* num_tasks"
            + " task_ids* incarnation_ids* multi_slice_config*"),
    /** What {@link #CLIENT_COMPILE} has as program. */
    PROGRAM("code* code_size format* format_size"),
    /** An option of a client, or an attribute of a plugin. */
    NAMED_VALUE("name* name_size type:int value: value_size");

    private static final int HEADER = 16;
    private static final int WORD = 8;

    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private final int size;

    /** @param fields names, {@code *} for a pointer, {@code :int} for an int, otherwise 8 bytes */
    PjrtStruct(String fields) {
        int end = HEADER;
        for (String field : fields.isEmpty() ? new String[0] : fields.split(" ")) {
            int bytes = field.endsWith(":int") ? Integer.BYTES : WORD;
            int offset = Math.ceilDiv(end, bytes) * bytes;
            offsets.put(field.replaceAll("\\*$|:.*$", ""), offset);
            end = offset + bytes;
        }
        this.size = end;
    }

    /** Bytes from the beginning to the end of the last field. */
    public int size() {
        return size;
    }

    /** Bytes that one takes in an array of them. */
    public int stride() {
        return Math.ceilDiv(size, WORD) * WORD;
    }

    /** Where a field begins. */
    public int offset(String field) {
        Integer offset = offsets.get(field);
        if (offset == null) {
            throw new IllegalArgumentException(this + " has no field " + field + "; known: " + offsets.keySet());
        }
        return offset;
    }
}
