package io.cairn.cli.io;

import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;

/// `aio_flush`: waits for the requests of `aio_read` and `aio_write`.
final class AioFlushCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("aio_flush", "completes all outstanding aio requests");
    }

    @Override
    public void run(Session session, Arguments arguments) {
        Accounting accounting = session.image().accounting().orElse(null);
        long started = accounting == null ? 0 : accounting.begin();
        session.events().awaitRequests();
        if (accounting != null) {
            accounting.done(OperationKind.FLUSH, 0, started);
        }
    }
}
