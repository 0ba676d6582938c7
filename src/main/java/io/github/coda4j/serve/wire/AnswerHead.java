package io.github.coda4j.serve.wire;

/**
 * What all frames of a call have in common.
 *
 * @param id of the answer, without its prefix
 * @param created seconds since 1970
 * @param model the served model's name, whatever the client called it
 * @param fingerprint of the build and the weights
 */
public record AnswerHead(String id, long created, String model, String fingerprint) {}
