/// Commands about dirty bitmaps.
@NullMarked
package io.cairn.qmp.command.bitmap;

import org.jspecify.annotations.NullMarked;
