package io.github.coda4j.pjrt;

/**
 * The functions of the PJRT C API that are called here, with their place in the table that a plugin gives. All take a
 * pointer to one structure; all but the first two give a pointer to an error, or null.
 */
public enum PjrtFunction {
    ERROR_DESTROY(0, PjrtStruct.ERROR_DESTROY),
    ERROR_MESSAGE(1, PjrtStruct.ERROR_MESSAGE),
    ERROR_GET_CODE(2, PjrtStruct.ERROR_GET_CODE),
    PLUGIN_INITIALIZE(3, PjrtStruct.PLUGIN_INITIALIZE),
    PLUGIN_ATTRIBUTES(4, PjrtStruct.PLUGIN_ATTRIBUTES),
    EVENT_DESTROY(5, PjrtStruct.EVENT_DESTROY),
    EVENT_AWAIT(8, PjrtStruct.EVENT_AWAIT),
    CLIENT_CREATE(10, PjrtStruct.CLIENT_CREATE),
    CLIENT_DESTROY(11, PjrtStruct.CLIENT_DESTROY),
    CLIENT_PLATFORM_NAME(12, PjrtStruct.CLIENT_PLATFORM_NAME),
    CLIENT_ADDRESSABLE_DEVICES(16, PjrtStruct.CLIENT_ADDRESSABLE_DEVICES),
    CLIENT_COMPILE(20, PjrtStruct.CLIENT_COMPILE),
    CLIENT_BUFFER_FROM_HOST_BUFFER(22, PjrtStruct.CLIENT_BUFFER_FROM_HOST_BUFFER),
    DEVICE_DESCRIPTION_ID(23, PjrtStruct.DEVICE_DESCRIPTION_ID),
    DEVICE_DESCRIPTION_TO_STRING(28, PjrtStruct.DEVICE_DESCRIPTION_TO_STRING),
    DEVICE_GET_DESCRIPTION(29, PjrtStruct.DEVICE_GET_DESCRIPTION),
    EXECUTABLE_DESTROY(40, PjrtStruct.EXECUTABLE_DESTROY),
    EXECUTABLE_NUM_OUTPUTS(44, PjrtStruct.EXECUTABLE_NUM_OUTPUTS),
    LOADED_EXECUTABLE_DESTROY(50, PjrtStruct.LOADED_EXECUTABLE_DESTROY),
    LOADED_EXECUTABLE_GET_EXECUTABLE(51, PjrtStruct.LOADED_EXECUTABLE_GET_EXECUTABLE),
    LOADED_EXECUTABLE_EXECUTE(55, PjrtStruct.LOADED_EXECUTABLE_EXECUTE),
    BUFFER_DESTROY(58, PjrtStruct.BUFFER_DESTROY),
    BUFFER_TO_HOST_BUFFER(70, PjrtStruct.BUFFER_TO_HOST_BUFFER);

    /** Where the table begins in {@code PJRT_Api}: behind its size, its extensions and its version of 24 bytes. */
    static final int TABLE = 40;

    private static final int POINTER = 8;

    private final int index;
    private final PjrtStruct arguments;

    PjrtFunction(int index, PjrtStruct arguments) {
        this.index = index;
        this.arguments = arguments;
    }

    /** Its number in the table. */
    public int index() {
        return index;
    }

    /** Where its pointer stands in {@code PJRT_Api}, in bytes. */
    public int offset() {
        return TABLE + POINTER * index;
    }

    /** What it takes. */
    public PjrtStruct arguments() {
        return arguments;
    }
}
