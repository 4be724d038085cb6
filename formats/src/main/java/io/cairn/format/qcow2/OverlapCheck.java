package io.cairn.format.qcow2;

import org.jspecify.annotations.Nullable;

/// A structure that no write but its own may hit; the checks before writes look for them.
enum OverlapCheck {
    MAIN_HEADER("main-header", "qcow2_header", Cost.CONSTANT),
    ACTIVE_L1("active-l1", "active L1 table", Cost.CONSTANT),
    ACTIVE_L2("active-l2", "active L2 table", Cost.CACHED),
    REFCOUNT_BLOCK("refcount-block", "refcount block", Cost.CACHED),
    REFCOUNT_TABLE("refcount-table", "refcount table", Cost.CONSTANT),
    SNAPSHOT_TABLE("snapshot-table", "snapshot table", Cost.CONSTANT),
    INACTIVE_L1("inactive-l1", "inactive L1 table", Cost.CACHED),
    INACTIVE_L2("inactive-l2", "inactive L2 table", Cost.DISK),
    BITMAP_DIRECTORY("bitmap-directory", "bitmap directory", Cost.CONSTANT);

    /// What a check costs: nothing to speak of, a look at cached tables, or reads from the disk.
    private enum Cost {
        CONSTANT,
        CACHED,
        DISK
    }

    /// The set without checks.
    static final int NONE = 0;

    private final String option;
    private final String text;
    private final Cost cost;

    OverlapCheck(String option, String text, Cost cost) {
        this.option = option;
        this.text = text;
        this.cost = cost;
    }

    /// The name behind `overlap-check.`.
    String option() {
        return option;
    }

    /// The structure's name in messages.
    String text() {
        return text;
    }

    /// The set of this check alone.
    int bit() {
        return 1 << ordinal();
    }

    /// The set of checks of that name: `none`, `constant`, `cached`, `all`; null if there is no
    /// such set.
    static @Nullable Integer template(String name) {
        return switch (name) {
            case "none" -> NONE;
            case "constant" -> upTo(Cost.CONSTANT);
            case "cached" -> upTo(Cost.CACHED);
            case "all" -> upTo(Cost.DISK);
            default -> null;
        };
    }

    private static int upTo(Cost limit) {
        int set = NONE;
        for (OverlapCheck check : values()) {
            if (check.cost.compareTo(limit) <= 0) {
                set |= check.bit();
            }
        }
        return set;
    }
}
