package io.cairn.qmp.chardev;

import io.cairn.block.Workers;
import io.cairn.block.os.ByteStream;

/// A device on a stream that is there already and does not come again, such as standard input and
/// output.
public final class StreamChardev implements Chardev {
    private final String id;
    private final String filename;
    private final ByteStream stream;

    public StreamChardev(String id, String filename, ByteStream stream) {
        this.id = id;
        this.filename = filename;
        this.stream = stream;
    }

    @Override
    public String filename() {
        return filename;
    }

    @Override
    public boolean isStandardStream() {
        return true;
    }

    @Override
    public void attach(FrontEnd frontEnd) {
        Workers.startDaemon("chardev:" + id, () -> frontEnd.serve(stream));
    }

    @Override
    public void close() {
        stream.close();
    }
}
