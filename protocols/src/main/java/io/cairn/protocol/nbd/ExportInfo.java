package io.cairn.protocol.nbd;

import java.util.List;

/// What a server says of an export.
///
/// @param name the export's name
/// @param description for people, may be empty
/// @param length bytes
/// @param flags the transmission flags
/// @param minimumBlock what requests must be multiples of, 0 where the server does not say
/// @param preferredBlock what requests best are multiples of, or 0
/// @param maximumBlock the longest payload, or 0
/// @param contexts the names of the metadata contexts
public record ExportInfo(
        String name,
        String description,
        long length,
        int flags,
        int minimumBlock,
        int preferredBlock,
        int maximumBlock,
        List<String> contexts) {
    /// Whether the server has set a transmission flag.
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    ExportInfo withName(String newName, String newDescription) {
        return new ExportInfo(
                newName,
                newDescription,
                length,
                flags,
                minimumBlock,
                preferredBlock,
                maximumBlock,
                contexts);
    }

    ExportInfo withContexts(List<String> names) {
        return new ExportInfo(
                name,
                description,
                length,
                flags,
                minimumBlock,
                preferredBlock,
                maximumBlock,
                List.copyOf(names));
    }

    ExportInfo withExport(long newLength, int newFlags) {
        return new ExportInfo(
                name,
                description,
                newLength,
                newFlags,
                minimumBlock,
                preferredBlock,
                maximumBlock,
                contexts);
    }

    ExportInfo withBlocks(int minimum, int preferred, int maximum) {
        return new ExportInfo(
                name, description, length, flags, minimum, preferred, maximum, contexts);
    }
}
