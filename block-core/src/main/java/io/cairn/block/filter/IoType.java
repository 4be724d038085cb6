package io.cairn.block.filter;

import io.cairn.block.InvalidOptionException;

import java.util.EnumSet;
import java.util.Set;

/// The kinds of request that an error can be injected into (QMP reference manual,
/// "BlkdebugIOType").
enum IoType {
    READ("read"),
    WRITE("write"),
    WRITE_ZEROES("write-zeroes"),
    DISCARD("discard"),
    FLUSH("flush"),
    BLOCK_STATUS("block-status");

    private final String text;

    IoType(String text) {
        this.text = text;
    }

    /// The kinds that fail unless one is named: all but questions for the status.
    static Set<IoType> byDefault() {
        return EnumSet.complementOf(EnumSet.of(BLOCK_STATUS));
    }

    static IoType parse(String text) throws InvalidOptionException {
        for (IoType type : values()) {
            if (type.text.equals(text)) {
                return type;
            }
        }
        throw new InvalidOptionException("invalid parameter value: " + text);
    }
}
