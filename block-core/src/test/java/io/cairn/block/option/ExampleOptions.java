package io.cairn.block.option;

import org.jspecify.annotations.Nullable;

/// Options of every type, declared as qcow2 declares some of its own.
record ExampleOptions(
        long size,
        long clusterSize,
        boolean lazyRefcounts,
        long refcountBits,
        @Nullable Version version,
        @Nullable String backingFile,
        @Nullable Preallocation preallocation) {

    enum Version {
        V2,
        V3
    }

    enum Preallocation {
        OFF,
        METADATA,
        FALLOC,
        FULL
    }

    static final OptionSchema<ExampleOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.size("cluster_size", "qcow2 cluster size").withDefault("65536"),
                            Option.choice(
                                    "preallocation",
                                    "Preallocation mode (allowed values: off, metadata, falloc,"
                                            + " full)",
                                    "off",
                                    "metadata",
                                    "falloc",
                                    "full"),
                            Option.size("size", "Virtual disk size").mandatory(),
                            Option.choice(
                                            "compat",
                                            "Compatibility level (v2 [0.10] or v3 [1.1])",
                                            "v2",
                                            "v3")
                                    .withAlias("0.10", "v2")
                                    .withAlias("1.1", "v3")
                                    .asQmp("version"),
                            Option.string("backing_file", "File name of a base image"),
                            Option.bool("lazy_refcounts", "Postpone refcount updates")
                                    .withDefault("off"),
                            Option.number(
                                            "refcount_bits",
                                            "Width of a reference count entry in bits")
                                    .withDefault("16")),
                    in ->
                            new ExampleOptions(
                                    in.size("size"),
                                    in.size("cluster_size"),
                                    in.bool("lazy_refcounts"),
                                    in.number("refcount_bits"),
                                    in.choice("compat", Version.values()),
                                    in.string("backing_file"),
                                    in.choice("preallocation", Preallocation.values())));
}
