package io.cairn.protocol;

import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverProvider;
import io.cairn.protocol.file.FileDriver;
import io.cairn.protocol.file.HostDeviceDriver;
import io.cairn.protocol.nbd.NbdDriver;
import io.cairn.protocol.nullco.NullDriver;
import io.cairn.protocol.vvfat.VvfatDriver;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/// The protocol drivers of this module, made on demand.
public final class ProtocolDrivers implements DriverProvider {
    private static final String NULL_AIO = "null-aio";
    private static final String NULL_CO = "null-co";

    private static final Set<String> NAMES =
            Collections.unmodifiableSet(
                    new LinkedHashSet<>(
                            Arrays.asList(
                                    FileDriver.NAME,
                                    HostDeviceDriver.NAME,
                                    HostDeviceDriver.CDROM,
                                    NbdDriver.NAME,
                                    NULL_AIO,
                                    NULL_CO,
                                    VvfatDriver.NAME)));

    @Override
    public Set<String> names() {
        return NAMES;
    }

    @Override
    public BlockDriver driver(String name) {
        return switch (name) {
            case FileDriver.NAME -> new FileDriver();
            case HostDeviceDriver.NAME, HostDeviceDriver.CDROM -> new HostDeviceDriver(name);
            case NbdDriver.NAME -> new NbdDriver();
            case NULL_AIO, NULL_CO -> new NullDriver(name);
            case VvfatDriver.NAME -> new VvfatDriver();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Override
    public Set<String> probingFormats() {
        return Set.of();
    }

    /// Every driver here bears the name of its prefix, or of one of them, but for `fat:`.
    @Override
    public @Nullable String driverOfPrefix(String prefix) {
        if (NbdDriver.hasPrefix(prefix)) {
            return NbdDriver.NAME;
        }
        if (prefix.equals(VvfatDriver.PREFIX)) {
            return VvfatDriver.NAME;
        }
        boolean isOwn = !prefix.equals(VvfatDriver.NAME);
        return isOwn && NAMES.contains(prefix) ? prefix : null;
    }
}
