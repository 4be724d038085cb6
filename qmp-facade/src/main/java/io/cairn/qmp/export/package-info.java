/// What is offered to others: nodes over NBD.
@NullMarked
package io.cairn.qmp.export;

import org.jspecify.annotations.NullMarked;
