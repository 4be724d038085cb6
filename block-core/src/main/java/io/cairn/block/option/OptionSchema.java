package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

/// The options of a driver, a job or a command, declared once, and the constructor of the record
/// that holds them.
///
/// From it come the command line's `-o` with its help, the names in `json:{…}` and dotted keys, and
/// the arguments of QMP.
///
/// ```
/// record CreateOptions(long clusterSize, boolean lazyRefcounts) {
///     static final OptionSchema<CreateOptions> SCHEMA = OptionSchema.of(
///             OptionList.of(
///                     Option.size("cluster_size", "qcow2 cluster size").withDefault("65536"),
///                     Option.bool("lazy_refcounts", "Postpone refcount updates")),
///             in -> new CreateOptions(in.size("cluster_size"), in.bool("lazy_refcounts")));
/// }
/// ```
///
/// @param <R> the record
public final class OptionSchema<R> {
    private final OptionList list;
    private final Constructor<R> constructor;

    private OptionSchema(OptionList list, Constructor<R> constructor) {
        this.list = list;
        this.constructor = constructor;
    }

    /// Builds the record from the options read.
    @FunctionalInterface
    public interface Constructor<R> {
        /// Takes the record's values from `in`.
        ///
        /// @throws InvalidOptionException if a value or a combination is wrong
        R construct(OptionReader in) throws InvalidOptionException;
    }

    public static <R> OptionSchema<R> of(OptionList list, Constructor<R> constructor) {
        return new OptionSchema<>(list, constructor);
    }

    /// The declarations.
    public OptionList list() {
        return list;
    }

    /// Takes this schema's options out of the given ones, by the names and rules of the dialect,
    /// and builds the record. What the schema does not know stays in `options`.
    ///
    /// @throws InvalidOptionException if a value is not of its option's type, or the record refuses
    ///   it
    public R read(Options options, Dialect dialect) throws InvalidOptionException {
        return read(options, dialect, "");
    }

    /// As {@link #read(Options, Dialect)} for options that are part of others.
    ///
    /// @param path what errors put before the options' names: `file.`, `options.`, `children[0].`
    public R read(Options options, Dialect dialect, String path) throws InvalidOptionException {
        return constructor.construct(new OptionReader(list, options, dialect, path));
    }
}
