package io.cairn.qmp.command.export;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.fuse.server.FuseOptions;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.nbd.server.ServerOptions;
import io.cairn.qmp.address.Address;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.export.ExportInfo;
import io.cairn.qmp.export.ExportOptions;
import io.cairn.qmp.export.TlsObjectNames;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The NBD server and all exports (QMP reference manual, "Block device exports").
public final class ExportCommands implements CommandFamily {
    private final StorageService service;

    public ExportCommands(StorageService service) {
        this.service = service;
    }

    /// The arguments of `nbd-server-start`, and of the command line's option.
    public record Start(
            Address address,
            @Nullable String tlsCreds,
            @Nullable String tlsAuthz,
            long maxConnections) {
        static Start readLegacy(Arguments in) throws BlockException {
            return read(in, Address.ofLegacy(in.object("addr")));
        }

        /// Checked `NbdServerOptions`.
        public static Start read(Arguments in) throws BlockException {
            return read(in, Address.of(in.object("addr")));
        }

        private static Start read(Arguments in, Address address) {
            return new Start(
                    address,
                    in.findString("tls-creds"),
                    in.findString("tls-authz"),
                    in.integer("max-connections", 0));
        }
    }

    /// The arguments of `block-export-add`.
    ///
    /// @param options null for a type that we do not have
    private record Addition(
            String type,
            @Nullable String iothread,
            boolean fixedIothread,
            @Nullable ExportOptions options) {
        static Addition read(Arguments in) {
            String type = in.string("type");
            ExportOptions.Way way =
                    switch (type) {
                        case "nbd" -> nbd(in);
                        case "fuse" -> fuse(in);
                        default -> null;
                    };
            return new Addition(
                    type,
                    in.findString("iothread"),
                    in.bool("fixed-iothread", false),
                    way == null
                            ? null
                            : new ExportOptions(
                                    in.string("id"),
                                    in.string("node-name"),
                                    in.bool("writable", false),
                                    in.bool("writethrough", false),
                                    way));
        }

        private static ExportOptions.Way nbd(Arguments in) {
            return new ExportOptions.Nbd(
                    in.findString("name"),
                    in.findString("description"),
                    bitmaps(in.list("bitmaps")),
                    in.bool("allocation-depth", false));
        }

        private static ExportOptions.Way fuse(Arguments in) {
            return new ExportOptions.Fuse(
                    in.string("mountpoint"),
                    in.bool("growable", false),
                    switch (in.string("allow-other", "auto")) {
                        case "off" -> FuseOptions.AllowOther.OFF;
                        case "on" -> FuseOptions.AllowOther.ON;
                        default -> FuseOptions.AllowOther.AUTO;
                    });
        }

        private static List<ExportOptions.BitmapName> bitmaps(List<JsonValue> names) {
            List<ExportOptions.BitmapName> bitmaps = new ArrayList<>();
            for (JsonValue name : names) {
                if (name instanceof JsonObject object) {
                    Arguments in = new Arguments(object);
                    bitmaps.add(new ExportOptions.BitmapName(in.string("node"), in.string("name")));
                } else if (name instanceof JsonString text) {
                    bitmaps.add(new ExportOptions.BitmapName(null, text.value()));
                }
            }
            return bitmaps;
        }
    }

    /// The arguments of `nbd-server-add`.
    private record LegacyAddition(
            String device,
            @Nullable String name,
            @Nullable String description,
            boolean writable,
            @Nullable String bitmap) {
        static LegacyAddition read(Arguments in) {
            return new LegacyAddition(
                    in.string("device"),
                    in.findString("name"),
                    in.findString("description"),
                    in.bool("writable", false),
                    in.findString("bitmap"));
        }
    }

    /// The arguments of the commands that remove.
    private record Removal(String id, boolean isHard) {
        static Removal read(Arguments in) {
            return new Removal(in.string("id"), in.string("mode", "safe").equals("hard"));
        }

        static Removal readLegacy(Arguments in) {
            return new Removal(in.string("name"), in.string("mode", "safe").equals("hard"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("nbd-server-start", Start::readLegacy, this::start);
        table.add("nbd-server-stop", () -> service.exports().stop());
        table.add("block-export-add", Addition::read, this::add);
        table.add("block-export-del", Removal::read, this::remove);
        table.add("nbd-server-add", LegacyAddition::read, this::addLegacy);
        table.add("nbd-server-remove", Removal::readLegacy, this::remove);
        table.query(
                "query-block-exports",
                () ->
                        CommandTable.list(
                                service.exports().query().stream()
                                        .map(ExportCommands::info)
                                        .toList()));
    }

    /// Starts the server.
    public void start(Start start) throws BlockException {
        TlsObjectNames tls = new TlsObjectNames(service.graph().objects());
        ServerOptions options =
                ServerOptions.DEFAULT.withMaxConnections(
                        (int) Math.min(start.maxConnections(), Integer.MAX_VALUE));
        String creds = start.tlsCreds();
        if (creds != null) {
            options = options.withTls(tls.credentials(creds), tls.authorization(start.tlsAuthz()));
        }
        service.exports().start(start.address(), options);
    }

    private void add(Addition addition) throws BlockException, QmpException {
        ExportOptions options = addition.options();
        if (options == null) {
            throw QmpException.generic("No driver found for export type " + addition.type());
        }
        String iothread = addition.iothread();
        if (iothread != null) {
            BlockNode node = BlockJob.findNode(service.graph(), options.nodeName());
            if (service.graph().objects().find(iothread).isEmpty()) {
                throw QmpException.generic("iothread \"" + iothread + "\" not found");
            }
            if (addition.fixedIothread()) {
                BlockGraph.requireThread(node, iothread);
            }
        }
        service.exports().add(options);
    }

    private void addLegacy(LegacyAddition addition) throws BlockException {
        String bitmap = addition.bitmap();
        String name = addition.name() == null ? addition.device() : addition.name();
        BlockNode node = BlockJob.find(service.graph(), addition.device());
        service.exports()
                .add(
                        new ExportOptions(
                                name,
                                node.name(),
                                addition.writable() && !node.isReadOnly(),
                                false,
                                new ExportOptions.Nbd(
                                        name,
                                        addition.description(),
                                        bitmap == null
                                                ? List.of()
                                                : List.of(
                                                        new ExportOptions.BitmapName(null, bitmap)),
                                        false)),
                        service.graph().devices().find(addition.device()).orElse(null));
    }

    private void remove(Removal removal) throws BlockException {
        service.exports().remove(removal.id(), removal.isHard());
    }

    private static JsonObject info(ExportInfo export) {
        return JsonObject.builder()
                .put("id", export.id())
                .put("type", export.type())
                .put("node-name", export.nodeName())
                .put("shutting-down", export.isShuttingDown())
                .build();
    }
}
