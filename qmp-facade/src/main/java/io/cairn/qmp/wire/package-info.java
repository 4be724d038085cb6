/// Messages as bytes: a JSON reader that is fed as bytes come, as lenient and as strict as the
/// peer's, and bounded in what it holds.
@NullMarked
package io.cairn.qmp.wire;

import org.jspecify.annotations.NullMarked;
