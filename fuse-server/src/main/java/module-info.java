/// Exports of block nodes as files of the host, over the kernel's FUSE device: what stands behind a
/// disk image of any format appears as a raw image, to any program. It speaks the kernel's protocol
/// itself and needs no library.
@SuppressWarnings("module") // The modules above this one are not there yet when it is compiled.
module io.cairn.fuse.server {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;

    exports io.cairn.fuse.server to
            io.cairn.qmp;
}
