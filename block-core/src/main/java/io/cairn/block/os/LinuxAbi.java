package io.cairn.block.os;

import org.jspecify.annotations.Nullable;

/// The numbers of system calls and flags that differ between Linux's processor architectures.
record LinuxAbi(
        int openat,
        int close,
        int pread,
        int pwrite,
        int preadv,
        int pwritev,
        int preadv2,
        int pwritev2,
        int fsync,
        int fdatasync,
        int ftruncate,
        int fallocate,
        int lseek,
        int ioctl,
        int fcntl,
        int statx,
        int copyFileRange,
        int mmap,
        int munmap,
        int rtSigaction,
        int rtSigprocmask,
        int gettid,
        int tgkill,
        int openDirect,
        int openNoFollow) {
    private static final LinuxAbi X86_64 =
            new LinuxAbi(
                    257, 3, 17, 18, 295, 296, 327, 328, 74, 75, 77, 285, 8, 16, 72, 332, 326, 9, 11,
                    13, 14, 186, 234, 040000, 0400000);
    private static final LinuxAbi GENERIC =
            new LinuxAbi(
                    56, 57, 67, 68, 69, 70, 286, 287, 82, 83, 46, 47, 62, 29, 25, 291, 285, 222,
                    215, 134, 135, 178, 131, 040000, 0400000);
    private static final LinuxAbi AARCH64 =
            new LinuxAbi(
                    56, 57, 67, 68, 69, 70, 286, 287, 82, 83, 46, 47, 62, 29, 25, 291, 285, 222,
                    215, 134, 135, 178, 131, 0200000, 0100000);

    /// The numbers for an architecture as the property `os.arch` names it; null where we do not
    /// know them.
    static @Nullable LinuxAbi of(String architecture) {
        return switch (architecture) {
            case "amd64" -> X86_64;
            case "aarch64" -> AARCH64;
            case "riscv64", "loongarch64" -> GENERIC;
            default -> null;
        };
    }
}
