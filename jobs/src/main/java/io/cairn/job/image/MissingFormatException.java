package io.cairn.job.image;

import io.cairn.block.InvalidOptionException;

import java.util.Optional;

/// A backing file was named without its format, which would be probed each time the new image is
/// opened: a guest could make it another one.
public final class MissingFormatException extends InvalidOptionException {
    private static final long serialVersionUID = 1L;

    private final String detected;

    MissingFormatException(String detected) {
        super("Backing file specified without backing format");
        this.detected = detected;
    }

    /// The format that the backing file has now, if it was looked at.
    public Optional<String> detected() {
        return detected.isEmpty() ? Optional.empty() : Optional.of(detected);
    }
}
