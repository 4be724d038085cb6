package io.cairn.qmp.schema;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Something that the schema declares under a name.
///
/// Types are referred to by name: a {@link Builtin}'s, another definition's, or `[name]` for a
/// list.
public sealed interface Definition {
    String name();

    /// What clients may want to know besides: `deprecated`, `unstable`, and the names of abilities.
    List<String> features();

    /// A type whose values are some strings.
    record Choice(String name, List<Value> values, List<String> features) implements Definition {
        /// One of the strings.
        public record Value(String name, List<String> features) {
            public Value {
                features = List.copyOf(features);
            }
        }

        public Choice {
            values = List.copyOf(values);
            features = List.copyOf(features);
        }

        /// Whether the string is one of them.
        public boolean contains(String text) {
            for (Value value : values) {
                if (value.name().equals(text)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// A type of objects. With a tag it is a union: the tag's value says which further members
    /// there are.
    ///
    /// @param members those that every object has or may have, in the order in which they are
    ///   checked
    /// @param tag the name of a member of a {@link Choice} type, or null
    /// @param cases the types of the further members by the tag's value; none for a value that has
    ///   none
    record Struct(
            String name,
            List<Member> members,
            @Nullable String tag,
            Map<String, String> cases,
            List<String> features)
            implements Definition {
        public Struct {
            members = List.copyOf(members);
            cases = Collections.unmodifiableMap(new LinkedHashMap<>(cases));
            features = List.copyOf(features);
        }
    }

    /// A member of an object.
    ///
    /// @param type the name of its type
    /// @param optional whether it may be absent
    record Member(String name, String type, boolean optional, List<String> features) {
        public Member {
            features = List.copyOf(features);
        }
    }

    /// A type whose values are of one of several types, told apart by their kind in JSON.
    record Alternate(String name, List<String> types) implements Definition {
        public Alternate {
            types = List.copyOf(types);
        }

        @Override
        public List<String> features() {
            return List.of();
        }
    }

    /// A command.
    ///
    /// @param arguments the name of the type of its arguments
    /// @param returns the name of the type of its result; null for an empty object
    /// @param allowsOob whether it may be run out of band
    record Command(
            String name,
            String arguments,
            @Nullable String returns,
            boolean allowsOob,
            List<String> features)
            implements Definition {
        public Command {
            features = List.copyOf(features);
        }
    }

    /// An event.
    ///
    /// @param data the name of the type of what it tells
    record Event(String name, String data, List<String> features) implements Definition {
        public Event {
            features = List.copyOf(features);
        }
    }
}
