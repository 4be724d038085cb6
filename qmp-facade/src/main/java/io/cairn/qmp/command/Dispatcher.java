package io.cairn.qmp.command;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.schema.Checker;
import io.cairn.qmp.schema.DeclaredOrder;
import io.cairn.qmp.schema.Input;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Runs commands: one at a time of all monitors, but for those that may run beside others.
///
/// Thread-safe.
public final class Dispatcher {
    /// What a command is told that needs a descriptor and was given none.
    public static final String NO_DESCRIPTOR = "No file descriptor supplied via SCM_RIGHTS";

    private final CommandTable table;
    private final DeclaredOrder order;
    private final Checker checker;
    private final ReentrantLock lock = new ReentrantLock(true);
    private volatile Runnable afterCommand = () -> {};

    public Dispatcher(CommandTable table) {
        this.table = table;
        this.order = new DeclaredOrder(table.schema());
        this.checker = new Checker(table.schema(), Input.QMP);
    }

    /// Has something done whenever a command of a client has been answered, by the thread that did
    /// so.
    public void setAfterCommand(Runnable action) {
        afterCommand = action;
    }

    /// The reply to a message that is an object, whatever it holds.
    ///
    /// @param mode what the monitor takes at present
    public JsonObject dispatch(JsonObject message, Mode mode, Caller caller) {
        JsonValue id = message.get("id");
        try {
            Request request = Request.of(message, mode == Mode.COMMANDS_AND_OOB);
            return reply("return", run(request, mode, caller), id);
        } catch (QmpException e) {
            return error(e.errorClass(), e.getMessage(), id);
        } catch (BlockException e) {
            return error(ErrorClass.GENERIC, e.getMessage(), id);
        } finally {
            afterCommand.run();
        }
    }

    /// A time in which no command of others runs that changes anything.
    public interface Exclusion extends AutoCloseable {
        @Override
        void close();
    }

    /// Begins such a time, for the calling thread.
    public Exclusion exclude() {
        lock.lock();
        return lock::unlock;
    }

    /// Runs a command that came in another way than over QMP.
    ///
    /// @param input how the arguments' values are written
    public JsonValue run(String name, JsonObject arguments, Input input)
            throws BlockException, QmpException {
        Command<?> command =
                table.find(name)
                        .orElseThrow(() ->
                                new QmpException(
                                        ErrorClass.COMMAND_NOT_FOUND,
                                        "The command " + name + " has not been found"));
        Checker fitting = new Checker(table.schema(), input);
        JsonObject checked = fitting.arguments(command.definition().arguments(), arguments);
        lock.lock();
        try {
            return command.run(new Arguments(checked), Nobody.NOBODY);
        } finally {
            lock.unlock();
        }
    }

    /// Who calls where no monitor does.
    private enum Nobody implements Caller {
        NOBODY;

        @Override
        public void negotiated(List<String> capabilities) {
            throw new IllegalStateException();
        }

        @Override
        public int takeDescriptor() throws QmpException {
            throw QmpException.generic(NO_DESCRIPTOR);
        }
    }

    /// What a monitor takes.
    public enum Mode {
        /// Nothing but the end of the negotiation.
        NEGOTIATION,
        COMMANDS,
        /// Commands, and some of them out of band.
        COMMANDS_AND_OOB
    }

    private JsonValue run(Request request, Mode mode, Caller caller)
            throws QmpException, BlockException {
        Command<?> command = find(request.command(), mode);
        if (request.isOob() && !command.definition().allowsOob()) {
            throw QmpException.generic(
                    "The command " + request.command() + " does not support OOB");
        }
        Arguments arguments =
                new Arguments(
                        checker.arguments(command.definition().arguments(), request.arguments()));
        JsonValue result;
        if (command.isConcurrent() || request.isOob()) {
            result = command.run(arguments, caller);
        } else {
            lock.lock();
            try {
                result = command.run(arguments, caller);
            } finally {
                lock.unlock();
            }
        }
        return order.of(command.definition().returns(), result);
    }

    private Command<?> find(String name, Mode mode) throws QmpException {
        Command<?> command = table.find(name).orElse(null);
        boolean isNegotiation = name.equals("qmp_capabilities");
        if (mode == Mode.NEGOTIATION && !isNegotiation) {
            throw new QmpException(
                    ErrorClass.COMMAND_NOT_FOUND,
                    "Expecting capabilities negotiation with 'qmp_capabilities'");
        }
        if (command == null) {
            throw new QmpException(
                    ErrorClass.COMMAND_NOT_FOUND, "The command " + name + " has not been found");
        }
        return command;
    }

    /// The reply to what is no request at all.
    public static JsonObject error(String message) {
        return error(ErrorClass.GENERIC, message, null);
    }

    private static JsonObject error(ErrorClass errorClass, String message, @Nullable JsonValue id) {
        JsonObject error =
                JsonObject.builder().put("class", errorClass.text()).put("desc", message).build();
        return reply("error", error, id);
    }

    private static JsonObject reply(String kind, JsonValue content, @Nullable JsonValue id) {
        JsonObject.Builder reply = JsonObject.builder().put(kind, content);
        if (id != null) {
            reply.put("id", id);
        }
        return reply.build();
    }
}
