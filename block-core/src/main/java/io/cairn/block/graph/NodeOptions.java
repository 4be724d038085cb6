package io.cairn.block.graph;

import io.cairn.block.ChildRole;
import io.cairn.block.DetectZeroes;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;
import io.cairn.block.spi.DriverKind;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// The options that every node has, whatever its driver (QMP reference manual, "BlockdevOptions").
///
/// @param flags how the node is opened
/// @param detectZeroes what it does with writes of zeroes
record NodeOptions(NodeFlags flags, DetectZeroes detectZeroes) {
    /// Takes the generic options out of `options`.
    static NodeOptions take(Options options, NodeFlags defaults) throws InvalidOptionException {
        NodeFlags flags = defaults;
        Boolean readOnly = takeBoolean(options, "read-only");
        if (readOnly != null) {
            flags = flags.withReadOnly(readOnly);
        }
        Boolean autoReadOnly = takeBoolean(options, "auto-read-only");
        if (autoReadOnly != null) {
            flags = flags.withAutoReadOnly(autoReadOnly);
        }
        Boolean direct = takeBoolean(options, "cache.direct");
        Boolean noFlush = takeBoolean(options, "cache.no-flush");
        flags =
                flags.withCache(
                        direct == null ? flags.direct() : direct,
                        noFlush == null ? flags.noFlush() : noFlush);
        Boolean forceShare = takeBoolean(options, "force-share");
        if (forceShare != null) {
            flags = flags.withForceShare(forceShare);
        }
        if (flags.forceShare() && !flags.readOnly()) {
            throw new InvalidOptionException(
                    "force-share=on can only be used with read-only images");
        }
        String discard = options.takeText("discard");
        if (discard != null) {
            flags = flags.withUnmap(parseDiscard(discard));
        }
        return new NodeOptions(flags, parseDetectZeroes(options, flags));
    }

    /// How a child is opened if its own options do not say.
    static NodeFlags inherited(NodeFlags parent, DriverKind parentKind, Set<ChildRole> roles) {
        NodeFlags flags = parent.withCheck(false).withTemporary(false);
        if (roles.contains(ChildRole.COW)) {
            return flags.withReadOnly(true).withAutoReadOnly(false).withUnmap(false);
        }
        flags = flags.withNoIo(false);
        return parentKind == DriverKind.FILTER ? flags : flags.withUnmap(true);
    }

    private static boolean parseDiscard(String value) throws InvalidOptionException {
        return switch (value) {
            case "unmap", "on" -> true;
            case "ignore", "off" -> false;
            default -> throw new InvalidOptionException("Invalid discard option");
        };
    }

    private static DetectZeroes parseDetectZeroes(Options options, NodeFlags flags)
            throws InvalidOptionException {
        String value = options.takeText("detect-zeroes");
        if (value == null) {
            return DetectZeroes.OFF;
        }
        DetectZeroes mode = null;
        for (DetectZeroes candidate : DetectZeroes.values()) {
            if (candidate.text().equals(value)) {
                mode = candidate;
            }
        }
        if (mode == null) {
            throw new InvalidOptionException("invalid parameter value: " + value);
        }
        if (mode == DetectZeroes.UNMAP && !flags.unmap()) {
            throw new InvalidOptionException(
                    "setting detect-zeroes to unmap is not allowed without setting discard"
                            + " operation to unmap");
        }
        return mode;
    }

    private static @Nullable Boolean takeBoolean(Options options, String key)
            throws InvalidOptionException {
        JsonValue value = options.take(key);
        // No pattern switch: this is on the way of every start, and linking one costs milliseconds.
        if (value == null) {
            return null;
        }
        if (value instanceof JsonBoolean b) {
            return b.value();
        }
        if (value instanceof JsonString s) {
            if (isOneOf(s.value(), "on", "yes", "true", "y")) {
                return true;
            }
            if (isOneOf(s.value(), "off", "no", "false", "n")) {
                return false;
            }
        }
        throw new InvalidOptionException("Parameter '" + key + "' expects 'on' or 'off'");
    }

    private static boolean isOneOf(String value, String... names) {
        for (String name : names) {
            if (name.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
