/// The formats, one package each below this one, and what they share.
@NullMarked
package io.cairn.format;

import org.jspecify.annotations.NullMarked;
