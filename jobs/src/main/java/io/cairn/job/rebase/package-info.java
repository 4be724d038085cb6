/// Giving an image another backing file without changing what guests see.
@NullMarked
package io.cairn.job.rebase;

import org.jspecify.annotations.NullMarked;
