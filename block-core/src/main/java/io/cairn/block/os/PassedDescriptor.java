package io.cairn.block.os;

/// A descriptor that came over a unix socket (`SCM_RIGHTS`), and whose owner closes it or hands it
/// on.
public final class PassedDescriptor implements AutoCloseable {
    private final int number;
    private boolean isOwned = true;

    /// Takes over the descriptor of that number.
    public PassedDescriptor(int number) {
        this.number = number;
    }

    /// Its number, which belongs to the caller from now on.
    public int release() {
        isOwned = false;
        return number;
    }

    /// The same descriptor for another owner; this one has it no more.
    public PassedDescriptor handOver() {
        return new PassedDescriptor(release());
    }

    /// Closes it unless it was handed on.
    @Override
    public void close() {
        if (isOwned) {
            isOwned = false;
            LinuxCalls.close(number);
        }
    }
}
