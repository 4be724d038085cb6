package io.cairn.block.os;

import io.cairn.block.BlockException;

/// The two ways to reach the operating system.
interface Host {
    /// The way that this process can go, found out once.
    static Host current() {
        return Holder.HOST;
    }

    /// Opens a file; see {@link HostFile#open}.
    HostFile open(String path, OpenFlags flags) throws BlockException;

    /// Opens a directory; see {@link HostDirectory#open}.
    HostDirectory openDirectory(String path) throws BlockException;

    /// What the host knows of the file that a name stands for, symbolic links followed.
    FileStat stat(String path) throws BlockException;

    /// Whether one of the standard descriptors 0, 1, 2 is a terminal.
    boolean isTerminal(int standardDescriptor);

    /// Has a signal take its default effect; see {@link HostProcess#raise}.
    void raise(int signal);

    /// Lets the process that started this one go on; see {@link HostProcess#detach}.
    void detach(int ready, boolean keepsError) throws BlockException;

    /// The payload of a key that the kernel keeps; see {@link HostKeyring#read}.
    byte[] readKey(int serial) throws BlockException;

    /// Makes the first call quick; see {@link HostProcess#prepare}.
    void prepare();

    /// Connects a socket; see {@link HostSocket#connect}.
    HostSocket connect(SocketEndpoint endpoint) throws BlockException;

    /// Makes a listening socket; see {@link HostListener#open}.
    HostListener listen(SocketEndpoint endpoint, int backlog) throws BlockException;

    /// Makes a pseudo-terminal; see {@link PseudoTerminal#open}.
    PseudoTerminal openTerminal() throws BlockException;

    /// Mounts a file that this process serves; see {@link FuseDevice#mount}.
    FuseDevice mountFuse(String mountpoint, boolean allowOther, int maxRead) throws BlockException;

    /// Fails where there is no io_uring.
    void demandRing() throws BlockException;

    /// Holds the choice until it is first needed.
    final class Holder {
        static final Host HOST = LinuxHost.isAvailable() ? new LinuxHost(true) : new PortableHost();

        private Holder() {}
    }
}
