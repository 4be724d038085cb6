/// The graph of block nodes and everything that its users hold: nodes, edges, permissions,
/// backends, errors.
@NullMarked
package io.cairn.block;

import org.jspecify.annotations.NullMarked;
