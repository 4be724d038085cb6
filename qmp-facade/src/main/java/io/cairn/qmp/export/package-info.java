/// What is offered to others: nodes over NBD, and as files.
@NullMarked
package io.cairn.qmp.export;

import org.jspecify.annotations.NullMarked;
