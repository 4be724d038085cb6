package io.cairn.qmp.schema;

import java.util.List;

/// The schema of this module's commands and events.
public final class QmpSchema {
    private static final List<String> FILES =
            List.of(
                    "monitor.schema",
                    "common.schema",
                    "object.schema",
                    "replication.schema",
                    "chardev.schema",
                    "job.schema",
                    "driver.schema",
                    "create.schema",
                    "bitmap.schema",
                    "export.schema",
                    "snapshot.schema",
                    "block.schema",
                    "device.schema",
                    "machine.schema",
                    "descriptor.schema");

    private QmpSchema() {}

    /// Reads the schema.
    public static Schema load() {
        return Schema.load(QmpSchema.class, FILES);
    }
}
