package io.cairn.block.spi;

import io.cairn.block.NodeFlags;
import io.cairn.block.option.Options;

/// What a driver is given to prepare a reopen.
///
/// @param options the node's new driver options; the driver takes what it knows, and what is left
///   over must be as before
/// @param flags the node's new flags
public record ReopenContext(Options options, NodeFlags flags) {}
