package io.github.coda4j.train.device;

import io.github.coda4j.hlo.coda.Distribution;

/**
 * A plugin and how its devices are used.
 *
 * @param distribution over how many devices of this process, and how parameters lie on them
 */
public record PluginUse(PluginName name, Distribution distribution) {
    @Override
    public String toString() {
        return name.toString();
    }
}
