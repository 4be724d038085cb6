/// Ciphers for sectors, generators of their initialisation vectors, and what stretches and spreads
/// keys: all that encrypted formats share. Everything stands on bulk encryption of single blocks,
/// so that a cipher's hardware is kept busy and nothing is allocated for a sector.
@NullMarked
package io.cairn.format.crypto;

import org.jspecify.annotations.NullMarked;
