/// Storage that is not there: the drivers `null-co` and `null-aio`.
@NullMarked
package io.cairn.protocol.nullco;

import org.jspecify.annotations.NullMarked;
