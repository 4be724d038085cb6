package io.cairn.block.filter;

import io.cairn.block.DebugEvent;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Set;

/// What happens at an event while the engine is in a state.
sealed interface Rule {
    /// The event at which the rule counts.
    DebugEvent event();

    /// The state in which it counts, 0 for every state.
    long state();

    /// Whether the rule counts at an event in a state.
    default boolean matches(DebugEvent at, long current) {
        return event() == at && (state() == 0 || state() == current);
    }

    /// From the event on, requests fail (QMP reference manual, "BlkdebugInjectErrorOptions").
    ///
    /// @param types the kinds of request that fail
    /// @param errno the error number; no request fails by one that is not positive
    /// @param sector the sector that a request must touch to fail, -1 for any request
    /// @param once only the first request fails
    record InjectError(
            DebugEvent event, long state, Set<IoType> types, long errno, long sector, boolean once)
            implements Rule {
        private static final int SECTOR = 512;

        static final OptionSchema<InjectError> SCHEMA =
                OptionSchema.of(
                        OptionList.of(
                                Option.string("event", "name of the event that triggers the rule"),
                                Option.number("state", "state in which the rule counts"),
                                Option.string("iotype", "kind of request that fails"),
                                Option.number("errno", "error number of the failure")
                                        .withDefault("5"),
                                Option.number("sector", "sector that a request must touch")
                                        .withDefault("-1"),
                                Option.bool("once", "fail the first request only"),
                                Option.bool("immediately", "fail without waiting")),
                        InjectError::read);

        private static InjectError read(OptionReader in) throws InvalidOptionException {
            DebugEvent event = parseEvent(in.string("event"));
            long state = in.number("state");
            String type = in.string("iotype");
            Set<IoType> types = type == null ? IoType.byDefault() : EnumSet.of(IoType.parse(type));
            long errno = in.number("errno");
            long sector = in.number("sector");
            boolean once = in.bool("once");
            // Every request here waits for its answer, so that both ways to fail are one.
            in.bool("immediately");
            return new InjectError(event, state, types, errno, sector, once);
        }

        boolean hits(IoType type, long offset, long length) {
            return types.contains(type)
                    && (sector == -1
                            || (sector * SECTOR >= offset && sector * SECTOR < offset + length));
        }
    }

    /// The engine goes to another state (QMP reference manual, "BlkdebugSetStateOptions").
    record SetState(DebugEvent event, long state, long newState) implements Rule {
        static final OptionSchema<SetState> SCHEMA =
                OptionSchema.of(
                        OptionList.of(
                                Option.string("event", "name of the event that triggers the rule"),
                                Option.number("state", "state in which the rule counts"),
                                Option.number("new_state", "state that the engine goes to")
                                        .asQmp("new_state")),
                        SetState::read);

        private static SetState read(OptionReader in) throws InvalidOptionException {
            DebugEvent event = parseEvent(in.string("event"));
            return new SetState(event, in.number("state"), in.number("new_state"));
        }
    }

    private static DebugEvent parseEvent(@Nullable String name) throws InvalidOptionException {
        if (name == null) {
            throw new InvalidOptionException("Missing event name for rule");
        }
        return DebugEvent.find(name)
                .orElseThrow(() -> new InvalidOptionException("invalid parameter value: " + name));
    }
}
