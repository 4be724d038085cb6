package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.Measure;
import io.cairn.block.spi.MeasureContext;
import io.cairn.block.spi.OpenContext;
import io.cairn.format.luks.KeySlotAmendment;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/// The qcow2 format.
public final class Qcow2Driver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "qcow2";

    /// The options of encrypted images.
    static final String ENCRYPT = "encrypt";

    private static final Set<ChildRole> STORAGE =
            Set.of(ChildRole.DATA, ChildRole.METADATA, ChildRole.PRIMARY);

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
        return RuntimeOptions.SCHEMA;
    }

    @Override
    public Optional<OptionSchema<?>> createSchema() {
        return Optional.of(CreateOptions.SCHEMA);
    }

    @Override
    public Optional<OptionList> amendOptions() {
        return Optional.of(OptionList.of(KeySlotAmendment.declare(ENCRYPT.concat("."))));
    }

    @Override
    public void create(CreateContext context) throws BlockException {
        Qcow2Creation.create(context);
    }

    @Override
    public boolean supportsCompressedWrites() {
        return true;
    }

    @Override
    public boolean supportsBacking() {
        return true;
    }

    @Override
    public int probe(ByteBuffer head, String filename) {
        return head.remaining() >= Qcow2Layout.V2_HEADER_LENGTH
                        && head.getInt(head.position()) == Qcow2Layout.MAGIC
                        && head.getInt(head.position() + 4) >= 2
                ? 100
                : 0;
    }

    @Override
    public Optional<Measure> measure(MeasureContext context) throws BlockException {
        return Optional.of(Qcow2Measure.measure(context));
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child file = context.openChild("file", STORAGE);
        Qcow2Header header = HeaderReader.read(file, context.flags().check());
        Options encryptionOptions = context.options().takeSub(ENCRYPT);
        Options identity = Encryption.identity(encryptionOptions);
        requireUsable(header, context);
        Encryption encryption =
                Encryption.open(
                        file, header, encryptionOptions, context.objects(), context.flags().noIo());
        RuntimeOptions options = RuntimeOptions.SCHEMA.read(context.options(), Dialect.NODE);
        return Qcow2Instance.open(context, file, header, options, encryption, identity);
    }

    /// Refuses what only shows its header, unless that is all that is wanted.
    private static void requireUsable(Qcow2Header header, OpenContext context)
            throws BlockException {
        if (header.cryptMethod() == Qcow2Layout.CRYPT_AES && context.isForMachine()) {
            throw new UnsupportedImageException(
                            Errno.ENOSYS,
                            "Use of AES-CBC encrypted qcow2 images is no longer supported in system"
                                    + " emulators")
                    .withHint(
                            "You can use 'qemu-img convert' to convert your image to an alternative"
                                + " supported format, such as unencrypted qcow2, or raw with the"
                                + " LUKS format instead.");
        }
        Features features = header.features();
        boolean isWritable = !context.flags().readOnly();
        if (features.isCorrupt() && isWritable && !context.flags().check()) {
            throw new CorruptImageException(
                    Errno.EACCES, "qcow2: Image is corrupt; cannot be opened read/write");
        }
        if (context.flags().noIo()) {
            return;
        }
        if (features.hasDataFile()) {
            throw unsupported("external data files");
        }
        if (features.hasExtendedL2()) {
            throw unsupported("extended L2 entries");
        }
    }

    private static UnsupportedImageException unsupported(String feature) {
        return new UnsupportedImageException(
                Errno.ENOTSUP, "qcow2 images with " + feature + " are not supported");
    }
}
