package io.github.coda4j.train.device;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.hlo.coda.Distribution;

/**
 * A plugin and how its devices are used.
 *
 * @param distribution over how many devices of this process, and how parameters lie on them
 */
public record PluginUse(PluginName name, Distribution distribution) {
    /**
     * How many rows a device computes at a time: what is asked for, or its share of the rows where that is less.
     *
     * @param rows of a step, over all devices
     * @param microRows at most
     * @throws IllegalArgumentException when the rows cannot be shared equally: programs have fixed sizes
     */
    public static int microRows(Distribution distribution, int rows, int microRows) {
        int devices = distribution.devices();
        check(rows % devices == 0, "batch.rows must be a multiple of the %d devices, got %d", devices, rows);
        int share = rows / devices;
        int most = Math.min(share, microRows);
        check(
                most >= 1 && share % most == 0,
                "on such a device batch.micro_rows must divide its %d rows, got %d",
                share,
                microRows);
        return most;
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
