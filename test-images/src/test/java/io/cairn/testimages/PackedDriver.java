package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.DriverProvider;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.OpenContext;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Set;

/// A format for tests that stores what it gets as it is, but takes compressed writes of whole
/// clusters only, and those again and again: what qcow2 cannot.
final class PackedDriver implements BlockDriver {
    static final String NAME = "packed";

    private static final OptionSchema<Integer> SCHEMA =
            OptionSchema.of(
                    OptionList.of(Option.size("cluster-size", "bytes of a cluster")),
                    in -> Math.toIntExact(in.size("cluster-size")));

    /// Knows this driver alone.
    static DriverProvider provider() {
        return new DriverProvider() {
            @Override
            public Set<String> names() {
                return Set.of(NAME);
            }

            @Override
            public BlockDriver driver(String name) {
                return new PackedDriver();
            }

            @Override
            public Set<String> probingFormats() {
                return Set.of();
            }

            @Override
            public @Nullable String driverOfPrefix(String prefix) {
                return null;
            }
        };
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return SCHEMA;
    }

    @Override
    public boolean supportsCompressedWrites() {
        return true;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child file = context.openChild("file", Set.of(ChildRole.DATA, ChildRole.PRIMARY));
        return new Instance(file, SCHEMA.read(context.options(), Dialect.NODE));
    }

    private static final class Instance extends DriverInstance {
        private final Child file;
        private final int clusterSize;

        Instance(Child file, int clusterSize) {
            this.file = file;
            this.clusterSize = clusterSize;
        }

        @Override
        public long length() {
            return file.length();
        }

        @Override
        public boolean hasVariableLength() {
            return true;
        }

        @Override
        public Mapping map(long offset, long length) {
            return new Mapping.Data(file, offset, length, true);
        }

        @Override
        public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
            throw new BlockException(Errno.EIO, "takes compressed writes only");
        }

        @Override
        public boolean supportsCompressedWrites() {
            return true;
        }

        @Override
        public void writeCompressed(long offset, ByteBuffer src) throws BlockException {
            int count = src.remaining();
            boolean isCluster = count == clusterSize || offset + count == file.length();
            if (offset % clusterSize != 0 || count > clusterSize || !isCluster) {
                throw new BlockException(Errno.EINVAL, Errno.EINVAL.text());
            }
            file.write(offset, src, WriteFlags.NONE);
        }

        @Override
        public boolean writeZeroes(long offset, long length, WriteFlags flags)
                throws BlockException {
            file.writeZeroes(offset, length, flags);
            return true;
        }

        @Override
        public void truncate(
                long length, boolean exact, Preallocation preallocation, boolean zeroNew)
                throws BlockException {
            file.truncate(length, exact, preallocation, zeroNew);
        }

        @Override
        public FormatInfo info() {
            return new FormatInfo(clusterSize, false, false, -1, 0, null, null);
        }

        @Override
        public ChildPermissions childPermissions(
                Child child, Permissions needed, Permissions shared, boolean writable) {
            return ChildPermissions.ofFormat(child.roles(), needed, shared, writable);
        }

        @Override
        public void close() {}
    }
}
