/// How the tools open images: what the options of the command line say, turned into a graph.
@NullMarked
package io.cairn.cli.image;

import org.jspecify.annotations.NullMarked;
