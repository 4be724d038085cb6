package io.cairn.block.filter;

import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverProvider;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// The filter drivers of the block layer itself, made on demand.
public final class FilterDrivers implements DriverProvider {
    private static final Set<String> NAMES = Set.of(BlkdebugDriver.NAME);

    @Override
    public Set<String> names() {
        return NAMES;
    }

    @Override
    public BlockDriver driver(String name) {
        return switch (name) {
            case BlkdebugDriver.NAME -> new BlkdebugDriver();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Override
    public Set<String> probingFormats() {
        return Set.of();
    }

    @Override
    public @Nullable String driverOfPrefix(String prefix) {
        return NAMES.contains(prefix) ? prefix : null;
    }
}
