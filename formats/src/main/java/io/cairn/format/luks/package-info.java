/// LUKS: a header with the key of a volume, encrypted once for each passphrase, before the
/// encrypted sectors. Version 1 is also what encrypts qcow2 images.
@NullMarked
package io.cairn.format.luks;

import org.jspecify.annotations.NullMarked;
