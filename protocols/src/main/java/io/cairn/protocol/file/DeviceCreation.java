package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.ImageLock;
import io.cairn.block.os.OpenFlags;

/// Makes an empty image of a device that is there: it must be long enough, and its first sector, by
/// which formats are known, is cleared.
final class DeviceCreation {
    /// Consistent read, write and resize, as the lock counts permissions.
    private static final int READ_WRITE_AND_RESIZE = 0b1011;

    private static final int SECTOR = 512;

    /// The option `size`; the other one can only be off.
    static final OptionSchema<Long> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.size("size", "Virtual disk size"),
                            Option.choice(
                                    "preallocation",
                                    "Preallocation mode (allowed values: off)",
                                    "off",
                                    "metadata",
                                    "falloc",
                                    "full")),
                    DeviceCreation::read);

    private DeviceCreation() {}

    private static long read(OptionReader in) throws InvalidOptionException {
        long size = in.size("size");
        Preallocation mode = CreateOptions.preallocation(in.string("preallocation"));
        if (mode != Preallocation.OFF) {
            throw new InvalidOptionException(
                    "Unsupported preallocation mode '" + mode.text() + "'");
        }
        return size;
    }

    static void create(String driver, String filename, Options given) throws BlockException {
        long size = SCHEMA.read(given, Dialect.COMMAND_LINE);
        try (HostFile device = open(driver, filename);
                ImageLock lock = ImageLock.of(device)) {
            lock.prepare(READ_WRITE_AND_RESIZE, 0);
            lock.commit();
            FileLength.set(device, false, size, false, Preallocation.OFF);
            clearHead(device);
        }
    }

    private static HostFile open(String driver, String filename) throws BlockException {
        HostFile file = null;
        try {
            file = HostFile.open(filename, OpenFlags.READ_WRITE);
            HostDeviceDriver.requireDevice(driver, filename, file.stat());
            return file;
        } catch (BlockException e) {
            String why = e.getMessage();
            if (file == null) {
                why = "Could not open '" + filename + "': " + why;
            } else {
                file.close();
            }
            throw new BlockException(
                    e.errno(),
                    "Protocol driver '"
                            + driver
                            + "' does not support image creation, and opening the image failed: "
                            + why);
        }
    }

    private static void clearHead(HostFile device) throws BlockException {
        if (device.length() < SECTOR) {
            return;
        }
        try (PooledBuffer zeroes = BufferPool.shared().acquireZeroed(SECTOR)) {
            device.write(0, zeroes.buffer());
        } catch (BlockException e) {
            throw e.prefixed("Failed to clear the new image's first sector");
        }
    }
}
