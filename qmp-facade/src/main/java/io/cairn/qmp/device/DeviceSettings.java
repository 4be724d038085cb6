package io.cairn.qmp.device;

import io.cairn.block.BlockException;
import io.cairn.qmp.command.QmpException;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The properties of a device that is being made, as they are set one by one.
final class DeviceSettings {
    /// What is said of a device beside its properties.
    private static final Set<String> FRAME = Set.of("driver", "id", "bus");

    private final String driver;
    private final DriveFinder finder;
    private final Map<String, String> values = new LinkedHashMap<>();
    private @Nullable Drive drive;

    /// Finds what a device is to own.
    @FunctionalInterface
    interface DriveFinder {
        Drive find(String driver, String name) throws BlockException, QmpException;
    }

    DeviceSettings(String driver, DriveFinder finder) {
        this.driver = driver;
        this.finder = finder;
    }

    /// Sets what holds for all devices of the model.
    void apply(List<Globals.Entry> globals) throws QmpException {
        for (Globals.Entry global : globals) {
            try {
                set(global.property(), global.value());
            } catch (BlockException | QmpException e) {
                throw QmpException.generic(
                        "can't apply global "
                                + global.shown()
                                + "="
                                + global.value()
                                + ": "
                                + e.getMessage());
            }
        }
    }

    /// Sets what is given for this device.
    void apply(Map<String, String> given) throws BlockException, QmpException {
        for (Map.Entry<String, String> entry : given.entrySet()) {
            if (!FRAME.contains(entry.getKey())) {
                set(entry.getKey(), entry.getValue());
            }
        }
    }

    private void set(String name, String value) throws BlockException, QmpException {
        Property property =
                DeviceModel.properties(driver).stream()
                        .filter(p -> p.name().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                QmpException.generic(
                                        "Property '" + driver + "." + name + "' not found"));
        if (property.type() == PropertyType.DRIVE && !value.isEmpty()) {
            if (drive != null) {
                throw conflict(value);
            }
            drive = finder.find(driver, value);
        }
        values.put(name, property.parse(driver, value));
    }

    /// Gives a device of the board its drive.
    void setDrive(Drive own) throws QmpException {
        if (drive != null) {
            throw conflict(own.name());
        }
        drive = own;
        values.put("drive", own.name());
    }

    private QmpException conflict(String name) {
        return QmpException.generic(
                "-global " + driver + ".drive=... conflicts with drive=" + name);
    }

    Map<String, String> values() {
        return values;
    }

    @Nullable Drive drive() {
        return drive;
    }
}
