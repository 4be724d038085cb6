package io.cairn.format.raw;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.Measure;
import io.cairn.block.spi.MeasureContext;
import io.cairn.block.spi.OpenContext;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/// The guest's bytes as they are.
public final class RawDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "raw";

    private static final Set<ChildRole> WHOLE = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);
    private static final Set<ChildRole> WINDOW = Set.of(ChildRole.DATA, ChildRole.PRIMARY);
    private static final OptionSchema<Long> CREATION =
            OptionSchema.of(
                    OptionList.of(Option.size(RawOptions.SIZE, "Virtual disk size")),
                    (OptionReader in) -> in.size(RawOptions.SIZE));

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
        return RawOptions.SCHEMA;
    }

    @Override
    public Optional<OptionSchema<?>> createSchema() {
        return Optional.of(CREATION);
    }

    /// Everything is a raw image if it is nothing else.
    @Override
    public int probe(ByteBuffer head, String filename) {
        return 1;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options identity = new Options();
        keep(RawOptions.OFFSET, context.options(), identity);
        keep(RawOptions.SIZE, context.options(), identity);
        RawOptions options = RawOptions.SCHEMA.read(context.options(), Dialect.NODE);
        Child file = context.openChild("file", options.isWindow() ? WINDOW : WHOLE);
        options.requireInside(file.length());
        if (context.isFormatProbed() && !context.flags().readOnly()) {
            context.warn(probed(file.node().filename()));
        }
        return new RawInstance(options, identity, file, context);
    }

    private static String probed(String filename) {
        return "WARNING: Image format was not specified for '"
                + filename
                + "' and probing guessed raw.\n"
                + "         Automatically detecting the format is dangerous for raw images, write"
                + " operations on block 0 will be restricted.\n"
                + "         Specify the 'raw' format explicitly to remove the restrictions.";
    }

    private static void keep(String key, Options from, Options into) {
        JsonValue value = from.get(key);
        if (value != null) {
            into.put(key, value);
        }
    }

    /// Makes the file, which is the image: all options are the protocol's.
    @Override
    public void create(CreateContext context) throws BlockException {
        Options all = new Options(context.options());
        for (String key : all.keys()) {
            context.options().take(key);
        }
        context.file(all);
    }

    @Override
    public Optional<Measure> measure(MeasureContext context) throws BlockException {
        long size =
                context.source().isPresent()
                        ? context.source().get().length()
                        : CREATION.read(context.options(), Dialect.COMMAND_LINE);
        return Optional.of(new Measure(size, size, -1));
    }
}
