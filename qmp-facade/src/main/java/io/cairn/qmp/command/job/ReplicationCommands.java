package io.cairn.qmp.command.job;

import io.cairn.block.BlockException;
import io.cairn.block.filter.Replication.Mode;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.job.replication.Replications;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// The commands by which a hypervisor steers replication (QMP reference manual, "Migration").
public final class ReplicationCommands implements CommandFamily {
    private final Replications replications;

    public ReplicationCommands(StorageService service) {
        this.replications = service.replications();
    }

    /// The arguments of `xen-set-replication`.
    private record Setting(boolean enable, boolean primary, @Nullable Boolean failover) {
        static Setting read(Arguments in) {
            return new Setting(in.bool("enable"), in.bool("primary"), in.findBool("failover"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("xen-set-replication", Setting::read, this::set);
        table.add("xen-colo-do-checkpoint", replications::checkpoint);
        table.query("query-xen-replication-status", this::status);
    }

    private void set(Setting in) throws BlockException, QmpException {
        if (!in.enable()) {
            replications.stop(Boolean.TRUE.equals(in.failover()));
            return;
        }
        if (in.failover() != null) {
            throw QmpException.generic("Parameter 'failover' is only for stopping replication");
        }
        replications.start(in.primary() ? Mode.PRIMARY : Mode.SECONDARY);
    }

    private JsonValue status() {
        JsonObject.Builder status = JsonObject.builder();
        replications
                .error()
                .ifPresentOrElse(
                        text -> status.put("error", true).put("desc", text),
                        () -> status.put("error", false));
        return status.build();
    }
}
