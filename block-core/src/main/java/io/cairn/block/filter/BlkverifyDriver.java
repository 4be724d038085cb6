package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// A filter that does every request to an image under test and to a raw copy of it, and finds where
/// they differ.
///
/// Its filename is `blkverify:RAW:IMAGE`.
public final class BlkverifyDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "blkverify";

    private static final String PREFIX = "blkverify:";
    private static final String RAW_FILENAME = "x-raw";
    private static final String TEST_FILENAME = "x-image";
    private static final Set<ChildRole> RAW_ROLES = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);
    private static final Set<ChildRole> TEST_ROLES = Set.of(ChildRole.DATA);

    /// The two images by their filenames, null where options give them.
    private record Filenames(@Nullable String raw, @Nullable String test) {
        static final OptionSchema<Filenames> SCHEMA =
                OptionSchema.of(
                        OptionList.of(
                                Option.string(RAW_FILENAME, "[internal use only, will be removed]"),
                                Option.string(
                                        TEST_FILENAME, "[internal use only, will be removed]")),
                        Filenames::read);

        private static Filenames read(OptionReader in) throws InvalidOptionException {
            return new Filenames(in.string(RAW_FILENAME), in.string(TEST_FILENAME));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FILTER;
    }

    @Override
    public boolean isProtocol() {
        return true;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return Filenames.SCHEMA;
    }

    @Override
    public Set<String> filenamePrefixes() {
        return Set.of(NAME);
    }

    @Override
    public void parseFilename(String filename, Options into) throws BlockException {
        if (!filename.startsWith(PREFIX)) {
            into.put(TEST_FILENAME, filename);
            return;
        }
        String rest = filename.substring(PREFIX.length());
        int colon = rest.indexOf(':');
        if (colon < 0) {
            throw new InvalidOptionException("blkverify requires raw copy and original image path");
        }
        into.put(RAW_FILENAME, rest.substring(0, colon));
        into.put(TEST_FILENAME, rest.substring(colon + 1));
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Filenames names = Filenames.SCHEMA.read(context.options(), Dialect.NODE);
        String rawName = names.raw();
        Child raw =
                rawName == null
                        ? context.openChild("raw", RAW_ROLES)
                        : context.openFilename("raw", rawName, RAW_ROLES);
        String testName = names.test();
        Child test =
                testName == null
                        ? context.openImage("test", TEST_ROLES)
                        : context.openImage("test", testName, TEST_ROLES);
        return new BlkverifyInstance(context.node().name(), raw, test, context.events());
    }
}
