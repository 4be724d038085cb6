package io.cairn.qmp.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The properties of all models, read from this package's `properties.txt`.
final class PropertyTable {
    private static final Map<String, List<Property>> SECTIONS = load();

    private PropertyTable() {}

    /// The properties of the model of that name, in the order in which they are shown.
    static Optional<List<Property>> find(String model) {
        return Optional.ofNullable(SECTIONS.get(model));
    }

    private static Map<String, List<Property>> load() {
        try (InputStream in = PropertyTable.class.getResourceAsStream("properties.txt")) {
            if (in == null) {
                throw new IllegalStateException("properties.txt is not there");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<Property>> parse(String text) {
        Map<String, List<Property>> sections = new LinkedHashMap<>();
        List<Property> current = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                current = new ArrayList<>();
                sections.put(line.substring(1, line.length() - 1), current);
            } else if (line.startsWith("+")) {
                current.addAll(sections.getOrDefault(":" + line.substring(1), List.of()));
            } else {
                current.add(Property.parse(line));
            }
        }
        return sections;
    }
}
