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
    private volatile RebootAction rebootAction = RebootAction.RESET;
    private volatile ShutdownAction shutdownAction = ShutdownAction.POWEROFF;

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

    public RebootAction rebootAction() {
        return rebootAction;
    }

    public void setRebootAction(RebootAction action) {
        rebootAction = action;
    }

    public ShutdownAction shutdownAction() {
        return shutdownAction;
    }

    public void setShutdownAction(ShutdownAction action) {
        shutdownAction = action;
    }

    /// Stops the processor.
    public void stop() {
        stop("paused");
    }

    /// Stops the processor for good: only a reset lets it go on.
    public void stopForGood() {
        stop("shutdown");
    }

    private void stop(String newState) {
        if (isRunning()) {
            state = newState;
            events.emit("STOP");
        }
    }

    /// Whether the processor cannot go on without a reset.
    public boolean needsReset() {
        return state.equals("shutdown");
    }

    /// Begins anew; a processor that does not run waits to be let go on.
    public void reset(String reason) {
        if (!isRunning()) {
            startPaused();
        }
        events.emit(
                "RESET", JsonObject.builder().put("guest", false).put("reason", reason).build());
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
