package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.OutOfSpaceException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;

/// Turns error numbers, and what the Java libraries make of them, into exceptions of the block
/// layer.
final class HostErrors {
    private HostErrors() {}

    /// The exception for an error number.
    static BlockException of(Errno errno) {
        return errno == Errno.ENOSPC
                ? new OutOfSpaceException(errno.text())
                : new HostException(errno, errno.text());
    }

    /// The exception for a raw Linux error number.
    static BlockException of(int errno) {
        return of(Errno.of(errno));
    }

    /// The exception for a failure of `java.nio`.
    static BlockException from(IOException e) {
        if (e instanceof BlockException b) {
            return b;
        }
        BlockException mapped = of(errno(e));
        mapped.initCause(e);
        return mapped;
    }

    private static Errno errno(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> Errno.ENOENT;
            case FileAlreadyExistsException _ -> Errno.EEXIST;
            case AccessDeniedException _ -> Errno.EACCES;
            case NotDirectoryException _ -> Errno.ENOTDIR;
            case FileSystemLoopException _ -> Errno.ELOOP;
            case NotLinkException _ -> Errno.EINVAL;
            case DirectoryNotEmptyException _ -> Errno.ENOTEMPTY;
            case ClosedChannelException _ -> Errno.EBADF;
            case FileSystemException f -> byText(f.getReason());
            default -> byText(e.getMessage());
        };
    }

    /// The exception for a channel that was not opened for what is asked of it.
    static BlockException from(NonReadableChannelException e) {
        return of(Errno.EBADF);
    }

    /// The exception for a channel that was not opened for what is asked of it.
    static BlockException from(NonWritableChannelException e) {
        return of(Errno.EBADF);
    }

    /// The Java libraries pass the text of the error number on, and nothing else.
    private static Errno byText(@Nullable String text) {
        if (text != null) {
            for (Errno errno : Errno.values()) {
                if (text.startsWith(errno.text())) {
                    return errno;
                }
            }
        }
        return Errno.EIO;
    }
}
