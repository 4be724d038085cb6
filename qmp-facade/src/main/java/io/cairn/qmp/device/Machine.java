package io.cairn.qmp.device;

import io.cairn.block.option.JsonObject;
import io.cairn.qmp.event.EventHub;

/// The state of a machine whose processor never runs: what is left for monitors to ask and steer.
public final class Machine {
    private final EventHub events;
    private volatile boolean isThere;
    private volatile MachineType type = MachineType.NONE;
    private volatile String name = "";
    private volatile String uuid = "00000000-0000-0000-0000-000000000000";
    private volatile String state = "running";

    public Machine(EventHub events) {
        this.events = events;
    }

    public MachineType type() {
        return type;
    }

    /// Says what the machine is, before there are devices.
    public void setType(MachineType newType) {
        type = newType;
        isThere = true;
    }

    /// The name that the user gave the machine, or nothing.
    public String name() {
        return name;
    }

    public void setName(String newName) {
        name = newName;
    }

    public String uuid() {
        return uuid;
    }

    public void setUuid(String newUuid) {
        uuid = newUuid;
    }

    /// The run state (QMP reference manual, "RunState").
    public String state() {
        return state;
    }

    public boolean isRunning() {
        return state.equals("running");
    }

    /// Starts with the processor stopped.
    public void startPaused() {
        state = "prelaunch";
    }

    /// Stops the processor.
    public void stop() {
        if (isRunning()) {
            state = "paused";
            events.emit("STOP");
        }
    }

    /// Lets the processor go on.
    public void resume() {
        if (!isRunning()) {
            state = "running";
            events.emit("RESUME");
        }
    }

    /// Tells of the machine's end, if there is one.
    ///
    /// @param reason why it ends
    public void shutDown(String reason) {
        if (!isThere) {
            return;
        }
        events.emit(
                "SHUTDOWN", JsonObject.builder().put("guest", false).put("reason", reason).build());
    }
}
