package io.cairn.protocol.file;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What became of the discards of a host file (QMP reference manual, "BlockStatsSpecificFile").
final class DiscardCounter {
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void done(long length) {
        succeeded.increment();
        bytes.add(length);
    }

    void failed() {
        failed.increment();
    }

    Map<String, Long> statistics() {
        Map<String, Long> statistics = new LinkedHashMap<>();
        statistics.put("discard-nb-ok", succeeded.sum());
        statistics.put("discard-nb-failed", failed.sum());
        statistics.put("discard-bytes-ok", bytes.sum());
        return statistics;
    }
}
