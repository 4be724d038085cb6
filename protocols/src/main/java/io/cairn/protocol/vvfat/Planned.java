package io.cairn.protocol.vvfat;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A file or directory that the host is to have after a commit.
final class Planned {
    private final @Nullable Planned parent;
    private final GuestNode guest;
    private final @Nullable HostNode carried;
    private final @Nullable HostNode model;
    private final String hostName;
    private final List<Planned> children = new ArrayList<>();

    /// @param carried what the host has of it already, maybe in another place: a directory, or a
    ///   file whose content is the same
    /// @param model what had this place before, whose permissions a new file takes
    Planned(
            @Nullable Planned parent,
            GuestNode guest,
            @Nullable HostNode carried,
            @Nullable HostNode model,
            String hostName) {
        this.parent = parent;
        this.guest = guest;
        this.carried = carried;
        this.model = model;
        this.hostName = hostName;
    }

    @Nullable Planned parent() {
        return parent;
    }

    GuestNode guest() {
        return guest;
    }

    @Nullable HostNode carried() {
        return carried;
    }

    @Nullable HostNode model() {
        return model;
    }

    String hostName() {
        return hostName;
    }

    List<Planned> children() {
        return children;
    }

    /// Whether the host has it, and in its place.
    boolean stays() {
        if (carried == null) {
            return false;
        }
        return parent == null
                || parent.carried != null
                        && carried.parent() == parent.carried
                        && carried.hostName().equals(hostName);
    }

    /// Whether the host's file keeps its content and has to change its permissions.
    boolean changesPermissions() {
        return carried != null
                && !carried.isDirectory()
                && carried.isReadOnly() != guest.readOnly();
    }

    /// The permission bits of the file, given those it would have.
    int permissions(int before) {
        if (guest.readOnly()) {
            return before & ~0222;
        }
        return (before & 0222) == 0 ? before | 0200 : before;
    }

    /// The names of the directories from the root to this node's.
    List<String> directory() {
        List<String> names = new ArrayList<>();
        for (Planned at = parent; at != null && at.parent != null; at = at.parent) {
            names.add(at.hostName);
        }
        return names.reversed();
    }

    /// The path from the root, for messages.
    String path() {
        List<String> names = new ArrayList<>(directory());
        names.add(hostName);
        return String.join("/", names);
    }
}
