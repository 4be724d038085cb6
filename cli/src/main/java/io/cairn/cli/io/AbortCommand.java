package io.cairn.cli.io;

import io.cairn.block.os.HostProcess;

/// `abort`: ends the process as a program does that finds itself broken.
final class AbortCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("abort", "simulate a program crash using abort(3)");
    }

    @Override
    public boolean needsImage() {
        return false;
    }

    @Override
    public void run(Session session, Arguments arguments) {
        HostProcess.raise(HostProcess.ABORT);
    }
}
