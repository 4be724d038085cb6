package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

/// Where a copy of a device's output is kept (QMP reference manual, "ChardevCommon").
///
/// @param path the file, null for none
/// @param appends whether what the file holds stays
record ChardevLog(@Nullable String path, boolean appends) {
    @Nullable OutputFile open() throws BlockException {
        if (path == null) {
            return null;
        }
        try {
            return OutputFile.open(path, appends);
        } catch (BlockException e) {
            throw e.prefixed("Could not create '" + path + "'");
        }
    }
}
