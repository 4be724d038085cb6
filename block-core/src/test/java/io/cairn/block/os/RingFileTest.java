package io.cairn.block.os;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;

import org.junit.jupiter.api.BeforeEach;

import java.nio.file.Path;

/// The contract of host files, with requests that go through a ring.
class RingFileTest extends HostFileContract {
    @BeforeEach
    void needsRing() {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
        try {
            IoUring.shared();
        } catch (BlockException e) {
            assumeTrue(false, "io_uring: " + e.getMessage());
        }
    }

    @Override
    Host host() {
        return new LinuxHost();
    }

    @Override
    HostFile open(Path path, OpenFlags flags) throws BlockException {
        return super.open(path, flags.withAio(Aio.IO_URING));
    }
}
