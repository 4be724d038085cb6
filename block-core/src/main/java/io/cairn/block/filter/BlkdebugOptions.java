package io.cairn.block.filter;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.Limits;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// What a `blkdebug` node is opened with besides its rules and its child (QMP reference manual,
/// "BlockdevOptionsBlkdebug").
///
/// @param config the file of rules, null for none
/// @param imageFilename the child by its filename, null if it is given by options
/// @param align the alignment of requests that the node claims to want, 0 for none; not checked
/// @param wanted what else it claims to want of requests; not checked
record BlkdebugOptions(
        @Nullable String config, @Nullable String imageFilename, long align, Limits wanted) {
    static final String CONFIG = "config";
    static final String IMAGE_FILENAME = "x-image";
    static final String TAKE_PERMISSIONS = "take-child-perms";
    static final String UNSHARE_PERMISSIONS = "unshare-child-perms";

    static final OptionSchema<BlkdebugOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string(CONFIG, "Path to the configuration file"),
                            Option.string(IMAGE_FILENAME, "[internal use only, will be removed]"),
                            Option.size("align", "Required alignment in bytes"),
                            Option.size("max-transfer", "Maximum transfer size in bytes"),
                            Option.size("opt-write-zero", "Optimum write zero alignment in bytes"),
                            Option.size("max-write-zero", "Maximum write zero size in bytes"),
                            Option.size("opt-discard", "Optimum discard alignment in bytes"),
                            Option.size("max-discard", "Maximum discard size in bytes")),
                    BlkdebugOptions::read);

    private static BlkdebugOptions read(OptionReader in) throws InvalidOptionException {
        return new BlkdebugOptions(
                in.string(CONFIG),
                in.string(IMAGE_FILENAME),
                in.size("align"),
                Limits.NONE
                        .withTransfer(in.size("max-transfer"), 0)
                        .withZeroes(in.size("opt-write-zero"), in.size("max-write-zero"))
                        .withDiscard(in.size("opt-discard"), in.size("max-discard")));
    }

    /// What the node claims, if its child can live with it.
    ///
    /// @param childAlignment what the child wants its requests aligned to
    Limits limits(int childAlignment) throws InvalidOptionException {
        if (align < 0 || align >= Integer.MAX_VALUE || Long.bitCount(align) > 1) {
            throw unmet("align", align);
        }
        long unit = Math.max(align, childAlignment);
        requireMultiple("max-transfer", wanted.maxTransfer(), unit);
        requireMultiple("opt-write-zero", wanted.zeroAlignment(), unit);
        requireMultiple(
                "max-write-zero", wanted.maxZeroes(), Math.max(wanted.zeroAlignment(), unit));
        requireMultiple("opt-discard", wanted.discardAlignment(), unit);
        requireMultiple(
                "max-discard", wanted.maxDiscard(), Math.max(wanted.discardAlignment(), unit));
        return wanted.withRequestAlignment((int) Math.max(align, 1));
    }

    private static void requireMultiple(String name, long value, long unit)
            throws InvalidOptionException {
        if (value < 0 || value >= Integer.MAX_VALUE || value % unit != 0) {
            throw unmet(name, value);
        }
    }

    private static InvalidOptionException unmet(String name, long value) {
        return new InvalidOptionException(
                "Cannot meet constraints with " + name + " " + Long.toUnsignedString(value));
    }

    /// Takes a list of permissions.
    static Permissions takePermissions(Options options, String name) throws InvalidOptionException {
        Permissions set = Permissions.NONE;
        Options list = options.takeSub(name);
        int count = 0;
        String text = list.takeText(Integer.toString(count));
        while (text != null) {
            set = set.plus(permission(name, text));
            count++;
            text = list.takeText(Integer.toString(count));
        }
        options.putSub(name, list);
        return set;
    }

    private static Permission permission(String list, String text) throws InvalidOptionException {
        for (Permission permission : Permission.values()) {
            if (permission.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
                return permission;
            }
        }
        throw new InvalidOptionException(
                "Parameter '" + list + "' does not accept value '" + text + "'");
    }
}
