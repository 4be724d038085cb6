package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;

/// A device whose output goes to a file, and which has no input (QMP reference manual,
/// "ChardevFile").
final class FileChardev implements Chardev {
    private final OutputFile file;

    private FileChardev(OutputFile file) {
        this.file = file;
    }

    /// Opens a file, or makes it.
    ///
    /// @param appends whether what it holds stays
    static FileChardev open(String path, boolean appends) throws BlockException {
        try {
            return new FileChardev(OutputFile.open(path, appends));
        } catch (BlockException e) {
            throw e.prefixed("Could not open '" + path + "'");
        }
    }

    @Override
    public String filename() {
        return "file";
    }

    @Override
    public void attach(FrontEnd frontEnd) {
        OneWayStream.serve("file", frontEnd, file::write);
    }

    @Override
    public void close() {
        file.close();
    }
}
