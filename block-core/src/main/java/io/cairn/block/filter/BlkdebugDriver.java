package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permissions;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.List;
import java.util.Set;

/// A filter that fails and stops requests as a test asks for: errors injected by rules,
/// breakpoints, and narrow limits.
///
/// Its filename is `blkdebug:CONFIG:IMAGE`, with an empty CONFIG for no file of rules.
public final class BlkdebugDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "blkdebug";

    private static final String PREFIX = "blkdebug:";
    private static final String IMAGE = "image";
    private static final Set<ChildRole> ROLES = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);

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
        return BlkdebugOptions.SCHEMA;
    }

    @Override
    public Set<String> filenamePrefixes() {
        return Set.of(NAME);
    }

    @Override
    public void parseFilename(String filename, Options into) throws BlockException {
        if (!filename.startsWith(PREFIX)) {
            into.put(BlkdebugOptions.IMAGE_FILENAME, filename);
            return;
        }
        String rest = filename.substring(PREFIX.length());
        int colon = rest.indexOf(':');
        if (colon < 0) {
            throw new InvalidOptionException("blkdebug requires both config file and image path");
        }
        if (colon > 0) {
            into.put(BlkdebugOptions.CONFIG, rest.substring(0, colon));
        }
        into.put(BlkdebugOptions.IMAGE_FILENAME, rest.substring(colon + 1));
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options options = context.options();
        Options identity = identity(options);
        BlkdebugOptions own = BlkdebugOptions.SCHEMA.read(options, Dialect.NODE);
        List<Rule> rules = RuleSet.read(own.config(), options);
        Permissions take =
                BlkdebugOptions.takePermissions(options, BlkdebugOptions.TAKE_PERMISSIONS);
        Permissions unshare =
                BlkdebugOptions.takePermissions(options, BlkdebugOptions.UNSHARE_PERMISSIONS);
        String filename = own.imageFilename();
        Child image =
                filename == null
                        ? context.openChild(IMAGE, ROLES)
                        : context.openFilename(IMAGE, filename, ROLES);
        return new BlkdebugInstance(
                image,
                own.limits(image.limits().requestAlignment()),
                own.config(),
                identity,
                new RuleEngine(rules),
                new Breakpoints(context.node().name(), context.events()),
                take,
                unshare);
    }

    /// Everything that was given but for the child.
    private static Options identity(Options options) {
        Options identity = new Options();
        for (String key : options.keys()) {
            JsonValue value = options.get(key);
            boolean isImage =
                    key.equals(IMAGE)
                            || key.startsWith(IMAGE + ".")
                            || key.equals(BlkdebugOptions.IMAGE_FILENAME);
            if (value != null && !isImage) {
                identity.put(key, value);
            }
        }
        return identity;
    }
}
