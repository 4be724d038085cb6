package io.cairn.block.os;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

class LinuxLockInteropTest extends ImageLockInteropContract {
    @Override
    Host host() {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
        return new LinuxHost(true);
    }
}
