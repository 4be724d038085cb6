package io.cairn.block.os;

class PortableLockInteropTest extends ImageLockInteropContract {
    @Override
    Host host() {
        return new PortableHost();
    }
}
