package io.cairn.format.crypto;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.bouncycastle.crypto.digests.Blake2bDigest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The memory that Argon2 fills (RFC 9106, "Argon2 Operation"). Lanes are filled at the same time,
/// by as many threads as there are processors, and meet at the end of each slice.
final class Argon2Memory {
    private static final int BLOCK = Argon2Block.LONGS;
    private static final int BLOCK_BYTES = BLOCK * Long.BYTES;
    private static final int SLICES = 4;
    private static final int DIGEST = 64;
    private static final int HALF_DIGEST = 32;
    private static final int VERSION = 0x13;
    private static final long LOW = 0xffff_ffffL;

    private final Argon2 argon2;
    private final int laneLength;
    private final int segment;
    private final long[][] lanes;

    Argon2Memory(Argon2 argon2) {
        this.argon2 = argon2;
        segment = argon2.memoryKiB() / (SLICES * argon2.lanes());
        laneLength = segment * SLICES;
        lanes = new long[argon2.lanes()][Math.multiplyExact(laneLength, BLOCK)];
    }

    private int type() {
        return argon2.isIdentity() ? 2 : 1;
    }

    /// Fills all of it and derives the key from what is in there at the end.
    void derive(byte[] password, byte[] salt, byte[] secret, byte[] associated, byte[] key)
            throws BlockException {
        begin(password, salt, secret, associated, key.length);
        int threads = Math.min(lanes.length, Runtime.getRuntime().availableProcessors());
        for (int pass = 0; pass < argon2.passes(); pass++) {
            for (int slice = 0; slice < SLICES; slice++) {
                fillSlice(pass, slice, threads);
            }
        }
        int last = (laneLength - 1) * BLOCK;
        long[] sum = new long[BLOCK];
        for (long[] lane : lanes) {
            for (int i = 0; i < BLOCK; i++) {
                sum[i] ^= lane[last + i];
            }
        }
        byte[] bytes = new byte[BLOCK_BYTES];
        little(bytes).asLongBuffer().put(sum);
        hash(bytes, key);
        Arrays.fill(bytes, (byte) 0);
        for (long[] lane : lanes) {
            Arrays.fill(lane, 0);
        }
    }

    /// The first two blocks of each lane.
    private void begin(
            byte[] password, byte[] salt, byte[] secret, byte[] associated, int keyLength) {
        Blake2bDigest digest = new Blake2bDigest(DIGEST * Byte.SIZE);
        for (int number :
                new int[] {
                    lanes.length, keyLength, argon2.memoryKiB(), argon2.passes(), VERSION, type()
                }) {
            digest.update(bytes(number), 0, Integer.BYTES);
        }
        for (byte[] part : new byte[][] {password, salt, secret, associated}) {
            digest.update(bytes(part.length), 0, Integer.BYTES);
            digest.update(part, 0, part.length);
        }
        byte[] seed = new byte[DIGEST + 2 * Integer.BYTES];
        digest.doFinal(seed, 0);
        byte[] block = new byte[BLOCK_BYTES];
        for (int lane = 0; lane < lanes.length; lane++) {
            for (int i = 0; i < 2; i++) {
                little(seed).putInt(DIGEST, i).putInt(DIGEST + Integer.BYTES, lane);
                hash(seed, block);
                little(block).asLongBuffer().get(lanes[lane], i * BLOCK, BLOCK);
            }
        }
        Arrays.fill(seed, (byte) 0);
        Arrays.fill(block, (byte) 0);
    }

    /// The standard's hash of variable length, H'.
    private static void hash(byte[] in, byte[] out) {
        Blake2bDigest digest = new Blake2bDigest(Math.min(DIGEST, out.length) * Byte.SIZE);
        digest.update(bytes(out.length), 0, Integer.BYTES);
        digest.update(in, 0, in.length);
        if (out.length <= DIGEST) {
            digest.doFinal(out, 0);
            return;
        }
        byte[] value = new byte[DIGEST];
        digest.doFinal(value, 0);
        int at = 0;
        while (true) {
            System.arraycopy(value, 0, out, at, HALF_DIGEST);
            at += HALF_DIGEST;
            int left = out.length - at;
            Blake2bDigest next = new Blake2bDigest(Math.min(DIGEST, left) * Byte.SIZE);
            next.update(value, 0, DIGEST);
            if (left <= DIGEST) {
                next.doFinal(out, at);
                Arrays.fill(value, (byte) 0);
                return;
            }
            next.doFinal(value, 0);
        }
    }

    private void fillSlice(int pass, int slice, int threads) throws BlockException {
        try (Workers workers = Workers.platform("argon2")) {
            for (int thread = 1; thread < threads; thread++) {
                int first = thread;
                workers.fork(() -> fillLanes(pass, slice, first, threads));
            }
            fillLanes(pass, slice, 0, threads);
            workers.join();
        }
    }

    private void fillLanes(int pass, int slice, int first, int step) {
        for (int lane = first; lane < lanes.length; lane += step) {
            new Segment(pass, slice, lane).fill();
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(int number) {
        byte[] bytes = new byte[Integer.BYTES];
        little(bytes).putInt(number);
        return bytes;
    }

    /// One lane's part of a slice.
    private final class Segment {
        private final int pass;
        private final int slice;
        private final int lane;
        private final boolean isIndependent;
        private final Argon2Block block = new Argon2Block();
        private final long[] input = new long[BLOCK];
        private final long[] addresses = new long[BLOCK];
        private final long[] zero = new long[BLOCK];

        Segment(int pass, int slice, int lane) {
            this.pass = pass;
            this.slice = slice;
            this.lane = lane;
            // What is read does not depend on the password, in Argon2id for half of the first pass.
            isIndependent = !argon2.isIdentity() || (pass == 0 && slice < SLICES / 2);
            long[] about = {pass, lane, slice, (long) laneLength * lanes.length, argon2.passes()};
            System.arraycopy(about, 0, input, 0, about.length);
            input[about.length] = type();
        }

        void fill() {
            long[] own = lanes[lane];
            int first = pass == 0 && slice == 0 ? 2 : 0;
            if (isIndependent && first > 0) {
                nextAddresses();
            }
            for (int i = first; i < segment; i++) {
                int at = slice * segment + i;
                int previous = (at == 0 ? laneLength : at) - 1;
                if (isIndependent && i % BLOCK == 0) {
                    nextAddresses();
                }
                long random = isIndependent ? addresses[i % BLOCK] : own[previous * BLOCK];
                int other =
                        pass == 0 && slice == 0
                                ? lane
                                : (int) ((random >>> Integer.SIZE) % lanes.length);
                int reference = reference(i, random & LOW, other == lane);
                block.compress(
                        own,
                        previous * BLOCK,
                        lanes[other],
                        reference * BLOCK,
                        own,
                        at * BLOCK,
                        pass > 0);
            }
        }

        private void nextAddresses() {
            input[6]++;
            block.compress(zero, 0, input, 0, addresses, 0, false);
            block.compress(zero, 0, addresses, 0, addresses, 0, false);
        }

        /// Which block of a lane is read for one of this segment: one of those that are complete,
        /// later ones more often.
        private int reference(int i, long random, boolean isOwn) {
            int complete = pass == 0 ? slice * segment : laneLength - segment;
            int count = isOwn ? complete + i - 1 : complete - (i == 0 ? 1 : 0);
            long square = random * random >>> Integer.SIZE;
            long back = count * square >>> Integer.SIZE;
            int start = pass == 0 || slice == SLICES - 1 ? 0 : (slice + 1) * segment;
            return (int) ((start + count - 1 - back) % laneLength);
        }
    }
}
