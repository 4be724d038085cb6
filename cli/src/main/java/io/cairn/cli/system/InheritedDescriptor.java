package io.cairn.cli.system;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.block.os.FdSets;

import org.jspecify.annotations.Nullable;

/// `-add-fd`: a descriptor that this process was started with, for a set that stands for a file.
final class InheritedDescriptor {
    private InheritedDescriptor() {}

    static void add(String text) throws BlockException {
        Options options = Keyval.parseOpts(text, null).toOptions();
        long descriptor = number("fd", options.takeText("fd"));
        long set = number("set", options.takeText("set"));
        String opaque = options.takeText("opaque");
        for (String key : options.keys()) {
            throw new InvalidOptionException("Invalid parameter '" + key + "'");
        }
        require(descriptor >= 0, "fd option is required and must be non-negative");
        require(descriptor > 2, "fd cannot be a standard I/O stream");
        require(set >= 0, "set option is required and must be non-negative");
        try {
            FdSets.shared().add(set, Math.toIntExact(descriptor), opaque);
        } catch (BlockException | ArithmeticException e) {
            InvalidOptionException failure =
                    new InvalidOptionException("fd is not valid or already in use");
            failure.initCause(e);
            throw failure;
        }
    }

    private static long number(String name, @Nullable String text) throws BlockException {
        if (text == null) {
            return -1;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            InvalidOptionException failure =
                    new InvalidOptionException("Parameter '" + name + "' expects a number");
            failure.initCause(e);
            throw failure;
        }
    }

    private static void require(boolean holds, String otherwise) throws BlockException {
        if (!holds) {
            throw new InvalidOptionException(otherwise);
        }
    }
}
