/// The command line: `cairn` with its tools, and the programs whose place they take. It parses,
/// calls the modules below and prints; nothing depends on it.
@SuppressWarnings("requires-automatic") // JLine has no descriptor of its own
module io.cairn.cli {
    requires static com.google.errorprone.annotations;
    // Only the shell at a terminal has it: see the launcher.
    requires static org.jline;
    requires static org.jspecify;
    requires io.cairn.block;
    requires io.cairn.format;
    requires io.cairn.job;
    requires io.cairn.nbd.server;
    requires io.cairn.protocol;
    requires io.cairn.qmp;
    requires jdk.unsupported;
}
