/// The protocols, one package each below this one, and what they share.
@NullMarked
package io.cairn.protocol;

import org.jspecify.annotations.NullMarked;
