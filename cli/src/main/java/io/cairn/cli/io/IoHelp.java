package io.cairn.cli.io;

import io.cairn.cli.console.Invocation;

/// The texts of `--help` and `--version`.
final class IoHelp {
    private static final String OPTIONS =
            """
              --object OBJECTDEF   make an object, such as a 'secret' that
                                   holds a key
              --image-opts         the file is a text of node options
              -c, --cmd STRING     carry out a command of the session; may be
                                   given again
              -f, --format FMT     the driver of the image; else it is probed
              -r, --read-only      open the image read-only
              -s, --snapshot       write to a temporary overlay
              -n, --nocache        bypass the host's page cache, as -t none does
              -C, --copy-on-read   copy into the image what is read from its
                                   backing file
              -m, --misalign       accepted for old scripts
              -k, --native-aio     short for -i native
              -i, --aio=MODE       how requests wait (threads, native or
                                   io_uring)
              -t, --cache=MODE     the cache mode of the image
              -d, --discard=MODE   what discards do (ignore or unmap)
              -T, --trace [[enable=]<pattern>][,events=<file>][,file=<file>]
                                   accepted; there are no trace events
              -U, --force-share    let others write to the image meanwhile
              -h, --help           show this help
              -V, --version        show the version

            """;

    private static final String ADDITIONS =
            """
              --passphrase-file FILE
                                   the line in the file is the passphrase of
                                   encrypted images
              --passphrase-fd N    the same from an open descriptor
              --passphrase-prompt  ask for the passphrase

            """;

    /// The release of the reference tool whose ways we follow.
    private static final String COMPATIBLE = "7.2.22";

    private IoHelp() {}

    static void printUsage(Invocation invocation) {
        String program = invocation.program();
        invocation
                .out()
                .print(
                        "Usage: "
                                + program
                                + " [OPTIONS]... [-c STRING]... [file]\n"
                                + "Reads, writes and examines one disk image\n\n"
                                + (invocation.standIn()
                                        ? OPTIONS
                                        : OPTIONS.stripTrailing() + "\n" + ADDITIONS)
                                + "See '"
                                + program
                                + " -c help' for the commands of the session.\n");
    }

    static void printVersion(Invocation invocation) {
        if (invocation.standIn()) {
            invocation.out().println(invocation.program() + " version " + COMPATIBLE);
            return;
        }
        String version =
                IoHelp.class.getModule().isNamed()
                        ? IoHelp.class
                                .getModule()
                                .getDescriptor()
                                .rawVersion()
                                .orElse("of unknown version")
                        : "of unknown version";
        invocation
                .out()
                .println(
                        invocation.program()
                                + " "
                                + version
                                + ", in place of qemu-io "
                                + COMPATIBLE);
    }
}
