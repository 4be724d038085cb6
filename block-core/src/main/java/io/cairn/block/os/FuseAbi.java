package io.cairn.block.os;

/// The numbers of Linux's calls that mount files and start the program which does it for users,
/// which differ between processor architectures.
record FuseAbi(int mount, int umount2, int getuid, int getgid, int socketpair, int wait4) {
    private static final FuseAbi X86_64 =
            new FuseAbi(
                    /* mount= */ 165,
                    /* umount2= */ 166,
                    /* getuid= */ 102,
                    /* getgid= */ 104,
                    /* socketpair= */ 53,
                    /* wait4= */ 61);

    /// The numbers that all newer architectures share.
    private static final FuseAbi GENERIC =
            new FuseAbi(
                    /* mount= */ 40,
                    /* umount2= */ 39,
                    /* getuid= */ 174,
                    /* getgid= */ 176,
                    /* socketpair= */ 199,
                    /* wait4= */ 260);

    /// Those of this process, whose architecture {@link LinuxAbi} knows.
    static final FuseAbi CURRENT = System.getProperty("os.arch").equals("amd64") ? X86_64 : GENERIC;
}
