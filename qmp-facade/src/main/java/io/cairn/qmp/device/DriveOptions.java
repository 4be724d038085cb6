package io.cairn.qmp.device;

import io.cairn.block.Aio;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.throttle.ThrottleLimits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What `-drive` says.
///
/// @param id empty if the user gave none
/// @param type what the drive is connected by
/// @param index which of its kind the drive is, or -1
/// @param isCdrom whether its medium is a CD
/// @param filename of the medium, or null
/// @param node the options of the medium's node
/// @param isSnapshot whether what is written goes to a temporary file
/// @param copiesOnRead whether what is read from a backing file is kept
/// @param settings the drive's own
/// @param group that of its limits, or null
/// @param limits on its requests
public record DriveOptions(
        String id,
        DriveInterface type,
        int index,
        boolean isCdrom,
        @Nullable String filename,
        Options node,
        boolean isSnapshot,
        boolean copiesOnRead,
        Drive.Settings settings,
        @Nullable String group,
        ThrottleLimits limits) {
    /// Older names of options, with those that they stand for.
    private static final List<Map.Entry<String, String>> ALIASES =
            List.of(
                    Map.entry("iops", "throttling.iops-total"),
                    Map.entry("iops_rd", "throttling.iops-read"),
                    Map.entry("iops_wr", "throttling.iops-write"),
                    Map.entry("bps", "throttling.bps-total"),
                    Map.entry("bps_rd", "throttling.bps-read"),
                    Map.entry("bps_wr", "throttling.bps-write"),
                    Map.entry("iops_max", "throttling.iops-total-max"),
                    Map.entry("iops_rd_max", "throttling.iops-read-max"),
                    Map.entry("iops_wr_max", "throttling.iops-write-max"),
                    Map.entry("bps_max", "throttling.bps-total-max"),
                    Map.entry("bps_rd_max", "throttling.bps-read-max"),
                    Map.entry("bps_wr_max", "throttling.bps-write-max"),
                    Map.entry("iops_size", "throttling.iops-size"),
                    Map.entry("group", "throttling.group"),
                    Map.entry("readonly", "read-only"));

    /// Reads the option's argument.
    ///
    /// @param standard what a drive is connected by of which nothing is said
    /// @param snapshots whether all drives are snapshots unless they say otherwise
    public static DriveOptions parse(String text, DriveInterface standard, boolean snapshots)
            throws InvalidOptionException {
        Options options = Keyval.parseOpts(text, null).toOptions();
        for (Map.Entry<String, String> alias : ALIASES) {
            rename(options, alias.getKey(), alias.getValue());
        }
        return new Parser(options).parse(standard, snapshots);
    }

    private static void rename(Options options, String alias, String name)
            throws InvalidOptionException {
        JsonValue value = options.take(alias);
        if (value == null) {
            return;
        }
        if (options.contains(name)) {
            throw new InvalidOptionException(
                    "'" + name + "' and its alias '" + alias + "' can't be used at the same time");
        }
        options.put(name, value);
    }

    /// Takes the options one by one; what is left is the node's.
    private static final class Parser {
        private final Options options;

        Parser(Options options) {
            this.options = options;
        }

        DriveOptions parse(DriveInterface standard, boolean snapshots)
                throws InvalidOptionException {
            String id = text("id", "");
            if (!id.isEmpty()) {
                Keyval.checkIdentifier(id);
            }
            String typeName = options.takeText("if");
            DriveInterface type =
                    typeName == null
                            ? standard
                            : DriveInterface.find(typeName)
                                    .orElseThrow(() ->
                                            new InvalidOptionException(
                                                    "unsupported bus type '" + typeName + "'"));
            boolean isCdrom = isCdrom();
            int index = index(type);
            if (isCdrom) {
                options.putIfAbsent("read-only", JsonBoolean.TRUE);
            }
            boolean isSnapshot = isOn("snapshot", snapshots);
            boolean copiesOnRead = isOn("copy-on-read", false);
            String group = options.takeText("throttling.group");
            ThrottleLimits limits = limits();
            Drive.Settings settings = settings(type);
            takeFormat();
            String file = file();
            return new DriveOptions(
                    id,
                    type,
                    index,
                    isCdrom,
                    file,
                    options,
                    isSnapshot,
                    copiesOnRead,
                    settings,
                    group,
                    limits);
        }

        private boolean isCdrom() throws InvalidOptionException {
            String media = text("media", "disk");
            return switch (media) {
                case "disk" -> false;
                case "cdrom" -> true;
                default -> throw new InvalidOptionException("'" + media + "' invalid media");
            };
        }

        private int index(DriveInterface type) throws InvalidOptionException {
            long index = number("index", -1);
            long bus = number("bus", 0);
            long unit = number("unit", -1);
            if (index >= 0 && (bus != 0 || unit >= 0)) {
                throw new InvalidOptionException("index cannot be used with bus and unit");
            }
            int perBus = type.unitsPerBus();
            if (perBus > 0 && unit >= perBus) {
                throw new InvalidOptionException(
                        "unit " + unit + " too big (max is " + (perBus - 1) + ")");
            }
            return (int) (unit < 0 ? index : bus * Math.max(1, perBus) + unit);
        }

        private Drive.Settings settings(DriveInterface type) throws InvalidOptionException {
            Accounting.Settings counted =
                    new Accounting.Settings(
                            isOn("stats-account-invalid", true),
                            isOn("stats-account-failed", true),
                            intervals());
            ErrorPolicy write = policy("werror", "write", ErrorPolicy.ENOSPC);
            ErrorPolicy read = policy("rerror", "read", ErrorPolicy.REPORT);
            boolean writeThrough = cache();
            NodeFlags flags =
                    NodeFlags.READ_ONLY
                            .withReadOnly(isSet("read-only"))
                            .withAutoReadOnly(true)
                            .withCache(isSet("cache.direct"), isSet("cache.no-flush"))
                            .withAio(aio());
            return new Drive.Settings(
                    flags, writeThrough, read, write, counted, type != DriveInterface.NONE);
        }

        private boolean isSet(String key) throws InvalidOptionException {
            JsonValue value = options.get(key);
            return value != null && isOn(key, value);
        }

        private List<Integer> intervals() throws InvalidOptionException {
            List<Integer> intervals = new ArrayList<>();
            for (int i = 0; options.contains("stats-intervals." + i); i++) {
                long seconds = number("stats-intervals." + i, 0);
                if (seconds < 1 || seconds > Integer.MAX_VALUE) {
                    throw new InvalidOptionException("Invalid interval length: '" + seconds + "'");
                }
                intervals.add((int) seconds);
            }
            return intervals;
        }

        private ErrorPolicy policy(String key, String kind, ErrorPolicy absent)
                throws InvalidOptionException {
            String text = options.takeText(key);
            if (text == null) {
                return absent;
            }
            return ErrorPolicy.find(text)
                    .filter(policy -> policy != ErrorPolicy.AUTO)
                    .filter(policy -> kind.equals("write") || policy != ErrorPolicy.ENOSPC)
                    .orElseThrow(() ->
                            new InvalidOptionException(
                                    "'" + text + "' invalid " + kind + " error action"));
        }

        /// Turns the mode of the cache into options of the node; true for write-through.
        private boolean cache() throws InvalidOptionException {
            String mode = options.takeText("cache");
            boolean direct = false;
            boolean noFlush = false;
            boolean writeThrough = false;
            if (mode != null) {
                switch (mode) {
                    case "none", "off" -> direct = true;
                    case "directsync" -> {
                        direct = true;
                        writeThrough = true;
                    }
                    case "writeback" -> {}
                    case "unsafe" -> noFlush = true;
                    case "writethrough" -> writeThrough = true;
                    default -> throw new InvalidOptionException("invalid cache option");
                }
                options.putIfAbsent("cache.direct", JsonValue.of(direct));
                options.putIfAbsent("cache.no-flush", JsonValue.of(noFlush));
            }
            return !isOn("cache.writeback", !writeThrough);
        }

        private Aio aio() throws InvalidOptionException {
            String text = options.takeText("aio");
            if (text == null) {
                return Aio.THREADS;
            }
            return Aio.find(text)
                    .orElseThrow(() -> new InvalidOptionException("invalid aio option"));
        }

        private void takeFormat() throws InvalidOptionException {
            String format = options.takeText("format");
            if (format == null) {
                return;
            }
            if (options.contains("driver")) {
                throw new InvalidOptionException("Cannot specify both 'driver' and 'format'");
            }
            options.put("driver", format);
        }

        private @Nullable String file() {
            String file = options.takeText("file");
            return file == null || file.isEmpty() ? null : file;
        }

        private ThrottleLimits limits() throws InvalidOptionException {
            ThrottleLimits limits = ThrottleLimits.NONE;
            for (String name : ThrottleLimits.names()) {
                String key = "throttling.".concat(name);
                if (options.contains(key)) {
                    limits = limits.with(name, number(key, 0));
                }
            }
            return limits.requireValid();
        }

        private String text(String key, String absent) {
            String text = options.takeText(key);
            return text == null ? absent : text;
        }

        private long number(String key, long absent) throws InvalidOptionException {
            String text = options.takeText(key);
            if (text == null) {
                return absent;
            }
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new InvalidOptionException("Parameter '" + key + "' expects a number");
            }
        }

        private boolean isOn(String key, boolean absent) throws InvalidOptionException {
            JsonValue value = options.take(key);
            return value == null ? absent : isOn(key, value);
        }

        private static boolean isOn(String key, JsonValue value) throws InvalidOptionException {
            if (value instanceof JsonBoolean bool) {
                return bool.value();
            }
            String text = value instanceof JsonString string ? string.value() : "";
            return switch (text) {
                case "on", "true", "yes", "y" -> true;
                case "off", "false", "no", "n" -> false;
                default ->
                        throw new InvalidOptionException(
                                "Parameter '" + key + "' expects 'on' or 'off'");
            };
        }
    }
}
