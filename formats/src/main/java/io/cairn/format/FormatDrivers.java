package io.cairn.format;

import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverProvider;
import io.cairn.format.luks.LuksDriver;
import io.cairn.format.qcow2.Qcow2Driver;
import io.cairn.format.raw.RawDriver;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/// The format drivers of this module, made on demand.
public final class FormatDrivers implements DriverProvider {
    private static final Set<String> NAMES =
            Collections.unmodifiableSet(
                    new LinkedHashSet<>(
                            Arrays.asList(LuksDriver.NAME, Qcow2Driver.NAME, RawDriver.NAME)));

    @Override
    public Set<String> names() {
        return NAMES;
    }

    @Override
    public BlockDriver driver(String name) {
        return switch (name) {
            case LuksDriver.NAME -> new LuksDriver();
            case Qcow2Driver.NAME -> new Qcow2Driver();
            case RawDriver.NAME -> new RawDriver();
            default -> throw new IllegalArgumentException(name);
        };
    }

    /// All of them; `raw` comes last, as it takes what nobody else does.
    @Override
    public Set<String> probingFormats() {
        return NAMES;
    }

    @Override
    public @Nullable String driverOfPrefix(String prefix) {
        return null;
    }
}
