package io.cairn.block.throttle;

/// What a limit counts, and of which requests, in the order in which limits are checked.
public enum LimitKind {
    BPS_TOTAL("bps-total"),
    BPS_READ("bps-read"),
    BPS_WRITE("bps-write"),
    IOPS_TOTAL("iops-total"),
    IOPS_READ("iops-read"),
    IOPS_WRITE("iops-write");

    private final String optionName;

    LimitKind(String optionName) {
        this.optionName = optionName;
    }

    /// The name of the average among the options of a group.
    public String optionName() {
        return optionName;
    }

    /// True for a limit of bytes, false for one of operations.
    boolean countsBytes() {
        return this == BPS_TOTAL || this == BPS_READ || this == BPS_WRITE;
    }

    boolean covers(Direction direction) {
        return switch (this) {
            case BPS_TOTAL, IOPS_TOTAL -> true;
            case BPS_READ, IOPS_READ -> direction == Direction.READ;
            case BPS_WRITE, IOPS_WRITE -> direction == Direction.WRITE;
        };
    }
}
