package io.cairn.fuse.server;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.InstantSource;

/// Carries out the requests for one file and makes the answers. Many threads may use it at once,
/// each with an exchange of its own.
final class Answers {
    /// Requests that the kernel sends at once without anybody waiting for them.
    private static final int BACKGROUND = 64;

    private static final int CONGESTED = 48;
    private static final int PAGE = 4096;
    private static final int SECTOR = 512;
    private static final int LONGEST_NAME = 255;

    /// The lengths of `fuse_init_out`, `fuse_open_out`, `fuse_statfs_out`, `fuse_write_out` and
    /// `fuse_lseek_out`.
    private static final int INIT_SIZE = 64;

    private static final int OPEN_SIZE = 16;
    private static final int STATISTICS_SIZE = 80;
    private static final int WRITE_SIZE = 8;
    private static final int SEEK_SIZE = 8;

    /// The kernel throws its pages away when a file is opened and when its times have changed; a
    /// file that is opened to be emptied is not, as a disk cannot be.
    private static final int ABILITIES =
            FuseWire.ASYNC_READ
                    | FuseWire.ATOMIC_O_TRUNC
                    | FuseWire.BIG_WRITES
                    | FuseWire.AUTO_INVAL_DATA
                    | FuseWire.ASYNC_DIO
                    | FuseWire.MAX_PAGES;

    private final DiskFile file;
    private final Attributes attributes;
    private final InstantSource clock;

    Answers(DiskFile file, Attributes attributes, InstantSource clock) {
        this.file = file;
        this.attributes = attributes;
        this.clock = clock;
    }

    /// Carries out a request.
    ///
    /// @return the message for the kernel; null if it expects none
    @Nullable ByteBuffer to(FuseRequest request, Exchange exchange) {
        try {
            return switch (request) {
                case FuseRequest.Read read -> {
                    int length = file.readable(read);
                    file.read(read.offset(), exchange.data(length));
                    yield exchange.answer(length);
                }
                case FuseRequest.Write write -> {
                    int written = file.write(write.offset(), exchange.data(write.length()));
                    exchange.body(WRITE_SIZE).putInt(0, written);
                    yield exchange.answer(WRITE_SIZE);
                }
                case FuseRequest.Plain plain -> plain(plain, exchange);
                case FuseRequest.Init init -> init(init, exchange);
                case FuseRequest.SetAttributes change -> {
                    attributes.change(change);
                    if ((change.which() & FuseWire.SET_SIZE) != 0) {
                        file.resize(change.size());
                    }
                    yield describe(exchange);
                }
                case FuseRequest.Allocate range -> {
                    file.allocate(range.offset(), range.length(), range.mode());
                    yield exchange.answer(0);
                }
                case FuseRequest.Seek seek -> {
                    long found = file.seek(seek.offset(), seek.whence());
                    exchange.body(SEEK_SIZE).putLong(0, found);
                    yield exchange.answer(SEEK_SIZE);
                }
                case FuseRequest.Silent _ -> null;
                case FuseRequest.Refused refused -> exchange.failure(errno(refused));
            };
        } catch (BlockException e) {
            return exchange.failure(e.errno());
        } catch (RuntimeException e) {
            System.getLogger(Answers.class.getName())
                    .log(System.Logger.Level.ERROR, "internal error", e);
            return exchange.failure(Errno.EIO);
        }
    }

    private static Errno errno(FuseRequest.Refused refused) {
        return switch (refused) {
            case UNKNOWN -> Errno.ENOSYS;
            case NO_SUCH_FILE -> Errno.ENOENT;
            case TOO_SHORT -> Errno.EINVAL;
        };
    }

    private ByteBuffer plain(FuseRequest.Plain request, Exchange exchange) throws BlockException {
        return switch (request) {
            case GET_ATTRIBUTES -> describe(exchange);
            case OPEN -> {
                exchange.body(OPEN_SIZE);
                yield exchange.answer(OPEN_SIZE);
            }
            case STATISTICS -> {
                exchange.body(STATISTICS_SIZE).putInt(40, SECTOR).putInt(44, LONGEST_NAME);
                yield exchange.answer(STATISTICS_SIZE);
            }
            case FLUSH -> {
                file.flush();
                yield exchange.answer(0);
            }
            case RELEASE, DESTROY -> exchange.answer(0);
        };
    }

    private ByteBuffer describe(Exchange exchange) throws BlockException {
        attributes.describe(
                exchange.body(Attributes.SIZE),
                file.length(),
                file.used(),
                file.blockSize(),
                clock.instant().getEpochSecond());
        return exchange.answer(Attributes.SIZE);
    }

    /// Agrees on a version: the kernel asks again if we know none as new as its own.
    private static ByteBuffer init(FuseRequest.Init init, Exchange exchange) {
        boolean isOld =
                init.major() < FuseWire.MAJOR
                        || init.major() == FuseWire.MAJOR && init.minor() < FuseWire.OLDEST_MINOR;
        if (isOld) {
            return exchange.failure(Errno.EPROTO);
        }
        ByteBuffer out = exchange.body(INIT_SIZE);
        out.putInt(0, FuseWire.MAJOR);
        out.putInt(4, FuseWire.MINOR);
        if (init.major() == FuseWire.MAJOR) {
            out.putInt(8, init.maxReadahead())
                    .putInt(12, init.flags() & ABILITIES)
                    .putShort(16, (short) BACKGROUND)
                    .putShort(18, (short) CONGESTED)
                    .putInt(20, Exchange.MAX_DATA)
                    .putInt(24, 1)
                    .putShort(28, (short) (Exchange.MAX_DATA / PAGE));
        }
        return exchange.answer(INIT_SIZE);
    }
}
