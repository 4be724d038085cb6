package io.cairn.job.filter;

import io.cairn.block.Permissions;
import io.cairn.block.filter.PassThrough;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;

/// Stands between an overlay and the images that are being committed below it: those are not what
/// they were any more if read on their own, and only the overlay's reads are right.
public final class CommitTop extends PassThrough {
    /// The driver's name.
    public static final String NAME = "commit_top";

    public CommitTop(Child shown) {
        super(shown);
    }

    @Override
    public boolean isTemporary() {
        return true;
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return new ChildPermissions(Permissions.NONE, Permissions.ALL);
    }
}
