/// The protocol drivers, one package a protocol: nodes at the foot of a graph that reach a file, a
/// device or a peer. Host files are reached through the operating system layer of block-core.
@SuppressWarnings("module") // The modules above this one are not there yet when it is compiled.
module io.cairn.protocol {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.tls;
    requires transitive io.cairn.block;

    exports io.cairn.protocol;
    exports io.cairn.protocol.nbd to
            io.cairn.bench,
            io.cairn.cli,
            io.cairn.nbd.server,
            io.cairn.qmp;
    exports io.cairn.protocol.tls to
            io.cairn.cli,
            io.cairn.nbd.server,
            io.cairn.qmp;

    provides io.cairn.block.spi.DriverProvider with
            io.cairn.protocol.ProtocolDrivers;
}
