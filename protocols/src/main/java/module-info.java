/// The protocol drivers, one package a protocol: nodes at the foot of a graph that reach a file, a
/// device or a peer. Host files are reached through the operating system layer of block-core.
module io.cairn.protocol {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;

    exports io.cairn.protocol;

    provides io.cairn.block.spi.DriverProvider with
            io.cairn.protocol.ProtocolDrivers;
}
