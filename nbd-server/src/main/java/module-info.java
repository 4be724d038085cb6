/// Exports of block nodes over the NBD protocol: TCP and unix sockets, with and without TLS.
module io.cairn.nbd.server {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;
}
