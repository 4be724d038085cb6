package io.cairn.block.os;

import io.cairn.block.BlockException;

/// The host through Linux's system calls.
final class LinuxHost implements Host {
    private static final int TCGETS = 0x5401;

    private final boolean usesRing;

    /// The host, with io_uring for requests that wait where the kernel has it, or without.
    LinuxHost(boolean usesRing) {
        this.usesRing = usesRing;
    }

    /// Whether this process runs on a Linux that we know and may make native calls.
    static boolean isAvailable() {
        return "Linux".equals(System.getProperty("os.name"))
                && LinuxAbi.of(System.getProperty("os.arch")) != null
                && LinuxHost.class.getModule().isNativeAccessEnabled();
    }

    @Override
    public HostFile open(String path, OpenFlags flags) throws BlockException {
        return LinuxFile.open(path, flags, usesRing);
    }

    @Override
    public HostDirectory openDirectory(String path) throws BlockException {
        return LinuxDirectory.open(path, usesRing);
    }

    @Override
    public FileStat stat(String path) throws BlockException {
        return IoPool.call(() -> LinuxStat.of(path));
    }

    @Override
    public HostSocket connect(SocketEndpoint endpoint) throws BlockException {
        return LinuxSocket.connect(endpoint);
    }

    @Override
    public HostListener listen(SocketEndpoint endpoint, int backlog) throws BlockException {
        return LinuxListener.open(endpoint, backlog);
    }

    @Override
    public boolean isTerminal(int standardDescriptor) {
        try (CallFrame frame = CallFrame.take()) {
            return LinuxCalls.ioctl(standardDescriptor, TCGETS, frame.data()) == 0;
        }
    }

    @Override
    public void raise(int signal) {
        LinuxCalls.raise(signal);
    }

    @Override
    public void detach(int ready, boolean keepsError) throws BlockException {
        LinuxCalls.writeLine(ready, "ready");
        int nothing = LinuxCalls.open("/dev/null", OpenFlags.READ_WRITE);
        for (int standard = 0; standard <= (keepsError ? 1 : 2); standard++) {
            LinuxCalls.duplicateOnto(nothing, standard);
        }
        LinuxCalls.close(nothing);
        LinuxCalls.close(ready);
    }

    /// The first call links; this one fails without harm.
    @Override
    public void prepare() {
        LinuxCalls.close(-1);
    }

    @Override
    public byte[] readKey(int serial) throws BlockException {
        return LinuxKeys.read(serial);
    }

    @Override
    public PseudoTerminal openTerminal() throws BlockException {
        return LinuxTerminal.open();
    }

    @Override
    public FuseDevice mountFuse(String mountpoint, boolean allowOther, int maxRead)
            throws BlockException {
        return IoPool.call(() -> LinuxFuse.mount(mountpoint, allowOther, maxRead));
    }

    @Override
    public void demandRing() throws BlockException {
        IoUring.demand();
    }
}
