package io.cairn.qmp.device;

import java.util.Locale;
import java.util.Optional;

/// What a drive of the command line is connected by: the values of `if`.
public enum DriveInterface {
    NONE(0),
    IDE(2),
    SCSI(7),
    FLOPPY(0),
    PFLASH(0),
    MTD(0),
    SD(0),
    VIRTIO(0),
    XEN(0);

    private final int unitsPerBus;

    DriveInterface(int unitsPerBus) {
        this.unitsPerBus = unitsPerBus;
    }

    /// The interface of that name.
    public static Optional<DriveInterface> find(String name) {
        for (DriveInterface candidate : values()) {
            if (candidate.text().equals(name)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /// The option's value.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// How many drives a bus takes; 0 where there is but one bus without a bound.
    int unitsPerBus() {
        return unitsPerBus;
    }

    /// The name of a drive that the user has given none.
    String nameOf(int bus, int unit, boolean isCdrom) {
        String medium = isCdrom ? "-cd" : "-hd";
        boolean saysMedium = this == IDE || this == SCSI;
        return text() + (unitsPerBus == 0 ? "" : bus) + (saysMedium ? medium : "") + unit;
    }
}
