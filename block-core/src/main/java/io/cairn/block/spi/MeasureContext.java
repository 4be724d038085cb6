package io.cairn.block.spi;

import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;

import java.util.Optional;

/// What a driver is given to measure an image that does not exist yet.
///
/// @param options creation options; the driver takes what it knows
/// @param objects where the secrets are that options name
/// @param source the disk whose content will be copied in, or empty to measure an image of the
///   option `size`
public record MeasureContext(
        Options options, ObjectRegistry objects, Optional<MeasureSource> source) {}
