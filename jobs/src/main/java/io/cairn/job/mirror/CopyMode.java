package io.cairn.job.mirror;

import java.util.Locale;

/// How a guest's writes come to the target (QMP reference manual, "MirrorCopyMode").
public enum CopyMode {
    /// The job copies them later.
    BACKGROUND,
    /// They are written to the target before they are done.
    WRITE_BLOCKING;

    /// The name in the manual.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
