package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Node;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.ToolException;
import io.cairn.job.image.MapExtent;
import io.cairn.job.image.MapImage;

import org.jspecify.annotations.Nullable;

/// The extents of a disk as they are printed, one after the other.
abstract sealed class MapText implements MapImage.Sink {
    final Stdout out;
    final StringBuilder line = new StringBuilder();

    private MapText(Stdout out) {
        this.out = out;
    }

    /// Starts the output.
    static MapText of(OutputFormat format, Stdout out) {
        return switch (format) {
            case HUMAN -> new Table(out);
            case JSON -> new Array(out);
        };
    }

    /// Ends the output.
    abstract void end();

    /// A failure of the map in the tool's words.
    static ToolException asFailure(BlockException failure) {
        return failure instanceof NotPlainException
                ? ToolException.of(failure)
                : ToolException.of("Could not read file metadata: " + failure.errno().text());
    }

    /// Data that cannot be read in any file as it is.
    private static final class NotPlainException extends InvalidOptionException {
        private static final long serialVersionUID = 1L;

        NotPlainException() {
            super("File contains external, encrypted or compressed clusters.");
        }
    }

    /// The table for people: what can be read in a file, and where.
    private static final class Table extends MapText {
        private static final int COLUMN = 16;

        private @Nullable Node lastFile;
        private String lastName = "";

        Table(Stdout out) {
            super(out);
            out.print("Offset          Length          Mapped to       File\n");
        }

        @Override
        public void accept(MapExtent extent) throws BlockException {
            if (!extent.data() || extent.zero()) {
                return;
            }
            Node file = extent.file();
            if (!extent.hasHostOffset() || file == null) {
                throw new NotPlainException();
            }
            line.setLength(0);
            hex(extent.start());
            hex(extent.length());
            hex(extent.hostOffset());
            line.append(name(file)).append('\n');
            out.print(line.toString());
        }

        private String name(Node file) {
            if (file != lastFile) {
                lastFile = file;
                lastName = file.filename();
            }
            return lastName;
        }

        private void hex(long number) {
            int start = line.length();
            line.append(number == 0 ? "" : "0x").append(Long.toHexString(number));
            line.repeat(' ', Math.max(0, COLUMN - (line.length() - start)));
        }

        @Override
        void end() {}
    }

    /// The list in JSON.
    private static final class Array extends MapText {
        private String separator = "";

        Array(Stdout out) {
            super(out);
            out.print("[");
        }

        @Override
        public void accept(MapExtent extent) {
            line.setLength(0);
            line.append(separator);
            line.append("{ \"start\": ").append(extent.start());
            line.append(", \"length\": ").append(extent.length());
            line.append(", \"depth\": ").append(extent.depth());
            line.append(", \"present\": ").append(extent.present());
            line.append(", \"zero\": ").append(extent.zero());
            line.append(", \"data\": ").append(extent.data());
            if (extent.hasHostOffset()) {
                line.append(", \"offset\": ").append(extent.hostOffset());
            }
            line.append('}');
            out.print(line.toString());
            separator = ",\n";
        }

        @Override
        void end() {
            out.print("]\n");
        }
    }
}
