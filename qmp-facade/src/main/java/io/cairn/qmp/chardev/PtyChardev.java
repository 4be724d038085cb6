package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.PseudoTerminal;

import java.util.Optional;

/// A device on a pseudo-terminal, which one program after another opens by its name.
public final class PtyChardev implements Chardev {
    private final String id;
    private final PseudoTerminal terminal;

    private PtyChardev(String id, PseudoTerminal terminal) {
        this.id = id;
        this.terminal = terminal;
    }

    static PtyChardev open(String id) throws BlockException {
        return new PtyChardev(id, PseudoTerminal.open());
    }

    /// The device's own id.
    public String id() {
        return id;
    }

    /// The file by which the terminal is opened.
    public String terminal() {
        return terminal.name();
    }

    @Override
    public String filename() {
        return "pty:" + terminal.name();
    }

    @Override
    public void attach(FrontEnd frontEnd) {
        Workers.startDaemon("chardev:" + id, () -> serve(frontEnd));
    }

    private void serve(FrontEnd frontEnd) {
        for (var peer = next(); peer.isPresent(); peer = next()) {
            try (ByteStream stream = peer.get()) {
                frontEnd.serve(stream);
            }
        }
    }

    private Optional<ByteStream> next() {
        try {
            return terminal.awaitPeer();
        } catch (BlockException _) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        terminal.close();
    }
}
