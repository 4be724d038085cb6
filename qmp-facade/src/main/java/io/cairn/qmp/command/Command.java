package io.cairn.qmp.command;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.schema.Definition;

/// A command that there is.
///
/// @param definition what the schema says of it
/// @param reader makes the record of its arguments
/// @param handler answers it
/// @param isConcurrent whether it may run while another command does
/// @param <A> the record of its arguments
public record Command<A>(
        Definition.Command definition,
        Handlers.Reader<A> reader,
        Handlers.MonitorQuery<A> handler,
        boolean isConcurrent) {
    /// Answers the command.
    JsonValue run(Arguments arguments, Caller caller) throws BlockException, QmpException {
        return handler.run(reader.read(arguments), caller);
    }
}
