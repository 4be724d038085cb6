package io.cairn.block.os;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The sets of descriptors that somebody else has opened for this process; set N is the file name
/// `/dev/fdset/N`.
///
/// Opening such a name duplicates the descriptor of the set whose access mode is the one asked for.
public final class FdSets {
    private static final String PREFIX = "/dev/fdset/";
    private static final FdSets SHARED = new FdSets();

    @GuardedBy("this")
    private final Map<Long, List<Member>> sets = new TreeMap<>();

    private FdSets() {}

    /// A descriptor of a set.
    ///
    /// @param set the set's number
    /// @param descriptor the descriptor's number, as this process knows it
    /// @param opaque whatever its owner notes beside it
    public record Member(long set, int descriptor, @Nullable String opaque) {}

    /// The sets of this process.
    public static FdSets shared() {
        return SHARED;
    }

    /// Whether a file name stands for a set; the message of a failure to open it is complete.
    public static boolean isName(String path) {
        return path.startsWith(PREFIX);
    }

    /// Puts a duplicate of a descriptor into a set, and makes the set where there is none.
    public synchronized Member add(long set, int descriptor, @Nullable String opaque)
            throws BlockException {
        Member member = new Member(set, LinuxCalls.duplicate(descriptor), opaque);
        sets.computeIfAbsent(set, _ -> new ArrayList<>()).add(member);
        return member;
    }

    /// Takes a descriptor over into a set, and makes the set where there is none.
    ///
    /// @param set the set's number, or null for a new set with the lowest that is free
    public synchronized Member adopt(
            @Nullable Long set, PassedDescriptor descriptor, @Nullable String opaque) {
        Member member = new Member(set == null ? free() : set, descriptor.release(), opaque);
        sets.computeIfAbsent(member.set, _ -> new ArrayList<>()).add(member);
        return member;
    }

    @GuardedBy("this")
    private long free() {
        long number = 0;
        while (sets.containsKey(number)) {
            number++;
        }
        return number;
    }

    /// All descriptors, by set.
    public synchronized List<Member> members() {
        return sets.values().stream().flatMap(List::stream).toList();
    }

    /// Takes a descriptor out of its set and closes it; what was opened by it stays open.
    ///
    /// @return whether it was there
    public synchronized boolean remove(Member member) {
        List<Member> members = sets.get(member.set);
        if (members == null || !members.remove(member)) {
            return false;
        }
        if (members.isEmpty()) {
            sets.remove(member.set);
        }
        LinuxCalls.close(member.descriptor);
        return true;
    }

    /// A duplicate of the descriptor that a name stands for.
    int open(String path, OpenFlags flags) throws BlockException {
        long set = parse(path);
        try {
            return find(set, flags);
        } catch (HostException e) {
            String bits = Integer.toHexString(LinuxCalls.openBits(flags));
            throw e.prefixed("Could not dup FD for " + path + " flags " + bits);
        }
    }

    private synchronized int find(long set, OpenFlags flags) throws BlockException {
        if (sets.isEmpty()) {
            throw HostErrors.of(Errno.ENOSYS);
        }
        List<Member> members = sets.get(set);
        if (members == null) {
            throw HostErrors.of(Errno.ENOENT);
        }
        for (Member member : members) {
            if (LinuxCalls.isWritable(member.descriptor) == flags.writable()) {
                return LinuxCalls.duplicate(member.descriptor);
            }
        }
        throw HostErrors.of(Errno.EACCES);
    }

    private static long parse(String path) throws BlockException {
        String number = path.substring(PREFIX.length());
        boolean isNumber = !number.isEmpty() && number.chars().allMatch(c -> c >= '0' && c <= '9');
        try {
            if (isNumber) {
                return Integer.parseInt(number);
            }
        } catch (NumberFormatException _) {
            // Too large, and refused like any other text that is no set's number.
        }
        throw new HostException(Errno.EINVAL, "Could not parse fdset " + path);
    }
}
