package io.cairn.qmp.command.bitmap;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.service.DeviceOrNode;
import io.cairn.qmp.transaction.Action;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The changes of dirty bitmaps (QMP reference manual, "block-dirty-bitmap-add" and the like), each
/// for itself or as a part of a transaction.
public final class Bitmaps {
    private static final int MAX_NAME = 1023;
    private static final long MIN_GRANULARITY = 512;

    private final BlockGraph graph;

    public Bitmaps(BlockGraph graph) {
        this.graph = graph;
    }

    /// A bitmap by the name of its node and its own.
    public record Name(String node, String name) {}

    private BlockNode node(String name) throws BlockException {
        return BlockJob.find(graph, name);
    }

    /// The bitmap of that name.
    DirtyBitmap find(Name name) throws BlockException {
        if (name.node().isEmpty()) {
            throw new InvalidOptionException("Node cannot be NULL");
        }
        return find(node(name.node()), name.name());
    }

    private static DirtyBitmap find(BlockNode node, String name) throws BlockException {
        return node.findBitmap(name)
                .orElseThrow(() ->
                        new BlockException(Errno.ENOENT, "Dirty bitmap '" + name + "' not found"));
    }

    /// A new bitmap.
    ///
    /// @param granularity bytes; null for the default
    public record Addition(
            Name name, @Nullable Long granularity, boolean isPersistent, boolean isDisabled) {}

    /// Makes a bitmap.
    public Action add(Addition addition) {
        return new Action() {
            private @Nullable BlockNode node;
            private @Nullable DirtyBitmap added;

            @Override
            public void prepare() throws BlockException {
                BlockNode owner = node(addition.name().node());
                node = owner;
                added = addTo(owner, addition);
            }

            @Override
            public void abort() {
                if (node != null && added != null) {
                    node.removeBitmap(added);
                }
            }
        };
    }

    private static DirtyBitmap addTo(BlockNode node, Addition addition) throws BlockException {
        String name = addition.name().name();
        Long given = addition.granularity();
        if (name.isEmpty()) {
            throw new InvalidOptionException("Bitmap name cannot be empty");
        }
        long granularity = given == null ? Mirrors.granularity(node) : given;
        if (granularity < MIN_GRANULARITY || Long.bitCount(granularity) != 1) {
            throw new InvalidOptionException(
                    "Granularity must be power of 2 and at least " + MIN_GRANULARITY);
        }
        if (addition.isPersistent()) {
            throw new BlockException(
                    Errno.ENOTSUP,
                    "Can't store persistent bitmaps to "
                            + addition.name().node()
                            + ": Operation not supported");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
            throw new InvalidOptionException("Bitmap name too long: " + name);
        }
        if (node.findBitmap(name).isPresent()) {
            throw new InvalidOptionException("Bitmap already exists: " + name);
        }
        DirtyBitmap bitmap = node.addBitmap(name, granularity);
        if (addition.isDisabled()) {
            bitmap.setRecording(false);
        }
        return bitmap;
    }

    /// Removes a bitmap.
    public Action remove(Name name) {
        return new Action() {
            private @Nullable BlockNode node;
            private @Nullable DirtyBitmap removed;

            @Override
            public void prepare() throws BlockException {
                BlockNode owner = node(name.node());
                DirtyBitmap bitmap = find(owner, name.name());
                if (bitmap.isBusy()) {
                    bitmap.requireUsable();
                }
                owner.removeBitmap(bitmap);
                node = owner;
                removed = bitmap;
            }

            @Override
            public void abort() {
                if (node != null && removed != null) {
                    node.restoreBitmap(removed);
                }
            }
        };
    }

    /// A change of a bitmap's content, before which the content is kept.
    private abstract class ContentChange implements Action {
        private final Name name;
        private @Nullable DirtyBitmap changed;
        private @Nullable DirtyBitmap before;

        ContentChange(Name name) {
            this.name = name;
        }

        @Override
        public List<BlockNode> drained() {
            return DeviceOrNode.lookup(graph, name.node()).map(List::of).orElse(List.of());
        }

        @Override
        public void prepare() throws BlockException {
            DirtyBitmap bitmap = find(name);
            bitmap.requireUsable();
            before = bitmap.copy();
            change(bitmap);
            changed = bitmap;
        }

        abstract void change(DirtyBitmap bitmap) throws BlockException;

        @Override
        public void abort() {
            if (changed != null && before != null) {
                changed.restore(before);
            }
        }
    }

    /// Makes everything clean.
    public Action clear(Name name) {
        return new ContentChange(name) {
            @Override
            void change(DirtyBitmap bitmap) {
                bitmap.clear();
            }
        };
    }

    /// Adds what others have dirty, all of them or nothing.
    public Action merge(Name target, List<Name> sources) {
        return new ContentChange(target) {
            @Override
            void change(DirtyBitmap bitmap) throws BlockException {
                List<DirtyBitmap> found = new ArrayList<>();
                for (Name source : sources) {
                    DirtyBitmap from = find(source);
                    from.requireUsable();
                    requireSameLength(bitmap, from);
                    found.add(from);
                }
                for (DirtyBitmap from : found) {
                    if (from != bitmap) {
                        bitmap.merge(from);
                    }
                }
            }
        };
    }

    private static void requireSameLength(DirtyBitmap target, DirtyBitmap source)
            throws BlockException {
        if (target.length() != source.length()) {
            throw new InvalidOptionException(
                    "Bitmaps are of different sizes (destination size is "
                            + target.length()
                            + ", source size is "
                            + source.length()
                            + ") and can't be merged");
        }
    }

    /// Starts or stops the recording of writes.
    public Action setRecording(Name name, boolean on) {
        return new Action() {
            private @Nullable DirtyBitmap changed;
            private boolean before;

            @Override
            public void prepare() throws BlockException {
                DirtyBitmap bitmap = find(name);
                bitmap.requireUsable();
                before = bitmap.isRecording();
                bitmap.setRecording(on);
                changed = bitmap;
            }

            @Override
            public void abort() {
                if (changed != null) {
                    changed.setRecording(before);
                }
            }
        };
    }
}
