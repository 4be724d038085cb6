package io.cairn.cli.img;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.spi.CheckResult;

import java.util.Locale;

/// What a check found, as it is printed.
final class CheckText {
    private CheckText() {}

    /// What is said between a repair and the second look.
    static String repaired(CheckResult result) {
        return "The following inconsistencies were found and repaired:\n\n    "
                + result.leaksFixed()
                + " leaked clusters\n    "
                + result.corruptionsFixed()
                + " corruptions\n\nDouble checking the fixed image now...\n";
    }

    /// The result for people.
    static String human(CheckResult result) {
        StringBuilder out = new StringBuilder();
        if (result.corruptions() == 0 && result.leaks() == 0 && result.checkErrors() == 0) {
            out.append("No errors were found on the image.\n");
        }
        if (result.corruptions() > 0) {
            out.append('\n').append(result.corruptions());
            out.append(" errors were found on the image.\n");
            out.append("Data may be corrupted, or further writes to the image may corrupt it.\n");
        }
        if (result.leaks() > 0) {
            out.append('\n').append(result.leaks());
            out.append(" leaked clusters were found on the image.\n");
            out.append("This means waste of disk space, but no harm to data.\n");
        }
        if (result.checkErrors() > 0) {
            out.append('\n').append(result.checkErrors());
            out.append(" internal errors have occurred during the check.\n");
        }
        if (result.totalClusters() > 0 && result.allocatedClusters() > 0) {
            appendClusters(out, result);
        }
        if (result.imageEndOffset() > 0) {
            out.append("Image end offset: ").append(result.imageEndOffset()).append('\n');
        }
        return out.toString();
    }

    private static void appendClusters(StringBuilder out, CheckResult result) {
        long allocated = result.allocatedClusters();
        out.append(allocated).append('/').append(result.totalClusters()).append(" = ");
        out.append(percent(allocated, result.totalClusters())).append("% allocated, ");
        out.append(percent(result.fragmentedClusters(), allocated)).append("% fragmented, ");
        out.append(percent(result.compressedClusters(), allocated));
        out.append("% compressed clusters\n");
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f", part * 100.0 / whole);
    }

    /// The result in JSON, which leaves out most counts that are 0.
    static String json(CheckResult result, String filename, String format) {
        JsonObject.Builder json = JsonObject.builder();
        json.put("filename", filename).put("format", format);
        json.put("check-errors", result.checkErrors());
        put(json, "image-end-offset", result.imageEndOffset());
        put(json, "corruptions", result.corruptions());
        put(json, "leaks", result.leaks());
        put(json, "corruptions-fixed", result.corruptionsFixed());
        put(json, "leaks-fixed", result.leaksFixed());
        put(json, "total-clusters", result.totalClusters());
        put(json, "allocated-clusters", result.allocatedClusters());
        put(json, "fragmented-clusters", result.fragmentedClusters());
        put(json, "compressed-clusters", result.compressedClusters());
        return Json.printPretty(json.build());
    }

    private static void put(JsonObject.Builder json, String name, long count) {
        if (count != 0) {
            json.put(name, count);
        }
    }
}
