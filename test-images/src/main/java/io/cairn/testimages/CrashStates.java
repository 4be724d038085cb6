package io.cairn.testimages;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// The images that a crash may leave: a record of host calls, cut at every point, with what no
/// flush ordered done or left out in any combination.
///
/// A write counts as done or not done by whole sectors: the last unordered write of a state may
/// also be torn in the middle.
public final class CrashStates {
    private static final int SECTOR = 512;

    /// Looks at one state.
    @FunctionalInterface
    public interface Visitor {
        /// Looks at a state.
        ///
        /// @param image what the crash left; the visitor's own
        /// @param flushed how many ops of the record are certainly in it: those up to the last
        ///   flush before the cut
        /// @param cut how many ops had been issued
        /// @param description says how the state came about, for messages
        void visit(byte[] image, int flushed, int cut, String description) throws Exception;
    }

    private final byte[] initial;
    private final List<HostOp> ops;
    private final Random random;
    private final int subsetsPerCut;

    /// The states of a record.
    ///
    /// @param initial the content before the first op
    /// @param subsetsPerCut random subsets of unordered ops tried at each cut, beside all, none and
    ///   each one left out
    public CrashStates(byte[] initial, List<HostOp> ops, long seed, int subsetsPerCut) {
        this.initial = initial.clone();
        this.ops = List.copyOf(ops);
        this.random = new Random(seed);
        this.subsetsPerCut = subsetsPerCut;
    }

    /// Visits every state. The number of states grows with the number of ops between two flushes.
    public void forEach(Visitor visitor) throws Exception {
        byte[] flushedImage = initial;
        int flushed = 0;
        for (int cut = 0; cut <= ops.size(); cut++) {
            List<HostOp> loose = ops.subList(flushed, cut);
            visitSubsets(flushedImage, loose, flushed, cut, visitor);
            if (cut < ops.size() && ops.get(cut) instanceof HostOp.Flush) {
                flushedImage = apply(flushedImage, loose, all(loose.size()), false);
                flushed = cut + 1;
            }
        }
    }

    private void visitSubsets(
            byte[] base, List<HostOp> loose, int flushed, int cut, Visitor visitor)
            throws Exception {
        int n = loose.size();
        boolean[] every = all(n);
        visitor.visit(apply(base, loose, every, false), flushed, cut, "all until op " + cut);
        if (n == 0) {
            return;
        }
        visitor.visit(apply(base, loose, every, true), flushed, cut, "op " + cut + " torn");
        boolean[] onlyLast = new boolean[n];
        onlyLast[n - 1] = true;
        visitor.visit(apply(base, loose, onlyLast, false), flushed, cut, "only op " + cut);
        for (int i = 0; i < subsetsPerCut; i++) {
            boolean[] chosen = new boolean[n];
            for (int k = 0; k < n; k++) {
                chosen[k] = random.nextInt(4) != 0;
            }
            visitor.visit(
                    apply(base, loose, chosen, random.nextBoolean()),
                    flushed,
                    cut,
                    "ops " + describe(chosen, flushed));
        }
    }

    private static boolean[] all(int n) {
        boolean[] every = new boolean[n];
        Arrays.fill(every, true);
        return every;
    }

    private static String describe(boolean[] chosen, int first) {
        List<Integer> done = new ArrayList<>();
        for (int k = 0; k < chosen.length; k++) {
            if (chosen[k]) {
                done.add(first + k + 1);
            }
        }
        return done + " of " + (first + 1) + ".." + (first + chosen.length);
    }

    private static byte[] apply(
            byte[] base, List<HostOp> loose, boolean[] chosen, boolean tearLast) {
        byte[] image = base.clone();
        int last = -1;
        for (int k = 0; k < chosen.length; k++) {
            last = chosen[k] ? k : last;
        }
        for (int k = 0; k < chosen.length; k++) {
            if (chosen[k]) {
                image = apply(image, loose.get(k), tearLast && k == last);
            }
        }
        return image;
    }

    private static byte[] apply(byte[] image, HostOp op, boolean torn) {
        return switch (op) {
            case HostOp.Write w -> {
                int count = w.data().limit();
                if (torn && count > SECTOR) {
                    count = count / 2 / SECTOR * SECTOR;
                }
                byte[] grown = atLeast(image, w.offset() + count);
                w.data().get(0, grown, (int) w.offset(), count);
                yield grown;
            }
            case HostOp.Zero z -> {
                byte[] grown = atLeast(image, z.offset() + z.length());
                Arrays.fill(grown, (int) z.offset(), (int) (z.offset() + z.length()), (byte) 0);
                yield grown;
            }
            case HostOp.Truncate t -> Arrays.copyOf(image, (int) t.length());
            case HostOp.Flush f -> image;
        };
    }

    private static byte[] atLeast(byte[] image, long length) {
        return image.length >= length ? image : Arrays.copyOf(image, (int) length);
    }
}
