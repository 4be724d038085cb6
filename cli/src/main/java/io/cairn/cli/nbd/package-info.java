/// `cairn nbd`: disk images as network block devices.
@NullMarked
package io.cairn.cli.nbd;

import org.jspecify.annotations.NullMarked;
