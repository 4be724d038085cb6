package io.cairn.block;

/// An immutable set of {@link Permission}s.
public final class Permissions {
    private static final Permissions[] ALL_SETS = new Permissions[1 << Permission.values().length];

    static {
        for (int bits = 0; bits < ALL_SETS.length; bits++) {
            ALL_SETS[bits] = new Permissions(bits);
        }
    }

    /// No permission at all.
    public static final Permissions NONE = ALL_SETS[0];

    /// Every permission.
    public static final Permissions ALL = ALL_SETS[ALL_SETS.length - 1];

    private final int bits;

    private Permissions(int bits) {
        this.bits = bits;
    }

    /// The set of the given permissions.
    public static Permissions of(Permission... permissions) {
        int bits = 0;
        for (Permission p : permissions) {
            bits |= 1 << p.ordinal();
        }
        return ALL_SETS[bits];
    }

    public boolean has(Permission permission) {
        return (bits & (1 << permission.ordinal())) != 0;
    }

    public boolean isEmpty() {
        return bits == 0;
    }

    public boolean hasAll(Permissions other) {
        return (other.bits & ~bits) == 0;
    }

    public Permissions plus(Permission permission) {
        return ALL_SETS[bits | (1 << permission.ordinal())];
    }

    public Permissions plus(Permissions other) {
        return ALL_SETS[bits | other.bits];
    }

    public Permissions minus(Permission permission) {
        return ALL_SETS[bits & ~(1 << permission.ordinal())];
    }

    public Permissions minus(Permissions other) {
        return ALL_SETS[bits & ~other.bits];
    }

    public Permissions and(Permissions other) {
        return ALL_SETS[bits & other.bits];
    }

    /// The names in the order of {@link Permission}, joined by a comma and a space, as messages
    /// give them.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Permission p : Permission.values()) {
            if (has(p)) {
                if (!text.isEmpty()) {
                    text.append(", ");
                }
                text.append(p.text());
            }
        }
        return text.toString();
    }
}
