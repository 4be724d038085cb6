package io.cairn.block.spi;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// The drivers of one jar, made on demand: the service that `ServiceLoader` finds.
public interface DriverProvider {
    /// The names of the drivers that {@link #driver} gives, in the order in which they are listed
    /// to users.
    Set<String> names();

    /// The driver of that name.
    ///
    /// @throws IllegalArgumentException if the name is not one of {@link #names()}
    BlockDriver driver(String name);

    /// The names of those drivers that recognise images by content, in the order in which they
    /// probe.
    Set<String> probingFormats();

    /// The name of the protocol driver that a filename prefix (without colon) goes to, or null.
    @Nullable String driverOfPrefix(String prefix);
}
