package io.cairn.qmp.export;

import java.util.List;

/// How the clients of one export reach it.
interface Outlet {
    /// The type of the export, as users know it.
    String type();

    /// By what clients ask for the export.
    String name();

    /// Who uses the export now and would lose it.
    List<String> clients();

    /// Whether {@link #close} has nobody to wait for.
    boolean isIdle();

    /// Lets nobody else come in. Does not wait.
    void withdraw();

    /// Ends what clients do, once requests that are under way are finished, and lets the disk go.
    void close();
}
