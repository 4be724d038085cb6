/// The storage daemon: a typed QMP schema, its server, events and transactions, with a service
/// interface by which the modules above add commands and events.
module io.cairn.qmp {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;
}
