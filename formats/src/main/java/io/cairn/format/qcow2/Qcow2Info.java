package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.spi.BitmapInfo;
import io.cairn.block.spi.FormatInfo;

import java.util.ArrayList;
import java.util.List;

/// What is told of an open image (QMP reference manual, "ImageInfoSpecificQCow2").
final class Qcow2Info {
    private Qcow2Info() {}

    static FormatInfo of(Qcow2Image image) throws BlockException {
        Qcow2Header header = image.header();
        Geometry geometry = image.geometry();
        return new FormatInfo(
                geometry.clusterSize(),
                header.features().isDirty(),
                header.isEncrypted(),
                vmStateOffset(geometry, header.size()),
                geometry.clusterSize(),
                specific(image),
                Qcow2Driver.NAME);
    }

    /// Machine state is kept behind the last guest byte that the L1 table for the disk covers.
    private static long vmStateOffset(Geometry geometry, long size) {
        return geometry.l1Entries(size) << geometry.l1EntryBits();
    }

    private static JsonObject specific(Qcow2Image image) throws BlockException {
        Qcow2Header header = image.header();
        JsonObject.Builder json = JsonObject.builder();
        json.put("compat", header.isVersion3() ? "1.1" : "0.10");
        Features features = header.features();
        if (header.isVersion3()) {
            json.put("lazy-refcounts", features.hasLazyRefcounts());
            json.put("corrupt", features.isCorrupt());
            json.put("extended-l2", features.hasExtendedL2());
        }
        json.put("refcount-bits", header.geometry().refcountBits());
        json.put("compression-type", compression(header));
        if (features.hasDataFile()) {
            addDataFile(json, header);
        }
        Encryption encryption = image.encryption();
        if (encryption != null) {
            json.put("encrypt", encryption.info());
        }
        List<BitmapInfo> bitmaps = BitmapDirectory.read(image.file(), header);
        if (!bitmaps.isEmpty()) {
            json.put("bitmaps", toJson(bitmaps));
        }
        return json.build();
    }

    private static String compression(Qcow2Header header) {
        return header.compressionType() == Qcow2Layout.COMPRESSION_ZSTD ? "zstd" : "zlib";
    }

    private static void addDataFile(JsonObject.Builder json, Qcow2Header header) {
        String name = header.dataFileName();
        if (name != null) {
            json.put("data-file", name);
        }
        json.put("data-file-raw", header.features().hasRawDataFile());
    }

    private static JsonArray toJson(List<BitmapInfo> bitmaps) {
        List<JsonValue> list = new ArrayList<>(bitmaps.size());
        for (BitmapInfo bitmap : bitmaps) {
            List<JsonValue> flags = new ArrayList<>(2);
            if (bitmap.inUse()) {
                flags.add(new JsonString("in-use"));
            }
            if (bitmap.automatic()) {
                flags.add(new JsonString("auto"));
            }
            list.add(
                    JsonObject.builder()
                            .put("name", bitmap.name())
                            .put("granularity", bitmap.granularity())
                            .put("flags", new JsonArray(flags))
                            .build());
        }
        return new JsonArray(list);
    }
}
