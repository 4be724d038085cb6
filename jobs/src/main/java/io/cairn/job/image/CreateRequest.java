package io.cairn.job.image;

import org.jspecify.annotations.Nullable;

/// An image to create.
///
/// @param filename a path, or a protocol's filename; it is made new, or emptied if it is there
/// @param format the name of the format's driver
/// @param options creation options as `-o` takes them: `cluster_size=4k,lazy_refcounts=on`; may be
///   empty
/// @param size the guest's bytes, or -1 for what the options say, else the backing file's size
/// @param backing the backing file's name as the image will hold it, relative to the image; null to
///   take what the options say
/// @param backingFormat the backing file's format, or null to take what the options say
/// @param opensBacking false to believe the backing file's name and format unseen
public record CreateRequest(
        String filename,
        String format,
        String options,
        long size,
        @Nullable String backing,
        @Nullable String backingFormat,
        boolean opensBacking) {
    /// An image of a size with the format's defaults.
    public static CreateRequest of(String filename, String format, long size) {
        return new CreateRequest(filename, format, "", size, null, null, true);
    }

    /// The same with a further option.
    public CreateRequest withOption(String name, String value) {
        String option = name + "=" + value.replace(",", ",,");
        return new CreateRequest(
                filename,
                format,
                options.isEmpty() ? option : options + "," + option,
                size,
                backing,
                backingFormat,
                opensBacking);
    }

    /// An overlay of a backing file, by default of its size.
    public CreateRequest withBacking(String name, String itsFormat) {
        return new CreateRequest(filename, format, options, size, name, itsFormat, opensBacking);
    }
}
