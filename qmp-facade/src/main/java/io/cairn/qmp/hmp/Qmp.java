package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.QmpException;

/// Runs QMP's commands for those of people.
@FunctionalInterface
public interface Qmp {
    /// Runs a command with arguments that are not checked yet.
    JsonValue execute(String command, JsonObject arguments) throws BlockException, QmpException;
}
