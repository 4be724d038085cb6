/// The image tool: its commands parse, call the operations on images and print.
@NullMarked
package io.cairn.cli.img;

import org.jspecify.annotations.NullMarked;
