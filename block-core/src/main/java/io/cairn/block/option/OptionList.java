package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The options that one front end accepts, in the order of their declaration: a format's, or a
/// format's and a protocol's together.
public final class OptionList {
    /// The list without options.
    public static final OptionList EMPTY = new OptionList(List.of());

    private final List<Option> options;

    private OptionList(List<Option> options) {
        this.options = options;
    }

    public static OptionList of(Option... options) {
        return new OptionList(List.of(options));
    }

    public List<Option> options() {
        return options;
    }

    /// The option of that command-line name, null if there is none.
    public @Nullable Option find(String name) {
        for (Option option : options) {
            if (option.name().equals(name)) {
                return option;
            }
        }
        return null;
    }

    /// This list and those options of the other whose names are not in it.
    public OptionList plus(OptionList other) {
        List<Option> all = new ArrayList<>(options);
        for (Option option : other.options) {
            if (find(option.name()) == null) {
                all.add(option);
            }
        }
        return new OptionList(List.copyOf(all));
    }

    /// The options in the text of `-o`, their names and types checked. A choice is any text here:
    /// its record refuses what it does not know. The key `id` is passed over, as the peer does.
    ///
    /// @throws InvalidOptionException in the peer's words: `Invalid parameter 'foo'`, `Parameter
    ///   'size' expects …`
    public Options parse(String text) throws InvalidOptionException {
        Options parsed = new Options();
        for (Keyval.Pair pair : Keyval.parseOpts(text, null).pairs()) {
            if (pair.key().equals("id")) {
                continue;
            }
            Option option = find(pair.key());
            if (option == null) {
                throw new InvalidOptionException("Invalid parameter '" + pair.key() + "'");
            }
            JsonValue value = JsonValue.of(pair.value());
            OptionValues.check(option, value);
            parsed.put(pair.key(), value);
        }
        return parsed;
    }

    /// The lines that `-o help` prints below its heading: each option as ` name=<type> - help`, by
    /// name.
    public String help() {
        return OptionHelp.lines(options);
    }

    /// The given options and the defaults of the others as the line of `create` shows them, in the
    /// order of declaration: `cluster_size=65536 lazy_refcounts=off`. The options are those of
    /// {@link #parse}, or of their types.
    public String describe(Options given) throws InvalidOptionException {
        return OptionHelp.describe(options, given);
    }
}
