package io.cairn.block.graph;

import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverProvider;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/// The drivers that a graph can open nodes with. Thread-safe.
///
/// The providers given are asked first; `ServiceLoader` runs only for a name that none of them has.
public final class DriverRegistry {
    private final List<DriverProvider> given;
    private final Map<String, BlockDriver> known = new HashMap<>();
    private @Nullable List<DriverProvider> loaded;

    /// A registry of the given providers and, behind them, those that `ServiceLoader` finds.
    public DriverRegistry(List<DriverProvider> providers) {
        given = List.copyOf(providers);
    }

    /// The driver of that name.
    public synchronized Optional<BlockDriver> find(String name) {
        BlockDriver driver = known.get(name);
        if (driver == null) {
            driver = findIn(given, name);
            if (driver == null) {
                driver = findIn(loaded(), name);
            }
            if (driver != null) {
                known.put(name, driver);
            }
        }
        return Optional.ofNullable(driver);
    }

    /// The protocol driver that filenames of a prefix go to.
    public synchronized Optional<BlockDriver> findByPrefix(String prefix) {
        for (DriverProvider provider : given) {
            String name = provider.driverOfPrefix(prefix);
            if (name != null) {
                return find(name);
            }
        }
        for (DriverProvider provider : loaded()) {
            String name = provider.driverOfPrefix(prefix);
            if (name != null) {
                return find(name);
            }
        }
        return Optional.empty();
    }

    /// The formats that recognise images by content, in probing order.
    public synchronized List<BlockDriver> probingFormats() {
        List<BlockDriver> formats = new ArrayList<>();
        for (DriverProvider provider : given) {
            for (String name : provider.probingFormats()) {
                find(name).ifPresent(formats::add);
            }
        }
        return formats;
    }

    /// The names of all drivers, sorted.
    public synchronized Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (DriverProvider provider : given) {
            names.addAll(provider.names());
        }
        for (DriverProvider provider : loaded()) {
            names.addAll(provider.names());
        }
        return new LinkedHashSet<>(names.stream().sorted().toList());
    }

    private static @Nullable BlockDriver findIn(List<DriverProvider> providers, String name) {
        for (DriverProvider provider : providers) {
            if (provider.names().contains(name)) {
                return provider.driver(name);
            }
        }
        return null;
    }

    private List<DriverProvider> loaded() {
        List<DriverProvider> found = loaded;
        if (found == null) {
            found = new ArrayList<>();
            for (DriverProvider provider : ServiceLoader.load(DriverProvider.class)) {
                if (given.stream().noneMatch(g -> g.getClass() == provider.getClass())) {
                    found.add(provider);
                }
            }
            loaded = found;
        }
        return found;
    }
}
