package io.cairn.format.crypto;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/// Encrypts and decrypts the sectors of a volume. Many threads may use it at once: each takes a set
/// of working arrays, which are kept for the next, so that nothing is allocated for a sector.
public final class SectorCipher implements AutoCloseable {
    /// The number of a sector counts units of this, whatever the sector's size.
    private static final int IV_UNIT = 512;

    /// Bytes that are transformed at once: many blocks for the cipher's pipeline, and little enough
    /// for a processor's second cache.
    private static final int CHUNK = 16 << 10;

    /// Of threads that transform data at once, in all volumes, no more help than there are
    /// processors: the others would only keep the compiler from them.
    private static final Semaphore PROCESSORS =
            new Semaphore(Runtime.getRuntime().availableProcessors());

    private final CipherSpec spec;
    private final byte[] key;
    private final int sectorSize;

    @GuardedBy("this")
    private final ArrayDeque<Context> encryptions = new ArrayDeque<>();

    @GuardedBy("this")
    private final ArrayDeque<Context> decryptions = new ArrayDeque<>();

    /// @param key the volume's key, which is copied
    /// @param sectorSize 512 to 4096, a power of two
    public SectorCipher(CipherSpec spec, byte[] key, int sectorSize) {
        if (key.length != spec.keyLength()) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        this.spec = spec;
        this.key = key.clone();
        this.sectorSize = sectorSize;
    }

    /// Has what a cipher of that kind needs made ready in the background, if that takes its time.
    public static void prepare(CipherSpec spec) {
        if (spec.cipher().isAes()) {
            AesEngine.prepare();
        }
    }

    /// The unit in which data are encrypted.
    public int sectorSize() {
        return sectorSize;
    }

    /// Encrypts what remains in a buffer into another, which may be the same.
    ///
    /// @param offset where in the volume the first sector is
    public void encrypt(long offset, ByteBuffer src, ByteBuffer dst) {
        apply(true, offset, src, dst);
    }

    /// Decrypts what remains in a buffer into another, which may be the same.
    ///
    /// @param offset where in the volume the first sector is
    public void decrypt(long offset, ByteBuffer src, ByteBuffer dst) {
        apply(false, offset, src, dst);
    }

    private void apply(boolean encrypts, long offset, ByteBuffer src, ByteBuffer dst) {
        if (((offset | src.remaining()) & (sectorSize - 1)) != 0) {
            throw new IllegalArgumentException("not whole sectors");
        }
        PROCESSORS.acquireUninterruptibly();
        try {
            Context context = take(encrypts);
            context.apply(offset, src, dst);
            give(encrypts, context);
        } finally {
            PROCESSORS.release();
        }
    }

    private Context take(boolean encrypts) {
        synchronized (this) {
            Context ready = (encrypts ? encryptions : decryptions).pollLast();
            if (ready != null) {
                return ready;
            }
        }
        return new Context(encrypts);
    }

    private synchronized void give(boolean encrypts, Context context) {
        (encrypts ? encryptions : decryptions).addLast(context);
    }

    /// Wipes the key.
    @Override
    public synchronized void close() {
        Arrays.fill(key, (byte) 0);
        encryptions.clear();
        decryptions.clear();
    }

    /// What one thread works with.
    private final class Context {
        private final byte[] in = new byte[CHUNK];
        private final byte[] out = new byte[CHUNK];
        private final byte[] ivs;
        private final IvGenerator generator;
        private final ModeEngine engine;

        Context(boolean encrypts) {
            int maxSectors = CHUNK / sectorSize;
            ivs = new byte[maxSectors * spec.ivLength()];
            generator = new IvGenerator(spec, key, maxSectors);
            engine = engine(encrypts, maxSectors);
        }

        private ModeEngine engine(boolean encrypts, int maxSectors) {
            CipherAlgorithm cipher = spec.cipher();
            int block = cipher.blockSize();
            byte[] first = Arrays.copyOf(key, cipher.keyLength());
            byte[] second = Arrays.copyOfRange(key, key.length - cipher.keyLength(), key.length);
            try {
                return switch (spec.mode()) {
                    case ECB -> new EcbMode(cipher.engine(encrypts, first), sectorSize);
                    case CBC ->
                            encrypts
                                    ? new CbcEncryption(
                                            cipher.engine(true, first),
                                            block,
                                            sectorSize,
                                            maxSectors)
                                    : new CbcDecryption(
                                            cipher.engine(false, first), block, sectorSize);
                    case CTR ->
                            new CtrMode(cipher.engine(true, first), block, sectorSize, maxSectors);
                    case XTS ->
                            new XtsMode(
                                    cipher.engine(encrypts, first),
                                    cipher.engine(true, second),
                                    sectorSize,
                                    maxSectors);
                };
            } finally {
                Arrays.fill(first, (byte) 0);
                Arrays.fill(second, (byte) 0);
            }
        }

        void apply(long offset, ByteBuffer src, ByteBuffer dst) {
            int count = src.remaining();
            for (int done = 0; done < count; done += CHUNK) {
                int n = Math.min(CHUNK, count - done);
                src.get(src.position() + done, in, 0, n);
                int sectors = n / sectorSize;
                generator.fill((offset + done) / IV_UNIT, sectorSize / IV_UNIT, sectors, ivs);
                engine.apply(in, sectors, ivs, out);
                dst.put(dst.position() + done, out, 0, n);
            }
        }
    }
}
