package io.cairn.protocol.vvfat;

import static java.nio.charset.StandardCharsets.UTF_16LE;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// A reader of FAT volumes that shares nothing with the driver.
final class FatReader {
    private final BlockBackend disk;
    private final long start;
    private final int clusterSize;
    private final int bits;
    private final long table;
    private final long root;
    private final int rootBytes;
    private final long data;
    private final int rootCluster;

    FatReader(BlockBackend disk, boolean floppy) throws BlockException {
        this.disk = disk;
        start = floppy ? 0 : 512 * Integer.toUnsignedLong(read(0, 512).getInt(0x1be + 8));
        ByteBuffer boot = read(start, 512);
        int sectors = boot.getShort(19) == 0 ? boot.getInt(32) : boot.getShort(19) & 0xffff;
        int perTable = boot.getShort(22) == 0 ? boot.getInt(36) : boot.getShort(22) & 0xffff;
        clusterSize = boot.get(13) * 512;
        table = start + 512L * boot.getShort(14);
        root = table + 512L * boot.get(16) * perTable;
        rootBytes = 32 * boot.getShort(17);
        data = root + rootBytes;
        long clusters = (start + 512L * sectors - data) / clusterSize;
        bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
        rootCluster = bits == 32 ? boot.getInt(44) : 0;
    }

    int bits() {
        return bits;
    }

    private ByteBuffer read(long offset, int length) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        disk.read(offset, buffer);
        return buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The content of every file by its path, with `/` behind directories.
    Map<String, String> tree() throws BlockException {
        Map<String, String> tree = new TreeMap<>();
        byte[] top = new byte[rootBytes];
        if (bits == 32) {
            top = chain(rootCluster);
        } else {
            read(root, rootBytes).get(top);
        }
        directory(top, "", tree);
        return tree;
    }

    /// A short content itself, of a long one its length and checksum.
    static String describe(byte[] content) {
        if (content.length <= 40) {
            return new String(content, StandardCharsets.ISO_8859_1);
        }
        CRC32C crc = new CRC32C();
        crc.update(content);
        return content.length + " bytes, " + Long.toHexString(crc.getValue());
    }

    private void directory(byte[] bytes, String path, Map<String, String> tree)
            throws BlockException {
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        String longName = "";
        for (int at = 0; at < bytes.length && b.get(at) != 0; at += 32) {
            int attributes = b.get(at + 11);
            if (attributes == 15) {
                byte[] units = new byte[26];
                b.get(at + 1, units, 0, 10);
                b.get(at + 14, units, 10, 12);
                b.get(at + 28, units, 22, 4);
                String part = new String(units, UTF_16LE);
                int end = part.indexOf(0);
                longName = (end < 0 ? part : part.substring(0, end)) + longName;
                continue;
            }
            boolean isShown = (b.get(at) & 0xff) != 0xe5 && (attributes & 8) == 0;
            if (isShown && b.get(at) != '.') {
                int first = (b.getShort(at + 20) & 0xffff) << 16 | b.getShort(at + 26) & 0xffff;
                String name = path + (longName.isEmpty() ? shortName(bytes, at) : longName);
                byte[] content = first == 0 ? new byte[0] : chain(first);
                if ((attributes & 16) != 0) {
                    tree.put(name + "/", "");
                    directory(content, name + "/", tree);
                } else {
                    int length = b.getInt(at + 28);
                    tree.put(name, describe(Arrays.copyOf(content, length)));
                }
            }
            longName = "";
        }
    }

    private static String shortName(byte[] b, int at) {
        String base = new String(b, at, 8, StandardCharsets.ISO_8859_1).trim();
        String extension = new String(b, at + 8, 3, StandardCharsets.ISO_8859_1).trim();
        boolean isLowBase = (b[at + 12] & 8) != 0;
        boolean isLowExtension = (b[at + 12] & 16) != 0;
        String shown = isLowBase ? base.toLowerCase(Locale.ROOT) : base;
        String end = isLowExtension ? extension.toLowerCase(Locale.ROOT) : extension;
        return end.isEmpty() ? shown : shown + "." + end;
    }

    private byte[] chain(int first) throws BlockException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int end = bits == 12 ? 0xff8 : bits == 16 ? 0xfff8 : 0xffffff8;
        for (int cluster = first; cluster < end; cluster = next(cluster)) {
            byte[] part = new byte[clusterSize];
            read(data + (cluster - 2L) * clusterSize, clusterSize).get(part);
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private int next(int cluster) throws BlockException {
        long at = table + (long) cluster * bits / 8;
        ByteBuffer pair = read(at / 512 * 512, 1024);
        int in = (int) (at % 512);
        return switch (bits) {
            case 12 -> (pair.getShort(in) & 0xffff) >> (cluster % 2 == 0 ? 0 : 4) & 0xfff;
            case 16 -> pair.getShort(in) & 0xffff;
            default -> pair.getInt(in) & 0xfffffff;
        };
    }
}
