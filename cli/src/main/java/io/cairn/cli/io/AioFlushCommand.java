package io.cairn.cli.io;

/// `aio_flush`: waits for the requests of `aio_read` and `aio_write`.
final class AioFlushCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("aio_flush", "completes all outstanding aio requests");
    }

    @Override
    public void run(Session session, Arguments arguments) {
        session.events().awaitRequests();
    }
}
