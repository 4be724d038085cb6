package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.spi.SnapshotInfo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The snapshot table (qcow2 specification, "Snapshots"): entries one behind the other, each
/// aligned to 8 bytes.
///
/// | offset | size | field of an entry |
/// |---|---|---|
/// | 0 | 8 | offset of the L1 table |
/// | 8 | 4 | entries of the L1 table |
/// | 12 | 2 | length of the id |
/// | 14 | 2 | length of the name |
/// | 16 | 4 | seconds since 1970 |
/// | 20 | 4 | nanoseconds |
/// | 24 | 8 | nanoseconds that the machine had run |
/// | 32 | 4 | bytes of machine state |
/// | 36 | 4 | length of the extra data |
/// | 40 | n | extra data: machine state (8), disk size (8), instruction count (8), unknown |
/// | 40+n | | id and name |
final class SnapshotTable {
    private static final int ENTRY_LENGTH = 40;
    private static final int EXTRA_STATE = 8;
    private static final int EXTRA_ICOUNT = 24;

    private static final String FORCE_REMOVE =
            "You can force-remove this extra metadata with qemu-img check -r all";

    private final ImageFile file;
    private final long start;
    private final List<SnapshotInfo> snapshots = new ArrayList<>();
    private final List<TableLocation> l1Tables = new ArrayList<>();
    private long position;

    private SnapshotTable(ImageFile file, long start) {
        this.file = file;
        this.start = start;
        this.position = start;
    }

    /// The table without entries.
    static SnapshotTable empty(ImageFile file) {
        return new SnapshotTable(file, 0);
    }

    /// Reads the snapshots that the header tells of.
    static SnapshotTable read(ImageFile file, Qcow2Header header) throws BlockException {
        TableLocation location = header.snapshots();
        SnapshotTable table = new SnapshotTable(file, location.offset());
        for (int i = 0; i < location.count(); i++) {
            if (table.byteLength() > Qcow2Layout.MAX_SNAPSHOT_TABLE_BYTES) {
                throw new CorruptImageException(Errno.EFBIG, "Snapshot table is too big");
            }
            table.readEntry();
        }
        return table;
    }

    List<SnapshotInfo> snapshots() {
        return List.copyOf(snapshots);
    }

    /// Where the entries say that their L1 tables are; not checked.
    List<TableLocation> l1Tables() {
        return l1Tables;
    }

    /// Bytes of the table.
    long byteLength() {
        return position - start;
    }

    private void readEntry() throws BlockException {
        ByteBuffer entry = read(ENTRY_LENGTH);
        int extraLength = entry.getInt(36);
        if (Integer.compareUnsigned(extraLength, Qcow2Layout.MAX_SNAPSHOT_EXTRA_DATA) > 0) {
            CorruptImageException failure =
                    new CorruptImageException(
                            Errno.EFBIG,
                            "Too much extra metadata in snapshot table entry " + snapshots.size());
            failure.withHint(FORCE_REMOVE);
            throw failure;
        }
        ByteBuffer extra = read(extraLength);
        String id = text(Short.toUnsignedInt(entry.getShort(12)));
        String name = text(Short.toUnsignedInt(entry.getShort(14)));
        position = (position + 7) & -8L;
        l1Tables.add(new TableLocation(entry.getLong(0), entry.getInt(8)));
        snapshots.add(
                new SnapshotInfo(
                        id,
                        name,
                        extraLength >= EXTRA_STATE
                                ? extra.getLong(0)
                                : Integer.toUnsignedLong(entry.getInt(32)),
                        Integer.toUnsignedLong(entry.getInt(16)),
                        entry.getInt(20),
                        entry.getLong(24),
                        extraLength >= EXTRA_ICOUNT ? extra.getLong(16) : -1));
    }

    private String text(int length) throws BlockException {
        return StandardCharsets.UTF_8.decode(read(length)).toString();
    }

    private ByteBuffer read(int length) throws BlockException {
        byte[] bytes = new byte[length];
        if (length > 0) {
            file.readBytes(position, bytes, 0, length);
        }
        position += length;
        return ByteBuffer.wrap(bytes);
    }
}
