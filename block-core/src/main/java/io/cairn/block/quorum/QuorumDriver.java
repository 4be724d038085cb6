package io.cairn.block.quorum;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Several copies of one disk: every request goes to all of them, and what enough of them agree on
/// is the answer.
public final class QuorumDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "quorum";

    static final Set<ChildRole> ROLES = Set.of(ChildRole.DATA);
    private static final String CHILDREN = "children";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return QuorumOptions.SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options options = context.options();
        int count = options.listLength(CHILDREN);
        requireList(options, count);
        Options identity = identity(options);
        QuorumOptions own = QuorumOptions.SCHEMA.read(options, Dialect.NODE);
        own.requireValid(count);
        List<Child> children = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            children.add(context.openImage(childName(i), ROLES));
        }
        return new QuorumInstance(context, own, identity, children);
    }

    static String childName(int index) {
        return CHILDREN.concat(".").concat(Integer.toString(index));
    }

    private static void requireList(Options options, int count) throws InvalidOptionException {
        Options rest = options.sub(CHILDREN);
        boolean isList = true;
        for (int i = 0; i < count; i++) {
            String element = Integer.toString(i);
            boolean isReference = rest.take(element) != null;
            isList &= isReference == rest.takeSub(element).isEmpty();
        }
        if (!isList || !rest.isEmpty()) {
            throw new InvalidOptionException("Option children is not a valid array");
        }
        if (count == 0) {
            throw new InvalidOptionException("Number of provided children must be 1 or more");
        }
    }

    private static Options identity(Options options) {
        Options identity = new Options();
        for (String name :
                List.of(
                        QuorumOptions.THRESHOLD,
                        QuorumOptions.VERIFY,
                        QuorumOptions.REWRITE,
                        QuorumOptions.PATTERN)) {
            JsonValue value = options.get(name);
            if (value != null) {
                identity.put(name, value);
            }
        }
        return identity;
    }
}
