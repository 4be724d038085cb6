package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.Pin;
import io.cairn.block.spi.WritePlan;

import org.jspecify.annotations.Nullable;

/// The plan of a write to one run of host clusters.
final class ClusterPlan implements WritePlan {
    private final Qcow2Image image;
    private final Geometry geometry;
    private final Pin pin;
    private final long firstCluster;
    private final WritePlanner.Run run;
    private final long inCluster;
    private final long length;
    private final PlansInFlight.@Nullable Run held;

    /// Made with the metadata lock held.
    ///
    /// @param firstCluster the guest cluster of the run's first
    /// @param inCluster where in the first cluster the request begins
    /// @param length guest bytes of the request that the plan covers
    ClusterPlan(
            Qcow2Image image,
            long firstCluster,
            WritePlanner.Run run,
            long inCluster,
            long length) {
        this.image = image;
        this.geometry = image.geometry();
        this.pin = image.pin();
        this.firstCluster = firstCluster;
        this.run = run;
        this.inCluster = inCluster;
        this.length = length;
        int changed = run.changedTo() - run.changedFrom();
        this.held =
                changed == 0 ? null : image.plans().hold(firstCluster + run.changedFrom(), changed);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Child child() {
        Encryption encryption = image.encryption();
        return encryption == null
                ? image.file().child()
                : encryption.decrypted(
                        (firstCluster << geometry.clusterBits()) + inCluster, hostOffset());
    }

    @Override
    public long hostOffset() {
        return run.host() + inCluster;
    }

    @Override
    public long headLength() {
        return run.changedFrom() == 0 && run.changedTo() > 0 ? inCluster : 0;
    }

    @Override
    public long tailLength() {
        long end = (long) run.count() << geometry.clusterBits();
        boolean changesLast = run.changedTo() == run.count() && run.changedFrom() < run.count();
        return changesLast ? end - inCluster - length : 0;
    }

    @Override
    public boolean isHidden() {
        return run.isHidden();
    }

    /// Puts the new clusters into the L2 table. If that fails they are given back.
    @Override
    public void commit() throws BlockException {
        try (Pin _ = pin) {
            if (held != null) {
                change(held);
            }
        }
    }

    private void change(PlansInFlight.Run mine) throws BlockException {
        image.lock();
        try {
            changeMapping();
        } catch (BlockException e) {
            giveBack();
            throw e;
        } finally {
            image.plans().release(mine);
            image.unlock();
        }
    }

    private void changeMapping() throws BlockException {
        image.corruption().requireUsable();
        L2Slice slice = image.l2().slice(firstCluster);
        int index = image.l2().indexInSlice(firstCluster);
        image.writer().requireBarrier();
        for (int i = run.changedFrom(); i < run.changedTo(); i++) {
            long old = slice.entry(index + i);
            long host = run.host() + ((long) i << geometry.clusterBits());
            slice.set(index + i, host | Qcow2Layout.COPIED);
            if (i >= run.owned()) {
                image.freeEntry(old, FreeReason.OTHER);
            }
        }
    }

    @Override
    public void abort() {
        try (Pin _ = pin) {
            if (held != null) {
                giveUp(held);
            }
        }
    }

    private void giveUp(PlansInFlight.Run mine) {
        image.lock();
        try {
            giveBack();
        } finally {
            image.plans().release(mine);
            image.unlock();
        }
    }

    private void giveBack() {
        if (freshCount() > 0) {
            long fresh = run.host() + ((long) run.owned() << geometry.clusterBits());
            image.abandon(fresh, freshCount());
        }
    }

    private int freshCount() {
        return run.count() - run.owned();
    }
}
