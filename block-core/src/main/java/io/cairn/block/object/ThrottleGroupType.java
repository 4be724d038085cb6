package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.throttle.ThrottleGroups;
import io.cairn.block.throttle.ThrottleLimits;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The type `throttle-group`.
final class ThrottleGroupType implements ObjectType<ThrottleProperties> {
    @Override
    public OptionSchema<ThrottleProperties> schema() {
        return ThrottleProperties.SCHEMA;
    }

    @Override
    public List<String> help() {
        List<String> lines = new ArrayList<>(List.of("limits=<ThrottleLimits>"));
        for (String name : ThrottleLimits.names()) {
            lines.add("x-" + name + "=<int>");
        }
        Collections.sort(lines);
        return lines;
    }

    @Override
    public ThrottleGroupObject make(
            String id, ThrottleProperties properties, ObjectRegistry registry)
            throws BlockException {
        ThrottleLimits limits = properties.apply();
        registry.requireFree(id);
        ThrottleGroups groups = registry.throttleGroups();
        return new ThrottleGroupObject(groups.add(id, limits), groups);
    }
}
