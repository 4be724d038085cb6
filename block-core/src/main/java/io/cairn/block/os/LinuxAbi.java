package io.cairn.block.os;

import org.jspecify.annotations.Nullable;

/// The numbers of system calls and flags that differ between Linux's processor architectures.
record LinuxAbi(
        int openat,
        int close,
        int read,
        int write,
        int pread,
        int preadv2,
        int pwritev2,
        int fsync,
        int fdatasync,
        int ftruncate,
        int fallocate,
        int copyFileRange,
        int lseek,
        int statx,
        int ioctl,
        int fcntl,
        int mmap,
        int eventfd,
        int rtSigaction,
        int rtSigprocmask,
        int gettid,
        int tgkill,
        int dup3,
        int getdents64,
        int mkdirat,
        int unlinkat,
        int fchmod,
        int renameat2,
        int keyctl,
        int openDirect,
        int openDirectory,
        int openNoFollow) {
    private static final LinuxAbi X86_64 =
            new LinuxAbi(
                    /* openat= */ 257,
                    /* close= */ 3,
                    /* read= */ 0,
                    /* write= */ 1,
                    /* pread= */ 17,
                    /* preadv2= */ 327,
                    /* pwritev2= */ 328,
                    /* fsync= */ 74,
                    /* fdatasync= */ 75,
                    /* ftruncate= */ 77,
                    /* fallocate= */ 285,
                    /* copyFileRange= */ 326,
                    /* lseek= */ 8,
                    /* statx= */ 332,
                    /* ioctl= */ 16,
                    /* fcntl= */ 72,
                    /* mmap= */ 9,
                    /* eventfd= */ 290,
                    /* rtSigaction= */ 13,
                    /* rtSigprocmask= */ 14,
                    /* gettid= */ 186,
                    /* tgkill= */ 234,
                    /* dup3= */ 292,
                    /* getdents64= */ 217,
                    /* mkdirat= */ 258,
                    /* unlinkat= */ 263,
                    /* fchmod= */ 91,
                    /* renameat2= */ 316,
                    /* keyctl= */ 250,
                    /* openDirect= */ 040000,
                    /* openDirectory= */ 0200000,
                    /* openNoFollow= */ 0400000);

    private static final LinuxAbi AARCH64 = generic(0200000, 040000, 0100000);
    private static final LinuxAbi OTHERS = generic(040000, 0200000, 0400000);

    /// The numbers that all newer architectures share.
    private static LinuxAbi generic(int openDirect, int openDirectory, int openNoFollow) {
        return new LinuxAbi(
                /* openat= */ 56,
                /* close= */ 57,
                /* read= */ 63,
                /* write= */ 64,
                /* pread= */ 67,
                /* preadv2= */ 286,
                /* pwritev2= */ 287,
                /* fsync= */ 82,
                /* fdatasync= */ 83,
                /* ftruncate= */ 46,
                /* fallocate= */ 47,
                /* copyFileRange= */ 285,
                /* lseek= */ 62,
                /* statx= */ 291,
                /* ioctl= */ 29,
                /* fcntl= */ 25,
                /* mmap= */ 222,
                /* eventfd= */ 19,
                /* rtSigaction= */ 134,
                /* rtSigprocmask= */ 135,
                /* gettid= */ 178,
                /* tgkill= */ 131,
                /* dup3= */ 24,
                /* getdents64= */ 61,
                /* mkdirat= */ 34,
                /* unlinkat= */ 35,
                /* fchmod= */ 52,
                /* renameat2= */ 276,
                /* keyctl= */ 219,
                openDirect,
                openDirectory,
                openNoFollow);
    }

    /// The numbers for an architecture as the property `os.arch` names it; null where we do not
    /// know them.
    static @Nullable LinuxAbi of(String architecture) {
        return switch (architecture) {
            case "amd64" -> X86_64;
            case "aarch64" -> AARCH64;
            case "riscv64", "loongarch64" -> OTHERS;
            default -> null;
        };
    }
}
