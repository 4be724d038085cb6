package io.cairn.qmp.http;

import io.cairn.block.statistics.OperationKind;
import io.cairn.block.statistics.OperationStatistics;
import io.cairn.job.scheduler.JobInfo;
import io.cairn.qmp.export.ExportInfo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// The figures in Prometheus' text format, version 0.0.4 ("Exposition formats").
final class MetricsText {
    private static final int NANO_DIGITS = 9;

    /// Something that counts requests.
    ///
    /// @param labels by which it is told from others, in their final form
    private record Counted(String labels, Map<OperationKind, OperationStatistics> counted) {}

    private final StringBuilder out = new StringBuilder();

    private MetricsText() {}

    static String of(Figures figures) {
        MetricsText text = new MetricsText();
        List<Counted> nodes = new ArrayList<>();
        for (Figures.Vertex vertex : figures.vertices()) {
            if (vertex instanceof Figures.NodeFigures node) {
                nodes.add(
                        new Counted(
                                label("node", node.name()) + "," + label("driver", node.driver()),
                                node.counted()));
            }
        }
        text.addCounted("cairn_node_", "of a node", nodes);
        text.addCounted(
                "cairn_drive_",
                "of a drive",
                figures.drives().stream()
                        .map(drive -> new Counted(label("drive", drive.name()), drive.counted()))
                        .toList());
        text.addJobs(figures.jobs());
        text.addExports(figures.exports());
        return text.out.toString();
    }

    private void addCounted(String prefix, String whose, List<Counted> all) {
        addCounters(
                prefix + "operations_total",
                "Requests " + whose + " that succeeded",
                all,
                OperationStatistics::operations);
        addCounters(
                prefix + "failed_operations_total",
                "Requests " + whose + " that failed",
                all,
                OperationStatistics::failed);
        addCounters(
                prefix + "invalid_operations_total",
                "Requests " + whose + " that were refused as they came",
                all,
                OperationStatistics::invalid);
        addCounters(
                prefix + "bytes_total",
                "Bytes of the requests " + whose + " that succeeded",
                all,
                OperationStatistics::bytes);
        addCounters(
                prefix + "operation_seconds_total",
                "Time that the requests " + whose + " took together",
                all,
                of ->
                        BigDecimal.valueOf(of.totalNanos(), NANO_DIGITS)
                                .stripTrailingZeros()
                                .toPlainString());
    }

    private void addCounters(
            String name,
            String help,
            List<Counted> all,
            Function<OperationStatistics, Object> value) {
        addHead(name, help, "counter");
        for (Counted one : all) {
            for (OperationKind kind : OperationKind.values()) {
                OperationStatistics of = one.counted().get(kind);
                if (of != null) {
                    String operation = label("operation", kind.name().toLowerCase(Locale.ROOT));
                    addSample(name, one.labels() + "," + operation, value.apply(of));
                }
            }
        }
    }

    private void addJobs(List<JobInfo> jobs) {
        addGauges("cairn_job_offset", "What a job has done", jobs, JobInfo::offset);
        addGauges("cairn_job_length", "What a job has to do", jobs, JobInfo::length);
        addGauges(
                "cairn_job_speed_limit_bytes",
                "The most bytes a second that a job may copy, 0 for no limit",
                jobs,
                JobInfo::speed);
        addHead("cairn_job_state", "The state in which a job is, as a label", "gauge");
        for (JobInfo job : jobs) {
            addSample("cairn_job_state", labels(job) + "," + label("state", job.state().text()), 1);
        }
    }

    private void addGauges(
            String name, String help, List<JobInfo> jobs, Function<JobInfo, Object> value) {
        addHead(name, help, "gauge");
        for (JobInfo job : jobs) {
            addSample(name, labels(job), value.apply(job));
        }
    }

    private static String labels(JobInfo job) {
        return label("job", job.id()) + "," + label("type", job.type());
    }

    private void addExports(List<ExportInfo> exports) {
        String clients = "cairn_export_clients";
        addHead(clients, "Clients that use an export over NBD", "gauge");
        for (ExportInfo export : exports) {
            if (export.tellsClients()) {
                addSample(clients, labels(export), export.clients().size());
            }
        }
        String info = "cairn_export_info";
        addHead(info, "An export, with its type as a label", "gauge");
        for (ExportInfo export : exports) {
            addSample(info, labels(export) + "," + label("type", export.type()), 1);
        }
    }

    private static String labels(ExportInfo export) {
        return label("export", export.id())
                + ","
                + label("node", export.nodeName())
                + ","
                + label("name", export.name());
    }

    private void addHead(String name, String help, String type) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void addSample(String name, String labels, Object value) {
        out.append(name).append('{').append(labels).append("} ").append(value).append('\n');
    }

    private static String label(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + "=\"" + escaped + "\"";
    }
}
