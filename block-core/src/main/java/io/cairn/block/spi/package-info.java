/// What a driver implements and what it is given: the service-provider interface of the block
/// layer.
@NullMarked
package io.cairn.block.spi;

import org.jspecify.annotations.NullMarked;
