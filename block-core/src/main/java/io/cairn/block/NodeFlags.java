package io.cairn.block;

/// How a node is opened.
///
/// @param readOnly nothing may write through the node
/// @param autoReadOnly the driver may fall back to read-only, and takes write access only while a
///   parent needs it
/// @param direct the host's page cache is bypassed (`cache.direct`)
/// @param noFlush flushes are dropped (`cache.no-flush`)
/// @param unmap discards are passed on (`discard=unmap`)
/// @param forceShare the image may be written by others meanwhile (`force-share`); read-only
/// @param noIo the caller reads only metadata: guest content need not be accessible (no key is
///   asked for)
/// @param check the image is opened to be checked or repaired: damage that a check reports does not
///   stop the open
/// @param temporary the file is deleted after opening (`snapshot=on`)
/// @param aio how requests wait for the host's kernel, where the option `aio` does not say
public record NodeFlags(
        boolean readOnly,
        boolean autoReadOnly,
        boolean direct,
        boolean noFlush,
        boolean unmap,
        boolean forceShare,
        boolean noIo,
        boolean check,
        boolean temporary,
        Aio aio) {
    /// Read-only, write-back, no unmap.
    public static final NodeFlags READ_ONLY =
            new NodeFlags(
                    true, false, false, false, false, false, false, false, false, Aio.THREADS);

    public NodeFlags withReadOnly(boolean on) {
        return new NodeFlags(
                on, autoReadOnly, direct, noFlush, unmap, forceShare, noIo, check, temporary, aio);
    }

    public NodeFlags withAutoReadOnly(boolean on) {
        return new NodeFlags(
                readOnly, on, direct, noFlush, unmap, forceShare, noIo, check, temporary, aio);
    }

    public NodeFlags withCache(boolean directOn, boolean noFlushOn) {
        return new NodeFlags(
                readOnly,
                autoReadOnly,
                directOn,
                noFlushOn,
                unmap,
                forceShare,
                noIo,
                check,
                temporary,
                aio);
    }

    public NodeFlags withUnmap(boolean on) {
        return new NodeFlags(
                readOnly,
                autoReadOnly,
                direct,
                noFlush,
                on,
                forceShare,
                noIo,
                check,
                temporary,
                aio);
    }

    public NodeFlags withForceShare(boolean on) {
        return new NodeFlags(
                readOnly, autoReadOnly, direct, noFlush, unmap, on, noIo, check, temporary, aio);
    }

    public NodeFlags withNoIo(boolean on) {
        return new NodeFlags(
                readOnly,
                autoReadOnly,
                direct,
                noFlush,
                unmap,
                forceShare,
                on,
                check,
                temporary,
                aio);
    }

    public NodeFlags withCheck(boolean on) {
        return new NodeFlags(
                readOnly,
                autoReadOnly,
                direct,
                noFlush,
                unmap,
                forceShare,
                noIo,
                on,
                temporary,
                aio);
    }

    public NodeFlags withTemporary(boolean on) {
        return new NodeFlags(
                readOnly, autoReadOnly, direct, noFlush, unmap, forceShare, noIo, check, on, aio);
    }

    public NodeFlags withAio(Aio way) {
        return new NodeFlags(
                readOnly,
                autoReadOnly,
                direct,
                noFlush,
                unmap,
                forceShare,
                noIo,
                check,
                temporary,
                way);
    }
}
