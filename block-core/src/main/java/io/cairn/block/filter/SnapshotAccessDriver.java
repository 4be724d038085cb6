package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Permissions;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Set;

/// A read-only disk that shows another node as it was at the point in time which that node keeps.
public final class SnapshotAccessDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "snapshot-access";

    private static final Set<ChildRole> KEEPER = Set.of(ChildRole.DATA, ChildRole.PRIMARY);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return FilterDriver.NO_OPTIONS;
    }

    /// Nothing is asked of the disk as it is now.
    @Override
    public ChildPermissions openingPermissions(
            Set<ChildRole> roles, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFilter(Permissions.NONE, Permissions.ALL);
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        return new SnapshotAccessInstance(context.openChild("file", KEEPER));
    }
}
