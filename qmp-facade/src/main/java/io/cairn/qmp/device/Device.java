package io.cairn.qmp.device;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A device: what a guest would see of a drive, or a controller of such devices.
public final class Device {
    private static final String INNER_PART = "/virtio-backend";

    private final DeviceModel model;
    private final String modelName;
    private final String id;
    private final String path;
    private final Map<String, String> properties;
    private final @Nullable Drive drive;
    private final @Nullable DeviceBus bus;
    private final Map<String, String> decided;
    private final List<DeviceBus> buses;
    private volatile boolean isTrayOpen;

    /// @param id empty if the user gave none
    /// @param path where it is in the tree of objects
    /// @param properties as they were given
    /// @param bus the one that it sits on; null for the part in a device
    /// @param decided the properties that its place and its medium decide
    /// @param buses those that it offers to others
    Device(
            DeviceModel model,
            String modelName,
            String id,
            String path,
            Map<String, String> properties,
            @Nullable Drive drive,
            @Nullable DeviceBus bus,
            Map<String, String> decided,
            List<DeviceBus> buses) {
        this.model = model;
        this.modelName = modelName;
        this.id = id;
        this.path = path;
        this.properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        this.drive = drive;
        this.bus = bus;
        this.decided = Map.copyOf(decided);
        this.buses = List.copyOf(buses);
    }

    public DeviceModel model() {
        return model;
    }

    /// The model's name.
    public String modelName() {
        return modelName;
    }

    /// The device's name, empty if the user gave none.
    public String id() {
        return id;
    }

    /// Where the device is in the tree of objects.
    public String path() {
        return path;
    }

    /// Whether a command that names the owner of a drive means this device: by its name, by where
    /// it or its inner part is in the tree of objects, or by its name and the part's.
    boolean isMeantBy(String name) {
        return !name.isEmpty()
                && (id.equals(name)
                        || path.equals(name)
                        || ownerName().equals(name)
                        || (model.hasInnerPart() && name.equals(id + INNER_PART)));
    }

    /// The drive that the device owns, or null.
    public @Nullable Drive drive() {
        return drive;
    }

    /// The bus that the device sits on, or null.
    @Nullable DeviceBus bus() {
        return bus;
    }

    /// The buses that the device offers.
    public List<DeviceBus> buses() {
        return buses;
    }

    /// What a property has come to; empty if the device has none of that name.
    public String value(String property) {
        if (property.equals("drive") && drive != null) {
            return drive.shownMedium();
        }
        String text = decided.getOrDefault(property, properties.get(property));
        if (text != null) {
            return text;
        }
        return DeviceModel.properties(modelName).stream()
                .filter(p -> p.name().equals(property))
                .findFirst()
                .map(Property::absent)
                .orElse("");
    }

    /// The properties as they were given.
    public Map<String, String> properties() {
        return properties;
    }

    /// What messages call the device: its name, or else where it is.
    public String shownName() {
        return id.isEmpty() ? path : id;
    }

    /// By what name the owner of the drive goes (QMP reference manual, "BlockInfo", `qdev`).
    public String ownerName() {
        return model.hasInnerPart() ? path + INNER_PART : shownName();
    }

    /// Whether the medium can be reached by people rather than by the guest.
    public boolean isTrayOpen() {
        return isTrayOpen;
    }

    void setTrayOpen(boolean open) {
        isTrayOpen = open;
    }
}
