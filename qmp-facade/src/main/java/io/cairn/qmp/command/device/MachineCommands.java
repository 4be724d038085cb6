package io.cairn.qmp.command.device;

import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Devices;
import io.cairn.qmp.device.Machine;
import io.cairn.qmp.device.RebootAction;
import io.cairn.qmp.device.ShutdownAction;
import io.cairn.qmp.event.EventHub;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The commands about the machine whose drives these are (QMP reference manual, "VM run state" and
/// "Miscellanea"). Its processor never runs.
public final class MachineCommands implements CommandFamily {
    private final Machine machine;
    private final Devices devices;
    private final StorageService service;
    private final EventHub events;

    /// The arguments of `set-action`. Nothing here panics, and there is no watchdog, so that the
    /// actions for those are taken and never called for.
    private record Actions(@Nullable RebootAction reboot, @Nullable ShutdownAction shutdown) {
        static Actions read(Arguments in) {
            return new Actions(
                    in.findChoice("reboot", RebootAction.class),
                    in.findChoice("shutdown", ShutdownAction.class));
        }
    }

    public MachineCommands(StorageService service) {
        this.service = service;
        this.machine = service.machine();
        this.devices = service.devices();
        this.events = service.events();
    }

    @Override
    public void addTo(CommandTable table) {
        table.query("query-status", this::status);
        table.add("stop", machine::stop);
        table.add("cont", this::resume);
        table.add("system_reset", this::reset);
        table.add("set-action", Actions::read, this::setActions);
        table.add("system_powerdown", () -> events.emit("POWERDOWN"));
        table.add(
                "system_wakeup",
                () -> {
                    throw QmpException.generic(
                            "wake-up from suspend is not supported by this guest");
                });
        table.query("query-name", this::name);
        table.query("query-uuid", () -> JsonObject.builder().put("UUID", machine.uuid()).build());
        table.query(
                "query-kvm",
                () -> JsonObject.builder().put("enabled", false).put("present", false).build());
        table.query("query-events", this::events);
    }

    private JsonValue status() {
        return JsonObject.builder()
                .put("status", machine.state())
                .put("singlestep", false)
                .put("running", machine.isRunning())
                .build();
    }

    private JsonValue name() {
        String name = machine.name();
        return name.isEmpty() ? JsonObject.EMPTY : JsonObject.builder().put("name", name).build();
    }

    private JsonValue events() {
        List<JsonObject> told =
                events.definitions().stream()
                        .map(event -> JsonObject.builder().put("name", event.name()).build())
                        .toList();
        return CommandTable.list(told);
    }

    private void resume() throws QmpException {
        if (machine.needsReset()) {
            throw QmpException.generic("Resetting the Virtual Machine is required");
        }
        machine.resume();
    }

    private void reset() {
        String reason = "host-qmp-system-reset";
        if (machine.rebootAction() == RebootAction.SHUTDOWN) {
            service.shutDown(reason);
        } else {
            devices.reset();
            machine.reset(reason);
        }
    }

    private void setActions(Actions in) {
        RebootAction reboot = in.reboot();
        if (reboot != null) {
            machine.setRebootAction(reboot);
        }
        ShutdownAction shutdown = in.shutdown();
        if (shutdown != null) {
            machine.setShutdownAction(shutdown);
        }
    }
}
