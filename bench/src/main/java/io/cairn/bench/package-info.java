/// Programs that measure ours and a peer in one run.
@NullMarked
package io.cairn.bench;

import org.jspecify.annotations.NullMarked;
