/// The graph of block nodes: opening, edges and their permissions, the gate that every request
/// passes, drain, changes of the graph.
@NullMarked
package io.cairn.block.graph;

import org.jspecify.annotations.NullMarked;
