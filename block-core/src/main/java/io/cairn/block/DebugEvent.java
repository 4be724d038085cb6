package io.cairn.block;

import java.util.Locale;
import java.util.Optional;

/// The points of a request at which a `blkdebug` node can inject an error or stop it (QMP reference
/// manual, "BlkdebugEvent").
public enum DebugEvent {
    L1_SHRINK_WRITE_TABLE,
    L1_SHRINK_FREE_L2_CLUSTERS,
    COR_WRITE,
    CLUSTER_ALLOC_SPACE,
    NONE,
    L1_UPDATE,
    L1_GROW_ALLOC_TABLE,
    L1_GROW_WRITE_TABLE,
    L1_GROW_ACTIVATE_TABLE,
    L2_LOAD,
    L2_UPDATE,
    L2_UPDATE_COMPRESSED,
    L2_ALLOC_COW_READ,
    L2_ALLOC_WRITE,
    READ_AIO,
    READ_BACKING_AIO,
    READ_COMPRESSED,
    WRITE_AIO,
    WRITE_COMPRESSED,
    VMSTATE_LOAD,
    VMSTATE_SAVE,
    COW_READ,
    COW_WRITE,
    REFTABLE_LOAD,
    REFTABLE_GROW,
    REFTABLE_UPDATE,
    REFBLOCK_LOAD,
    REFBLOCK_UPDATE,
    REFBLOCK_UPDATE_PART,
    REFBLOCK_ALLOC,
    REFBLOCK_ALLOC_HOOKUP,
    REFBLOCK_ALLOC_WRITE,
    REFBLOCK_ALLOC_WRITE_BLOCKS,
    REFBLOCK_ALLOC_WRITE_TABLE,
    REFBLOCK_ALLOC_SWITCH_TABLE,
    CLUSTER_ALLOC,
    CLUSTER_ALLOC_BYTES,
    CLUSTER_FREE,
    FLUSH_TO_OS,
    FLUSH_TO_DISK,
    PWRITEV_RMW_HEAD,
    PWRITEV_RMW_AFTER_HEAD,
    PWRITEV_RMW_TAIL,
    PWRITEV_RMW_AFTER_TAIL,
    PWRITEV,
    PWRITEV_ZERO,
    PWRITEV_DONE,
    EMPTY_IMAGE_PREPARE;

    private final String id = name().toLowerCase(Locale.ROOT);

    /// The event's name in options.
    public String id() {
        return id;
    }

    /// The event of that name.
    public static Optional<DebugEvent> find(String id) {
        for (DebugEvent event : values()) {
            if (event.id.equals(id)) {
                return Optional.of(event);
            }
        }
        return Optional.empty();
    }
}
