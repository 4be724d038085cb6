/// The format drivers, one package a format. A driver maps guest ranges to ranges of its children
/// and keeps its metadata consistent at every instant; the generic layer of block-core moves the
/// data.
module io.cairn.format {
    requires com.github.luben.zstd_jni;
    requires org.bouncycastle.provider;
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;

    exports io.cairn.format;

    provides io.cairn.block.spi.DriverProvider with
            io.cairn.format.FormatDrivers;
}
