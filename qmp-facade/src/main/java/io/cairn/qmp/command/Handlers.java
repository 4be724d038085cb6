package io.cairn.qmp.command;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.schema.Arguments;

/// The parts of which a command consists.
public final class Handlers {
    private Handlers() {}

    /// Makes the record of a command's arguments.
    @FunctionalInterface
    public interface Reader<A> {
        A read(Arguments in) throws BlockException, QmpException;
    }

    /// Does what a command asks for, whose result is an empty object.
    @FunctionalInterface
    public interface Action<A> {
        void run(A arguments) throws BlockException, QmpException;
    }

    /// The same for a command without arguments.
    @FunctionalInterface
    public interface PlainAction {
        void run() throws BlockException, QmpException;
    }

    /// Answers a command.
    @FunctionalInterface
    public interface Query<A> {
        JsonValue run(A arguments) throws BlockException, QmpException;
    }

    /// The same for a command without arguments.
    @FunctionalInterface
    public interface PlainQuery {
        JsonValue run() throws BlockException, QmpException;
    }

    /// Answers a command that is about the monitor on which it came.
    @FunctionalInterface
    public interface MonitorQuery<A> {
        JsonValue run(A arguments, Caller caller) throws BlockException, QmpException;
    }
}
