package io.cairn.block.spi;

/// Where in the graph a driver stands.
public enum DriverKind {
    /// Interprets the content of its children: qcow2, raw, luks.
    FORMAT,
    /// Reaches storage itself and has no children: file, nbd, null-co.
    PROTOCOL,
    /// Shows the data of one child unchanged: throttle, blkdebug, copy-on-read.
    FILTER
}
