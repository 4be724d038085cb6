package io.cairn.block.os;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;

/// The contract of host files where the kernel has no ring for us.
class PoolFileTest extends HostFileContract {
    @BeforeEach
    void needsLinux() {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
    }

    @Override
    Host host() {
        return new LinuxHost(false);
    }
}
