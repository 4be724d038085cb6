package io.cairn.cli.qmp;

import io.cairn.cli.console.Invocation;

/// The texts of `--help`, `--version` and the shell's own help.
final class QmpHelp {
    /// What stands before the list of the server's commands.
    static final String COMMANDS =
            """
            NAME [KEY=VALUE...]  carry out a command of the server; NESTED.KEY=VALUE, lists as A,B
            {"execute": ...}     the same in JSON
            help NAME            show the arguments of a command
            exit                 leave; the server stays

            """;

    private static final String OPTIONS =
            """
            Carry out commands of a server of QMP, such as cairn daemon or QEMU

              -h, --help             show this help
              -V, --version          show the version

            SERVER is where it listens:
              PATH, unix:PATH        a unix socket
              HOST:PORT, tcp:HOST:PORT
                                     a port of TCP

            Commands come from standard input, a line each:
              NAME [KEY=VALUE...]    such as: block-job-set-speed device=job0 speed=64M
                                     a dot leads into an object: file.driver=file
                                     the elements of a list stand after commas
              {"execute": NAME...}   the same in JSON, as it goes over the wire
              help [NAME]            list the server's commands, or one's arguments
              exit                   leave; the server stays
              # ...                  nothing

            On a terminal there are completion (by tab), a history and the progress of jobs.
            Otherwise replies and events go to standard output, errors to standard error, and
            the exit status is 1 if a command failed or the server went away.
            """;

    private QmpHelp() {}

    static void print(Invocation invocation) {
        invocation.out().print("Usage: " + invocation.program() + " [options] SERVER\n");
        invocation.out().print(OPTIONS);
    }

    static void printVersion(Invocation invocation) {
        Module module = QmpHelp.class.getModule();
        String version =
                module.getDescriptor() == null
                        ? "of unknown version"
                        : module.getDescriptor().rawVersion().orElse("of unknown version");
        invocation.out().println(invocation.program() + " " + version);
    }
}
