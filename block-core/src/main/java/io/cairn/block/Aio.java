package io.cairn.block;

import java.util.Optional;

/// How requests on a file wait for the kernel: the values of the option `aio`.
///
/// All of them answer in place what the page cache holds, and use a ring for the requests of
/// virtual threads where the host has one; they differ in what they demand.
public enum Aio {
    /// Whatever the host has.
    THREADS("threads"),
    /// Whatever the host has; for files opened with `O_DIRECT`.
    NATIVE("native"),
    /// A ring, or an error.
    IO_URING("io_uring");

    private final String text;

    Aio(String text) {
        this.text = text;
    }

    /// The option's value.
    public String text() {
        return text;
    }

    /// The constant for an option's value.
    public static Optional<Aio> find(String text) {
        for (Aio aio : values()) {
            if (aio.text.equals(text)) {
                return Optional.of(aio);
            }
        }
        return Optional.empty();
    }
}
