package io.cairn.protocol.nbd;

import io.cairn.block.Errno;

/// The error numbers of the protocol, which are those of Linux, cut down to a few (NBD protocol,
/// "Error values").
public final class NbdError {
    private NbdError() {}

    /// The number that a peer is told.
    public static int toWire(Errno errno) {
        return switch (errno) {
            case EPERM, EROFS, EACCES -> Errno.EPERM.value();
            case EIO, ENOMEM, ENOTSUP, EOVERFLOW, ESHUTDOWN -> errno.value();
            case ENOSPC, EFBIG, EDQUOT -> Errno.ENOSPC.value();
            case EINVAL -> Errno.EINVAL.value();
            default -> Errno.EINVAL.value();
        };
    }

    /// What a peer's number means; what is none of the protocol's is `EINVAL`.
    public static Errno fromWire(int number) {
        Errno errno = Errno.of(number);
        return switch (errno) {
            case EPERM, EIO, ENOMEM, EINVAL, ENOSPC, EOVERFLOW, ENOTSUP, ESHUTDOWN ->
                    errno.value() == number ? errno : Errno.EINVAL;
            default -> Errno.EINVAL;
        };
    }
}
