/// Side-by-side comparisons with other implementations, and the tests that look at the whole
/// reactor: this module is built last and is the only one that may know all others.
module io.cairn.bench {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires io.cairn.block;
    requires io.cairn.format;
    requires io.cairn.protocol;
}
