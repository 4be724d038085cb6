/// Deterministic images, driver contracts, and tools that inject faults and crashes.
@NullMarked
package io.cairn.testimages;

import org.jspecify.annotations.NullMarked;
