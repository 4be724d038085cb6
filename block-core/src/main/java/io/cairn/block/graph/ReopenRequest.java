package io.cairn.block.graph;

import io.cairn.block.option.Options;

/// New options for an open node.
///
/// @param node the node
/// @param options the new options of the node and its children
/// @param keepOld options that are not given stay as they were, rather than going back to their
///   defaults
public record ReopenRequest(BlockNode node, Options options, boolean keepOld) {}
