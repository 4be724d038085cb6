package io.cairn.format.qcow2;

/// Why a cluster lost a reference; options say for each whether its space goes back to the storage.
enum FreeReason {
    /// The guest discarded it.
    REQUEST,
    /// Something else took its place.
    OTHER,
    /// It stays reserved on the storage in any case.
    NEVER,
    /// It goes back in any case.
    ALWAYS
}
