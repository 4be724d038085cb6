/// The storage daemon: a typed QMP schema, its server, events and transactions, with a service
/// interface by which the modules above add commands and events.
@SuppressWarnings("module") // the module that it is exported to is built later
module io.cairn.qmp {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;
    requires transitive io.cairn.job;
    requires io.cairn.fuse.server;
    requires io.cairn.nbd.server;
    requires io.cairn.protocol;
    requires jdk.httpserver;

    exports io.cairn.qmp.command;
    exports io.cairn.qmp.device;
    exports io.cairn.qmp.event;
    exports io.cairn.qmp.schema;
    exports io.cairn.qmp.chardev to
            io.cairn.cli;
    exports io.cairn.qmp.daemon to
            io.cairn.cli;
    exports io.cairn.qmp.hmp to
            io.cairn.cli;
    exports io.cairn.qmp.http to
            io.cairn.cli;
    exports io.cairn.qmp.monitor to
            io.cairn.cli;
    exports io.cairn.qmp.service to
            io.cairn.cli;
    exports io.cairn.qmp.wire to
            io.cairn.cli;
}
