package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/// What is done to names of the host's filesystem, without opening what they stand for.
///
/// Failures are {@link HostException}s whose message is the text of the error number; the caller
/// puts the name before it.
public final class HostPath {
    private static final String NAME_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int RANDOM_CHARACTERS = 6;
    private static final int MAX_ATTEMPTS = 100;
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private HostPath() {}

    /// Whether the name stands for something that can be looked at.
    public static boolean exists(String path) {
        try {
            return Files.exists(path(path));
        } catch (HostException _) {
            return false;
        }
    }

    /// What the host knows of a file, symbolic links followed; empty when there is none.
    public static Optional<FileStat> stat(String path) throws BlockException {
        try {
            return Optional.of(Host.current().stat(path));
        } catch (HostException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// What the host knows of a file, symbolic links followed; fails where there is none.
    public static FileStat statExisting(String path) throws BlockException {
        path(path);
        return Host.current().stat(path);
    }

    /// Takes a file's name away; fails with `ENOENT` when there is none.
    public static void delete(String path) throws BlockException {
        try {
            Files.delete(path(path));
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// The absolute name without symbolic links, `.` and `..`.
    public static String resolve(String path) throws BlockException {
        try {
            return path(path).toRealPath().toString();
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// Whether a name leads to a file. That one is not looked at unless a symbolic link leads to
    /// it: it may not answer.
    ///
    /// @param place the file's name as {@link #resolve} gives it
    public static boolean leadsTo(String name, String place) {
        try {
            Path file = Path.of(place);
            return entry(path(name)).equals(file) || path(name).toRealPath().equals(file);
        } catch (IOException _) {
            return false;
        }
    }

    private static Path entry(Path name) throws IOException {
        Path whole = name.toAbsolutePath();
        Path folder = whole.getParent();
        return folder == null ? whole : folder.toRealPath().resolve(whole.getFileName());
    }

    /// The target of a symbolic link, as it stands there.
    public static String readLink(String path) throws BlockException {
        try {
            return Files.readSymbolicLink(path(path)).toString();
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// Makes a directory that its owner alone may use; fails with `EEXIST` when the name is taken.
    public static void createDirectory(String path) throws BlockException {
        try {
            Files.createDirectory(path(path));
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// Makes an empty file with a fresh name that its owner alone may use, and returns the name:
    /// the prefix and six letters and digits. A failure tells the name.
    public static String createTemporary(String directory, String prefix) throws BlockException {
        for (int attempts = 1; ; attempts++) {
            Path file = path(directory).resolve(prefix + randomName());
            try {
                return Files.createFile(file, OWNER_ONLY).toString();
            } catch (FileAlreadyExistsException e) {
                if (attempts == MAX_ATTEMPTS) {
                    throw notTemporary(file, e);
                }
            } catch (IOException e) {
                throw notTemporary(file, e);
            }
        }
    }

    private static BlockException notTemporary(Path file, IOException cause) {
        return HostErrors.from(cause).prefixed("Could not open temporary file '" + file + "'");
    }

    private static String randomName() {
        Random random = ThreadLocalRandom.current();
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < RANDOM_CHARACTERS; i++) {
            name.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
        }
        return name.toString();
    }

    /// The directory for temporary files: `TMPDIR`, else `/var/tmp` as there may be much of it,
    /// else `/tmp`.
    public static String temporaryDirectory() {
        String chosen = System.getenv("TMPDIR");
        if (chosen != null && !chosen.isEmpty()) {
            return chosen;
        }
        return exists("/var/tmp") ? "/var/tmp" : System.getProperty("java.io.tmpdir", "/tmp");
    }

    /// The whole content of a small file; fails with `EFBIG` when it is longer than `limit` bytes.
    public static byte[] readAll(String path, int limit) throws BlockException {
        try (InputStream in = Files.newInputStream(path(path))) {
            byte[] content = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw HostErrors.of(Errno.EFBIG);
            }
            return content;
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// Whether standard input (0), output (1) or error (2) is a terminal.
    public static boolean isTerminal(int standardDescriptor) {
        return Host.current().isTerminal(standardDescriptor);
    }

    static Path path(String name) throws HostException {
        if (name.isEmpty()) {
            throw new HostException(Errno.ENOENT, Errno.ENOENT.text());
        }
        try {
            return Path.of(name);
        } catch (InvalidPathException _) {
            throw new HostException(Errno.ENOENT, Errno.ENOENT.text());
        }
    }
}
