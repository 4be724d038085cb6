package io.cairn.block.option;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The order in which the reference tools give the members of an object.
///
/// They do not keep the order of arrival: theirs is the order of a table of 512 buckets, indexed by
/// the string hash that the Trivial Database published, with the newest key first within a bucket.
/// Text that is to be equal to theirs, and the question which of several wrong options an error
/// names, depend on it.
public final class PeerOrder {
    private static final int BUCKETS = 512;

    private PeerOrder() {}

    /// The keys in the peer's order, given in the order in which they were put in.
    public static List<String> sort(Collection<String> keys) {
        int n = keys.size();
        List<String> sorted = new ArrayList<>(n);
        int[] buckets = new int[n];
        int filled = 0;
        for (String key : keys) {
            int bucket = bucket(key);
            int at = filled;
            while (at > 0 && buckets[at - 1] >= bucket) {
                buckets[at] = buckets[at - 1];
                at--;
            }
            buckets[at] = bucket;
            sorted.add(at, key);
            filled++;
        }
        return sorted;
    }

    /// The bucket of a key, 0 to 511: the hash runs over the key's UTF-8 bytes, modulo 2^32.
    static int bucket(String key) {
        byte[] bytes = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int value = 0x238F13AF * bytes.length;
        for (int i = 0; i < bytes.length; i++) {
            value += (bytes[i] & 0xff) << (i * 5 % 24);
        }
        return (1103515243 * value + 12345) & (BUCKETS - 1);
    }
}
