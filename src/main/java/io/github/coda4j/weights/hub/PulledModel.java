package io.github.coda4j.weights.hub;

import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A complete model in the local cache.
 *
 * @param revision the commit it was pulled at
 * @param folder opens with {@link CheckpointFolder#open}
 * @param license as the model card states it; empty when it does not
 * @param bytes of all files together
 * @param wasCached whether nothing had to be fetched
 */
public record PulledModel(
        String id, String revision, Path folder, Optional<String> license, long bytes, boolean wasCached) {}
