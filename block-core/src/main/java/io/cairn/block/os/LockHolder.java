package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A process that holds a lock on a file.
///
/// The kernel names no process for the lock of an open file; but every process's `/proc/PID/fdinfo`
/// lists the locks of its descriptors, to those who may look.
///
/// @param pid the process's number
/// @param command the process's short name
public record LockHolder(long pid, String command) {
    private static final Path PROCESSES = Path.of("/proc");

    /// The processes that hold a lock on a byte of the file; empty where that cannot be found out.
    public static List<LockHolder> of(FileStat file, long offset) {
        List<LockHolder> holders = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, file, offset)) {
                    long pid = Long.parseLong(process.getFileName().toString());
                    holders.add(new LockHolder(pid, command(process)));
                }
            }
        } catch (IOException _) {
            return List.copyOf(holders);
        }
        return List.copyOf(holders);
    }

    /// The holders as a message names them: `pid 4711 (qemu-io), pid 4712 (java)`.
    public static String describe(List<LockHolder> holders) {
        return holders.stream()
                .map(holder -> "pid " + holder.pid + " (" + holder.command + ")")
                .collect(Collectors.joining(", "));
    }

    private static boolean holds(Path process, FileStat file, long offset) {
        try (DirectoryStream<Path> descriptors =
                Files.newDirectoryStream(process.resolve("fdinfo"))) {
            for (Path descriptor : descriptors) {
                if (locks(descriptor, offset) && isSameFile(process, descriptor, file)) {
                    return true;
                }
            }
        } catch (IOException _) {
            return false;
        }
        return false;
    }

    private static boolean locks(Path descriptor, long offset) {
        try {
            for (String line : Files.readAllLines(descriptor)) {
                if (line.startsWith("lock:") && covers(line, offset)) {
                    return true;
                }
            }
        } catch (IOException _) {
            return false;
        }
        return false;
    }

    /// A line is `lock: 1: OFDLCK ADVISORY READ -1 fe:00:2228686 100 101`; the last number may be
    /// `EOF`.
    private static boolean covers(String line, long offset) {
        String[] words = line.split("\\s+", -1);
        if (words.length < 3) {
            return false;
        }
        String last = words[words.length - 1];
        long first = Long.parseLong(words[words.length - 2]);
        return offset >= first && ("EOF".equals(last) || offset <= Long.parseLong(last));
    }

    private static boolean isSameFile(Path process, Path descriptor, FileStat file)
            throws BlockException {
        Path open = process.resolve("fd").resolve(descriptor.getFileName());
        return Host.current().stat(open.toString()).isSameFile(file);
    }

    private static String command(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException _) {
            return "?";
        }
    }
}
