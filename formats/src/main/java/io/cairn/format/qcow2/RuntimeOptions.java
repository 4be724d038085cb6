package io.cairn.format.qcow2;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The options of an open image (QMP reference manual, "BlockdevOptionsQcow2").
///
/// @param lazyRefcounts postpone refcount updates; null to follow the image's own wish
/// @param passDiscardRequest hand discarded clusters back to the storage; null to follow `discard`
/// @param passDiscardSnapshot the same for clusters freed with a snapshot
/// @param passDiscardOther the same for clusters freed otherwise
/// @param overlapChecks a set of {@link OverlapCheck}s
/// @param caches what was asked of the caches
/// @param cleanIntervalSeconds after which unused cache entries go, 0 for never
record RuntimeOptions(
        @Nullable Boolean lazyRefcounts,
        @Nullable Boolean passDiscardRequest,
        boolean passDiscardSnapshot,
        boolean passDiscardOther,
        int overlapChecks,
        CacheSizes.Request caches,
        int cleanIntervalSeconds) {
    private static final String LAZY_REFCOUNTS = "lazy-refcounts";
    private static final String PASS_DISCARD_REQUEST = "pass-discard-request";
    private static final String PASS_DISCARD_SNAPSHOT = "pass-discard-snapshot";
    private static final String PASS_DISCARD_OTHER = "pass-discard-other";
    private static final String OVERLAP_CHECK = "overlap-check";
    private static final String OVERLAP_CHECK_TEMPLATE = "overlap-check.template";
    private static final String CACHE_SIZE = "cache-size";
    private static final String L2_CACHE_SIZE = "l2-cache-size";
    private static final String L2_CACHE_ENTRY_SIZE = "l2-cache-entry-size";
    private static final String REFCOUNT_CACHE_SIZE = "refcount-cache-size";
    private static final String CACHE_CLEAN_INTERVAL = "cache-clean-interval";

    static final OptionSchema<RuntimeOptions> SCHEMA =
            OptionSchema.of(OptionList.of(declare()), RuntimeOptions::read);

    private static Option[] declare() {
        List<Option> options = new ArrayList<>();
        options.add(Option.bool(LAZY_REFCOUNTS, "Postpone refcount updates"));
        options.add(
                Option.bool(
                        PASS_DISCARD_REQUEST, "Pass guest discard requests to the layer below"));
        options.add(
                Option.bool(
                                PASS_DISCARD_SNAPSHOT,
                                "Generate discard requests when snapshot related space is freed")
                        .withDefault("on"));
        options.add(
                Option.bool(
                        PASS_DISCARD_OTHER,
                        "Generate discard requests when other clusters are freed"));
        options.add(
                Option.string(
                        OVERLAP_CHECK,
                        "Selects which overlap checks to perform from a range of templates (none,"
                                + " constant, cached, all)"));
        options.add(
                Option.string(
                        OVERLAP_CHECK_TEMPLATE,
                        "Selects which overlap checks to perform from a range of templates (none,"
                                + " constant, cached, all)"));
        for (OverlapCheck check : OverlapCheck.values()) {
            options.add(
                    Option.bool(
                            OVERLAP_CHECK + "." + check.option(),
                            "Check for unintended writes into the " + check.text()));
        }
        options.add(
                Option.size(
                        CACHE_SIZE,
                        "Maximum combined metadata (L2 tables and refcount blocks)"
                                + " cache size"));
        options.add(Option.size(L2_CACHE_SIZE, "Maximum L2 table cache size"));
        options.add(Option.size(L2_CACHE_ENTRY_SIZE, "Size of each entry in the L2 cache"));
        options.add(Option.size(REFCOUNT_CACHE_SIZE, "Maximum refcount block cache size"));
        options.add(
                Option.number(
                                CACHE_CLEAN_INTERVAL,
                                "Clean unused cache entries after this time (in seconds)")
                        .withDefault("600"));
        return options.toArray(Option[]::new);
    }

    private static RuntimeOptions read(OptionReader in) throws InvalidOptionException {
        CacheSizes.Request caches =
                new CacheSizes.Request(
                        bytes(in, CACHE_SIZE),
                        bytes(in, L2_CACHE_SIZE),
                        bytes(in, L2_CACHE_ENTRY_SIZE),
                        bytes(in, REFCOUNT_CACHE_SIZE));
        long interval = in.number(CACHE_CLEAN_INTERVAL);
        if (interval < 0 || interval > 0xffff_ffffL) {
            throw new InvalidOptionException("Cache clean interval too big");
        }
        return new RuntimeOptions(
                optional(in, LAZY_REFCOUNTS),
                optional(in, PASS_DISCARD_REQUEST),
                in.bool(PASS_DISCARD_SNAPSHOT),
                in.bool(PASS_DISCARD_OTHER),
                overlapChecks(in),
                caches,
                (int) Math.min(interval, Integer.MAX_VALUE));
    }

    /// A size that may be absent; what does not fit 63 bits is as good as the largest that does.
    private static long bytes(OptionReader in, String name) throws InvalidOptionException {
        if (!in.isSet(name)) {
            return -1;
        }
        long value = in.size(name);
        return value < 0 ? Long.MAX_VALUE : value;
    }

    private static @Nullable Boolean optional(OptionReader in, String name)
            throws InvalidOptionException {
        return in.isSet(name) ? in.bool(name) : null;
    }

    /// Removes old options that new ones replace: the other name of the template, and the sizes of
    /// caches, which belong together.
    static void forgetReplaced(Options old, Options given) {
        forgetTogether(old, given, OVERLAP_CHECK, OVERLAP_CHECK_TEMPLATE);
        forgetTogether(old, given, CACHE_SIZE, L2_CACHE_SIZE, REFCOUNT_CACHE_SIZE);
    }

    private static void forgetTogether(Options old, Options given, String... names) {
        for (String name : names) {
            if (given.contains(name)) {
                for (String other : names) {
                    old.take(other);
                }
            }
        }
    }

    private static int overlapChecks(OptionReader in) throws InvalidOptionException {
        String plain = in.string(OVERLAP_CHECK);
        String nested = in.string(OVERLAP_CHECK_TEMPLATE);
        if (plain != null && nested != null && !plain.equals(nested)) {
            throw new InvalidOptionException(
                    "Conflicting values for qcow2 options 'overlap-check' ('"
                            + plain
                            + "') and 'overlap-check.template' ('"
                            + nested
                            + "')");
        }
        String template = plain != null ? plain : nested != null ? nested : "cached";
        Integer named = OverlapCheck.template(template);
        if (named == null) {
            throw new InvalidOptionException(
                    "Unsupported value '"
                            + template
                            + "' for qcow2 option 'overlap-check'. Allowed are any of the"
                            + " following: none, constant, cached, all");
        }
        int set = named;
        for (OverlapCheck check : OverlapCheck.values()) {
            String name = OVERLAP_CHECK + "." + check.option();
            if (in.isSet(name)) {
                set = in.bool(name) ? set | check.bit() : set & ~check.bit();
            }
        }
        return set;
    }
}
