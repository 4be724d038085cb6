/// Changes that are made together or not at all.
@NullMarked
package io.cairn.qmp.transaction;

import org.jspecify.annotations.NullMarked;
