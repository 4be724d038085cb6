/// An RV64GC machine with virtio-blk that boots guests from any block node.
module io.cairn.machine {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;
}
