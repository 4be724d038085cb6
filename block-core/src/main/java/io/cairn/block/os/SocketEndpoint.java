package io.cairn.block.os;

import io.cairn.block.InvalidOptionException;

/// Where a socket listens or connects to.
public sealed interface SocketEndpoint {
    /// A host and a port of TCP.
    ///
    /// @param host a name or a numeric address; empty for every address of this host
    /// @param port 0 to 65535; 0 lets the host choose one to listen on
    /// @param ipv4 whether addresses of version 4 are used
    /// @param ipv6 whether addresses of version 6 are used
    /// @param keepAlive whether the host looks after silent peers
    record Inet(String host, int port, boolean ipv4, boolean ipv6, boolean keepAlive)
            implements SocketEndpoint {
        /// Both versions, silent peers left alone.
        public static Inet of(String host, int port) {
            return new Inet(host, port, true, true, false);
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /// A socket in the filesystem, or in Linux's abstract namespace.
    ///
    /// @param isAbstract whether the name is one of the abstract namespace
    /// @param isTight with an abstract name, whether it is as long as it is written, else it fills
    ///   the address with zeroes
    record Unix(String path, boolean isAbstract, boolean isTight) implements SocketEndpoint {
        /// A socket in the filesystem.
        public static Unix of(String path) {
            return new Unix(path, false, true);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    /// A port of a virtual machine, or of its host (`AF_VSOCK`).
    ///
    /// @param cid the context identifier, 32 bits
    /// @param port 32 bits
    record Vsock(long cid, long port) implements SocketEndpoint {
        /// The port that two decimal numbers name.
        public static Vsock parse(String cid, String port) throws InvalidOptionException {
            return new Vsock(number(cid, "cid"), number(port, "port"));
        }

        private static long number(String text, String what) throws InvalidOptionException {
            try {
                return Integer.toUnsignedLong(Integer.parseUnsignedInt(text));
            } catch (NumberFormatException _) {
                throw new InvalidOptionException("Failed to parse " + what + " '" + text + "'");
            }
        }

        @Override
        public String toString() {
            return cid + ":" + port;
        }
    }

    /// A socket that this process was given.
    ///
    /// @param fd the number of its descriptor, which the socket takes over
    record Descriptor(int fd) implements SocketEndpoint {
        @Override
        public String toString() {
            return Integer.toString(fd);
        }
    }
}
