package io.cairn.block.filter;

import io.cairn.block.quorum.QuorumDriver;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverProvider;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/// The filter drivers of the block layer itself, made on demand.
public final class FilterDrivers implements DriverProvider {
    private static final Set<String> NAMES =
            Collections.unmodifiableSet(
                    new LinkedHashSet<>(
                            Arrays.asList(
                                    BlkdebugDriver.NAME,
                                    BlklogwritesDriver.NAME,
                                    BlkreplayDriver.NAME,
                                    BlkverifyDriver.NAME,
                                    CompressDriver.NAME,
                                    CopyBeforeWriteDriver.NAME,
                                    CopyOnReadDriver.NAME,
                                    PreallocateDriver.NAME,
                                    QuorumDriver.NAME,
                                    ReplicationDriver.NAME,
                                    SnapshotAccessDriver.NAME,
                                    ThrottleDriver.NAME)));

    @Override
    public Set<String> names() {
        return NAMES;
    }

    @Override
    public BlockDriver driver(String name) {
        return switch (name) {
            case BlkdebugDriver.NAME -> new BlkdebugDriver();
            case BlklogwritesDriver.NAME -> new BlklogwritesDriver();
            case BlkreplayDriver.NAME -> new BlkreplayDriver();
            case BlkverifyDriver.NAME -> new BlkverifyDriver();
            case CompressDriver.NAME -> new CompressDriver();
            case CopyBeforeWriteDriver.NAME -> new CopyBeforeWriteDriver();
            case CopyOnReadDriver.NAME -> new CopyOnReadDriver();
            case PreallocateDriver.NAME -> new PreallocateDriver();
            case QuorumDriver.NAME -> new QuorumDriver();
            case ReplicationDriver.NAME -> new ReplicationDriver();
            case SnapshotAccessDriver.NAME -> new SnapshotAccessDriver();
            case ThrottleDriver.NAME -> new ThrottleDriver();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Override
    public Set<String> probingFormats() {
        return Set.of();
    }

    @Override
    public @Nullable String driverOfPrefix(String prefix) {
        return prefix.equals(BlkdebugDriver.NAME) || prefix.equals(BlkverifyDriver.NAME)
                ? prefix
                : null;
    }
}
