package io.cairn.block.spi;

import org.jspecify.annotations.Nullable;

/// What an image's header says of its backing file.
///
/// @param filename as it stands in the header, relative to the image
/// @param format the format's driver, or null if the header does not say
public record BackingReference(String filename, @Nullable String format) {}
