package io.cairn.block.os;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// The descriptors that clients have passed to this process under names, each for one use.
///
/// Thread-safe.
public final class NamedDescriptors {
    private static final NamedDescriptors SHARED = new NamedDescriptors();

    @GuardedBy("this")
    private final Map<String, PassedDescriptor> descriptors = new HashMap<>();

    private NamedDescriptors() {}

    /// The names of this process.
    public static NamedDescriptors shared() {
        return SHARED;
    }

    /// Whether a text has the form of a name and not that of a number.
    public static boolean isName(String text) {
        return text.isEmpty() || text.charAt(0) < '0' || text.charAt(0) > '9';
    }

    /// Takes over a descriptor; one that had the name is closed.
    public synchronized void put(String name, PassedDescriptor descriptor) {
        PassedDescriptor old = descriptors.put(name, descriptor);
        if (old != null) {
            old.close();
        }
    }

    /// Closes a descriptor and forgets its name.
    ///
    /// @throws InvalidOptionException if there is none of that name
    public void close(String name) throws BlockException {
        PassedDescriptor descriptor = remove(name);
        if (descriptor == null) {
            throw new InvalidOptionException("File descriptor named '" + name + "' not found");
        }
        descriptor.close();
    }

    /// The socket that the text of an address names, by a number or a name, which is forgotten
    /// then.
    ///
    /// @throws InvalidOptionException if it is neither
    public SocketEndpoint.Descriptor socket(String text) throws BlockException {
        if (isName(text)) {
            PassedDescriptor descriptor = remove(text);
            if (descriptor == null) {
                throw new InvalidOptionException(
                        "File descriptor named '" + text + "' has not been found");
            }
            return new SocketEndpoint.Descriptor(descriptor.release());
        }
        try {
            return new SocketEndpoint.Descriptor(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            InvalidOptionException failure =
                    new InvalidOptionException("Unable to parse FD number " + text);
            failure.initCause(e);
            throw failure;
        }
    }

    private synchronized @Nullable PassedDescriptor remove(String name) {
        return descriptors.remove(name);
    }
}
