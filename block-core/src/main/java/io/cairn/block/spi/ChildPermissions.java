package io.cairn.block.spi;

import io.cairn.block.ChildRole;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;

import java.util.Set;

/// What a parent needs of a child and what it lets the child's other parents have.
///
/// @param needed permissions that the parent takes
/// @param shared permissions that others may take at the same time
public record ChildPermissions(Permissions needed, Permissions shared) {
    /// What a filter needs: what its own parents need of it, plus whatever may be asked later.
    public static ChildPermissions ofFilter(Permissions needed, Permissions shared) {
        return new ChildPermissions(needed, shared);
    }

    /// What a format needs of a child, by the child's roles.
    ///
    /// @param needed what the format's own parents need of it
    /// @param shared what they share
    /// @param writable true if the format may write to its own storage (it is not read-only)
    public static ChildPermissions ofFormat(
            Set<ChildRole> roles, Permissions needed, Permissions shared, boolean writable) {
        return roles.contains(ChildRole.COW)
                ? ofBacking(needed, shared)
                : ofStorage(roles, needed, shared, writable);
    }

    private static ChildPermissions ofBacking(Permissions needed, Permissions shared) {
        Permissions perm = needed.and(Permissions.of(Permission.CONSISTENT_READ));
        Permissions share = Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);
        if (shared.has(Permission.WRITE)) {
            share = share.plus(Permission.WRITE).plus(Permission.RESIZE);
        }
        return new ChildPermissions(perm, share);
    }

    private static ChildPermissions ofStorage(
            Set<ChildRole> roles, Permissions needed, Permissions shared, boolean writable) {
        Permissions perm = needed;
        Permissions share = shared;
        if (roles.contains(ChildRole.METADATA)) {
            if (writable) {
                perm = perm.plus(Permission.WRITE).plus(Permission.RESIZE);
            }
            perm = perm.plus(Permission.CONSISTENT_READ);
            share = share.minus(Permission.WRITE).minus(Permission.RESIZE);
        }
        if (roles.contains(ChildRole.DATA)) {
            share = share.minus(Permission.RESIZE);
            if (perm.has(Permission.WRITE_UNCHANGED)) {
                perm = perm.plus(Permission.WRITE);
            }
            if (perm.has(Permission.WRITE)) {
                perm = perm.plus(Permission.RESIZE);
            }
        }
        return new ChildPermissions(perm, share);
    }
}
