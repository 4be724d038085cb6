/// The graph of block nodes and all that its users hold: requests and permissions, dirty bitmaps,
/// options, objects, events and errors, and the drivers' service interface. It knows no format and
/// no protocol: those are drivers that other modules provide. The operating system is reached
/// through one package here, exported to named modules only.
@SuppressWarnings("module") // The modules above this one are not there yet when it is compiled.
module io.cairn.block {
    requires static com.google.errorprone.annotations;
    requires static transitive org.jspecify;

    exports io.cairn.block;
    exports io.cairn.block.filter;
    exports io.cairn.block.graph;
    exports io.cairn.block.object;
    exports io.cairn.block.option;
    exports io.cairn.block.os to
            io.cairn.bench,
            io.cairn.cli,
            io.cairn.format,
            io.cairn.fuse.server,
            io.cairn.job,
            io.cairn.nbd.server,
            io.cairn.protocol,
            io.cairn.qmp,
            io.cairn.testimages;
    exports io.cairn.block.quorum;
    exports io.cairn.block.spi;
    exports io.cairn.block.statistics;
    exports io.cairn.block.throttle;

    uses io.cairn.block.spi.DriverProvider;

    provides io.cairn.block.spi.DriverProvider with
            io.cairn.block.filter.FilterDrivers;
}
