package io.cairn.block.os;

/// The numbers of Linux's socket calls, which differ between processor architectures.
///
/// @param epollData where in `struct epoll_event` the caller's data stand
record SocketAbi(
        int socket,
        int bind,
        int listen,
        int accept4,
        int connect,
        int getsockname,
        int getpeername,
        int sendmsg,
        int recvmsg,
        int recvfrom,
        int setsockopt,
        int getsockopt,
        int shutdown,
        int ppoll,
        int pipe2,
        int splice,
        int epollCreate1,
        int epollCtl,
        int epollPwait,
        int epollData) {
    private static final SocketAbi X86_64 =
            new SocketAbi(
                    /* socket= */ 41,
                    /* bind= */ 49,
                    /* listen= */ 50,
                    /* accept4= */ 288,
                    /* connect= */ 42,
                    /* getsockname= */ 51,
                    /* getpeername= */ 52,
                    /* sendmsg= */ 46,
                    /* recvmsg= */ 47,
                    /* recvfrom= */ 45,
                    /* setsockopt= */ 54,
                    /* getsockopt= */ 55,
                    /* shutdown= */ 48,
                    /* ppoll= */ 271,
                    /* pipe2= */ 293,
                    /* splice= */ 275,
                    /* epollCreate1= */ 291,
                    /* epollCtl= */ 233,
                    /* epollPwait= */ 281,
                    /* epollData= */ 4);

    /// The numbers that all newer architectures share.
    private static final SocketAbi GENERIC =
            new SocketAbi(
                    /* socket= */ 198,
                    /* bind= */ 200,
                    /* listen= */ 201,
                    /* accept4= */ 242,
                    /* connect= */ 203,
                    /* getsockname= */ 204,
                    /* getpeername= */ 205,
                    /* sendmsg= */ 211,
                    /* recvmsg= */ 212,
                    /* recvfrom= */ 207,
                    /* setsockopt= */ 208,
                    /* getsockopt= */ 209,
                    /* shutdown= */ 210,
                    /* ppoll= */ 73,
                    /* pipe2= */ 59,
                    /* splice= */ 76,
                    /* epollCreate1= */ 20,
                    /* epollCtl= */ 21,
                    /* epollPwait= */ 22,
                    /* epollData= */ 8);

    /// The numbers of an architecture that {@link LinuxAbi} knows.
    static SocketAbi of(String architecture) {
        return architecture.equals("amd64") ? X86_64 : GENERIC;
    }
}
