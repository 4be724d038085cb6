package io.cairn.cli.daemon;

import io.cairn.cli.console.Invocation;

/// The texts of `--help` and `--version`.
final class DaemonHelp {
    /// The release of the reference tool whose ways we follow.
    private static final String COMPATIBLE = "7.2.22";

    private static final String OPTIONS =
            """

              -h, --help             show this help
              -T, --trace [[enable=]<pattern>][,events=<file>][,file=<file>]
                                     accepted; there are no trace events
              -V, --version          show the version

              --blockdev [driver=]<driver>,node-name=<N>[,<option>=<value>...]
                                     open a node
              --chardev <backend>,id=<id>[,<option>=<value>...]
                                     make a character device
              --daemonize            run apart, and return once everything serves
              --export [type=]nbd,id=<id>,node-name=<N>[,name=<name>]
                       [,writable=on|off][,bitmaps.0=<name>]
                                     export a node over NBD (needs --nbd-server)
              --export [type=]fuse,id=<id>,node-name=<N>,mountpoint=<file>
                       [,writable=on|off][,growable=on|off][,allow-other=on|off|auto]
                                     export a node as a file, mounted over a regular one
              --monitor [chardev=]<id>[,mode=control][,pretty[=on|off]]
                                     serve QMP on a character device
              --nbd-server addr.type=inet,addr.host=<host>,addr.port=<port>
                           [,tls-creds=<id>][,tls-authz=<id>][,max-connections=<n>]
              --nbd-server addr.type=unix,addr.path=<path>
                           [,tls-creds=<id>][,tls-authz=<id>][,max-connections=<n>]
                                     start an NBD server
              --object <type>,id=<id>[,<property>=<value>...]
                                     make an object, such as a secret
              --object help          list the types of objects
              --pidfile <path>       write the process's id to a file

            Options take effect in their order. In place of pairs each takes JSON.
            """;

    private static final String PAGE =
            """

              --http [<host>:]<port> serve a page that shows nodes, jobs, exports and figures, and
                                     /metrics for Prometheus; on this host alone unless another
                                     address is given, to whoever reaches it
            """;

    private static final String CHARDEVS =
            """
            Available chardev backend types:\s
              pty
              ringbuf
              memory
              file
              socket
              stdio
              null
            """;

    private DaemonHelp() {}

    static void print(Invocation invocation) {
        invocation.out().print("Usage: " + invocation.program() + " [options]\n");
        invocation.out().print("Serve disks, jobs and exports to clients of QMP\n");
        invocation.out().print(OPTIONS);
        if (!invocation.standIn()) {
            invocation.out().print(PAGE);
        }
    }

    static void printVersion(Invocation invocation) {
        if (invocation.standIn()) {
            invocation.out().println(invocation.program() + " version " + COMPATIBLE);
            return;
        }
        Module module = DaemonHelp.class.getModule();
        String version =
                module.getDescriptor() == null
                        ? "of unknown version"
                        : module.getDescriptor().rawVersion().orElse("of unknown version");
        invocation
                .out()
                .println(
                        invocation.program()
                                + " "
                                + version
                                + ", in place of qemu-storage-daemon "
                                + COMPATIBLE);
    }

    static void printChardevs(Invocation invocation) {
        invocation.out().print(CHARDEVS);
    }
}
