package io.cairn.qmp.device;

import java.util.Locale;
import java.util.Optional;

/// What a failing request of a guest leads to (QMP reference manual, "BlockdevOnError").
public enum ErrorPolicy {
    REPORT,
    IGNORE,
    ENOSPC,
    STOP,
    AUTO;

    /// The policy of that name.
    public static Optional<ErrorPolicy> find(String name) {
        for (ErrorPolicy policy : values()) {
            if (policy.text().equals(name)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }

    /// The name in commands and options.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether an error may stop the guest.
    ///
    /// @param automatic what `auto` stands for
    boolean stops(ErrorPolicy automatic) {
        ErrorPolicy meant = this == AUTO ? automatic : this;
        return meant == STOP || meant == ENOSPC;
    }
}
