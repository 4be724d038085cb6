/// The monitor for people: lines of text in place of QMP's messages.
@NullMarked
package io.cairn.qmp.hmp;

import org.jspecify.annotations.NullMarked;
