package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Node;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FrozenChain;
import io.cairn.block.spi.OpenContext;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// A filter whose reads copy into its child what they bring from further down the child's chain.
public final class CopyOnReadDriver extends FilterDriver {
    /// The driver's name.
    public static final String NAME = "copy-on-read";

    /// @param bottom the last node of the chain whose data is copied, null for the chain's end (QMP
    ///   reference manual, "BlockdevOptionsCor")
    private record CopyOnReadOptions(@Nullable String bottom) {}

    private static final OptionSchema<CopyOnReadOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string("bottom", "last node of the chain that is copied from")),
                    in -> new CopyOnReadOptions(in.string("bottom")));

    public CopyOnReadDriver() {
        super(NAME);
    }

    @Override
    public OptionSchema<?> openSchema() {
        return SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child file = openFile(context);
        CopyOnReadOptions options = SCHEMA.read(context.options(), Dialect.NODE);
        Node bottom = options.bottom() == null ? null : find(context, file, options.bottom());
        file.allowSerialising();
        FrozenChain frozen = bottom == null ? FrozenChain.NONE : file.freezeDownTo(bottom);
        return new CopyOnReadInstance(file, bottom, frozen);
    }

    private static Node find(OpenContext context, Child file, String name) throws BlockException {
        Optional<Node> found = context.findNode(name);
        if (found.isEmpty()) {
            throw new BlockException(Errno.EINVAL, "Bottom node '" + name + "' not found");
        }
        Node bottom = found.get();
        if (bottom.isFilter()) {
            throw new BlockException(Errno.EINVAL, "Bottom node '" + name + "' is a filter");
        }
        if (!file.hasInChain(bottom)) {
            throw new BlockException(
                    Errno.EINVAL,
                    "Bottom node '"
                            + name
                            + "' is not in the backing chain of '"
                            + file.node().name()
                            + "'");
        }
        return bottom;
    }
}
