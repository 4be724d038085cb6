/// Exports of block nodes over the NBD protocol: TCP and unix sockets, with and without TLS.
@SuppressWarnings("module") // The modules above this one are not there yet when it is compiled.
module io.cairn.nbd.server {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;
    requires transitive io.cairn.protocol;

    exports io.cairn.nbd.server to
            io.cairn.bench,
            io.cairn.cli,
            io.cairn.qmp;
}
