package io.cairn.cli.nbd;

import io.cairn.cli.console.Invocation;

/// The texts of `--help` and `--version`.
final class NbdHelp {
    private static final String OPTIONS =
            """

              -h, --help                show this help
              -V, --version             show the version

            Where clients connect:
              -p, --port=PORT           TCP port to listen on (10809)
              -b, --bind=ADDRESS        address to listen on (0.0.0.0)
              -k, --socket=PATH         unix socket to listen on
              -e, --shared=NUM          serve up to NUM clients at a time, 0 for
                                        any number (1)
              -t, --persistent          go on when the last client has left
                  --handshake-limit=N   seconds that a client has to choose an
                                        export, 0 for any (10)
              -v, --verbose             tell of clients that fail
              -x, --export-name=NAME    the export's name (empty)
              -D, --description=TEXT    the export's description

            What is exported:
              -o, --offset=OFFSET       leave out the bytes before OFFSET
              -A, --allocation-depth    offer which layer holds a range
              -B, --bitmap=NAME         offer a dirty bitmap

            In general:
              -L, --list                show what another server exports
                  --object TYPE,id=ID,...
                                        make an object, such as a secret or
                                        credentials
                  --tls-creds=ID        secure connections with these credentials
                  --tls-hostname=HOST   the name that a server must show (-L)
                  --tls-authz=ID        let in whom this object allows
              -T, --trace [[enable=]<pattern>][,events=<file>][,file=<file>]
                                        accepted; there are no trace events
                  --fork                start a server apart, and end when it
                                        listens
                  --pid-file=PATH       write the server's process number there
                  --selinux-label=LABEL refused: sockets get no label

            The kernel's client:
              -c, --connect=DEVICE      refused: connect it with nbd-client
              -d, --disconnect          refused likewise

            How the image is opened:
              -f, --format=FORMAT       the driver of the image; else it is probed
              -r, --read-only           let clients read only
              -s, --snapshot            write to a temporary overlay
              -l, --load-snapshot=SNAPSHOT
                                        refused: export an internal snapshot
              -n, --nocache             bypass the host's page cache
                  --cache=MODE          none, writeback, writethrough, directsync
                                        or unsafe (writeback)
                  --aio=MODE            native, io_uring or threads
                  --discard=MODE        ignore or unmap (ignore)
                  --detect-zeroes=MODE  off, on or unmap
                  --image-opts          FILE is a text of node options
            """;

    private static final String COMPATIBLE = "7.2.22";

    private NbdHelp() {}

    static void printUsage(Invocation invocation) {
        String program = invocation.program();
        invocation
                .out()
                .print(
                        "Usage: "
                                + program
                                + " [OPTIONS] FILE\n  or:  "
                                + program
                                + " -L [OPTIONS]\nExports a disk image as a network block device\n"
                                + OPTIONS);
    }

    static void printVersion(Invocation invocation) {
        String text =
                invocation.standIn()
                        ? invocation.program() + " " + COMPATIBLE
                        : invocation.program() + ", in place of qemu-nbd " + COMPATIBLE;
        invocation.out().println(text);
    }
}
