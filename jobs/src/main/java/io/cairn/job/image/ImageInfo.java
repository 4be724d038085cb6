package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.SnapshotInfo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What can be told of an open image (QMP reference manual, "ImageInfo").
///
/// @param filename the name by which the image can be opened
/// @param format the driver's name
/// @param virtualSize the guest's bytes
/// @param allocatedSize the bytes that the image occupies on the host, or -1 if unknown
/// @param details what the format knows; empty if it knows nothing
/// @param backing the backing file that the image names
/// @param snapshots the internal snapshots, in the image's order
public record ImageInfo(
        String filename,
        String format,
        long virtualSize,
        long allocatedSize,
        Optional<FormatInfo> details,
        Optional<Backing> backing,
        List<SnapshotInfo> snapshots) {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /// A copy of the list.
    public ImageInfo {
        snapshots = List.copyOf(snapshots);
    }

    /// The backing file that an image names.
    ///
    /// @param filename as the image's header holds it
    /// @param resolved as it is opened, or null if the name cannot be read against the image's
    /// @param format its format, or null if the header does not say
    public record Backing(String filename, @Nullable String resolved, @Nullable String format) {}

    /// What can be told of a node.
    public static ImageInfo of(BlockNode node) throws BlockException {
        return new ImageInfo(
                node.filename(),
                node.driver(),
                node.length(),
                node.allocatedLength(),
                details(node),
                backing(node),
                node.driverInstance().snapshots());
    }

    private static Optional<FormatInfo> details(BlockNode node) throws BlockException {
        FormatInfo info = node.formatInfo();
        return info == FormatInfo.NONE ? Optional.empty() : Optional.of(info);
    }

    private static Optional<Backing> backing(BlockNode node) throws BlockException {
        Optional<BackingReference> named = node.driverInstance().backingReference();
        if (named.isEmpty()) {
            return Optional.empty();
        }
        BackingReference reference = named.get();
        return Optional.of(
                new Backing(
                        reference.filename(),
                        node.resolvedBackingFilename().orElse(null),
                        reference.format()));
    }

    /// The answer in JSON, with the members' names of QMP.
    public JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        json.put("filename", filename).put("format", format).put("virtual-size", virtualSize);
        if (allocatedSize >= 0) {
            json.put("actual-size", allocatedSize);
        }
        if (details.isPresent()) {
            addDetails(json, details.get());
        }
        if (backing.isPresent()) {
            addBacking(json, backing.get());
        }
        if (!snapshots.isEmpty()) {
            json.put("snapshots", snapshotsToJson());
        }
        return json.build();
    }

    private static void addDetails(JsonObject.Builder json, FormatInfo info) {
        if (info.clusterSize() > 0) {
            json.put("cluster-size", info.clusterSize());
        }
        if (info.encrypted()) {
            json.put("encrypted", true);
        }
        json.put("dirty-flag", info.dirty());
        JsonObject specific = info.specific();
        String type = info.specificType();
        if (specific != null && type != null) {
            json.put(
                    "format-specific",
                    JsonObject.builder().put("type", type).put("data", specific).build());
        }
    }

    private static void addBacking(JsonObject.Builder json, Backing backing) {
        json.put("backing-filename", backing.filename());
        if (backing.resolved() != null) {
            json.put("full-backing-filename", backing.resolved());
        }
        if (backing.format() != null) {
            json.put("backing-filename-format", backing.format());
        }
    }

    private JsonArray snapshotsToJson() {
        List<JsonValue> list = new ArrayList<>(snapshots.size());
        for (SnapshotInfo snapshot : snapshots) {
            list.add(toJson(snapshot));
        }
        return new JsonArray(list);
    }

    private static JsonObject toJson(SnapshotInfo snapshot) {
        JsonObject.Builder json =
                JsonObject.builder()
                        .put("id", snapshot.id())
                        .put("name", snapshot.name())
                        .put("vm-state-size", snapshot.vmStateSize())
                        .put("date-sec", snapshot.dateSeconds())
                        .put("date-nsec", snapshot.dateNanos())
                        .put("vm-clock-sec", snapshot.vmClockNanos() / NANOS_PER_SECOND)
                        .put("vm-clock-nsec", snapshot.vmClockNanos() % NANOS_PER_SECOND);
        if (snapshot.icount() >= 0) {
            json.put("icount", snapshot.icount());
        }
        return json.build();
    }
}
