package io.github.coda4j.text;

/**
 * A call of a tool that an assistant message holds.
 *
 * @param name the function
 * @param arguments its arguments as JSON text, put into the prompt as it stands
 */
public record ToolCall(String name, String arguments) {}
