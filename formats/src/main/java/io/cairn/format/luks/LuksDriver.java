package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.Measure;
import io.cairn.block.spi.MeasureContext;
import io.cairn.block.spi.OpenContext;
import io.cairn.format.crypto.EncryptedChild;
import io.cairn.format.crypto.SectorCipher;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The LUKS format.
public final class LuksDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "luks";

    private static final String SIZE = "size";
    private static final String PREALLOCATION = "preallocation";
    private static final String DETACHED_HEADER = "detached-header";
    private static final String VERSION = "version";
    private static final String PBKDF = "pbkdf";
    private static final String PBKDF_MEMORY = "pbkdf-memory";
    private static final String SECTOR_SIZE = "sector-size";
    private static final String HEADER = "header";

    private static final Set<ChildRole> STORAGE =
            Set.of(ChildRole.DATA, ChildRole.METADATA, ChildRole.PRIMARY);
    private static final Set<ChildRole> PAYLOAD = Set.of(ChildRole.DATA, ChildRole.PRIMARY);
    private static final Set<ChildRole> HEADER_ALONE = Set.of(ChildRole.METADATA);

    /// What a new image is made with.
    ///
    /// @param isSecond version 2
    /// @param stretching of version 2
    /// @param memoryKiB of version 2
    /// @param sectorSize of version 2
    private record Creation(
            long size,
            boolean isDetached,
            boolean isSecond,
            Luks2Creation.Stretching stretching,
            long memoryKiB,
            long sectorSize,
            LuksCreateOptions luks) {
        static Creation read(OptionReader in) throws InvalidOptionException {
            long size = in.size(SIZE);
            boolean isSecond = in.choice(VERSION, Version.values()) == Version.V2;
            for (String name : new String[] {PBKDF, PBKDF_MEMORY, SECTOR_SIZE}) {
                if (!isSecond && in.isSet(name)) {
                    throw new InvalidOptionException("Parameter '" + name + "' needs version=2");
                }
            }
            Luks2Creation.Stretching stretching =
                    in.choice(PBKDF, Luks2Creation.Stretching.values());
            Long memory = in.numberIfGiven(PBKDF_MEMORY);
            Long sector = in.numberIfGiven(SECTOR_SIZE);
            if (sector != null && (sector < 512 || sector > 4096 || Long.bitCount(sector) != 1)) {
                throw new InvalidOptionException(
                        "Parameter 'sector-size' expects 512, 1024, 2048 or 4096");
            }
            return new Creation(
                    size,
                    in.bool(DETACHED_HEADER),
                    isSecond,
                    stretching == null ? Luks2Creation.Stretching.ARGON2ID : stretching,
                    memory == null ? Luks2Creation.DEFAULT_MEMORY_KIB : memory,
                    sector == null ? 512 : sector,
                    LuksCreateOptions.read(in, ""));
        }
    }

    private enum Version {
        V1,
        V2
    }

    private static final OptionSchema<Creation> CREATION =
            OptionSchema.of(
                    OptionList.of(Option.size(SIZE, "Virtual disk size").mandatory())
                            .plus(
                                    OptionList.of(
                                            LuksCreateOptions.declare(
                                                    "",
                                                    "ID of the secret that provides the keyslot"
                                                            + " passphrase")))
                            .plus(
                                    OptionList.of(
                                            Option.bool(
                                                    DETACHED_HEADER,
                                                    "Create a detached LUKS header"),
                                            Option.choice(VERSION, "LUKS version", "1", "2"),
                                            Option.choice(
                                                    PBKDF,
                                                    "What stretches passphrases (version 2)",
                                                    "argon2id",
                                                    "argon2i",
                                                    "pbkdf2"),
                                            Option.number(
                                                    PBKDF_MEMORY,
                                                    "KiB of memory that argon2 takes"),
                                            Option.number(
                                                    SECTOR_SIZE,
                                                    "Encryption sector size (version 2)"))),
                    Creation::read);

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
        return LuksOptions.SCHEMA;
    }

    @Override
    public Optional<OptionSchema<?>> createSchema() {
        return Optional.of(CREATION);
    }

    @Override
    public Optional<OptionList> amendOptions() {
        return Optional.of(OptionList.of(KeySlotAmendment.declare("")));
    }

    @Override
    public int probe(ByteBuffer head, String filename) {
        byte[] start = new byte[Math.min(Luks1Layout.MAGIC_LENGTH, head.remaining())];
        head.get(head.position(), start);
        boolean isLuks =
                LuksHeaders.startsWithMagic(start)
                        && head.remaining() > Luks1Layout.VERSION + 1
                        && head.getShort(head.position() + Luks1Layout.VERSION) == 1;
        return isLuks ? 100 : 0;
    }

    @Override
    public ChildPermissions openingPermissions(
            Set<ChildRole> roles, Permissions needed, Permissions shared, boolean writable) {
        return LuksInstance.permissions(needed, shared);
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child header = context.openOptionalChild(HEADER, HEADER_ALONE).orElse(null);
        Child file = context.openChild("file", header == null ? STORAGE : PAYLOAD);
        Options identity = identity(context.options());
        LuksOptions options = LuksOptions.SCHEMA.read(context.options(), Dialect.NODE);
        LuksHeaders headers =
                LuksHeaders.read(HeaderArea.of(header == null ? file : header), header != null);
        SectorCipher cipher =
                context.flags().noIo() ? null : unlock(context, headers, options.keySecret());
        return new LuksInstance(
                file,
                headers.payloadOffset(),
                headers,
                cipher,
                identity,
                options.keySecret(),
                context.objects());
    }

    private static SectorCipher unlock(
            OpenContext context, LuksHeaders headers, @Nullable String secret)
            throws BlockException {
        byte[] passphrase = Passphrases.require(context.objects(), secret, LuksOptions.KEY_SECRET);
        try {
            return headers.unlock(passphrase);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    private static Options identity(Options given) {
        Options identity = new Options();
        var secret = given.get(LuksOptions.KEY_SECRET);
        if (secret != null) {
            identity.put(LuksOptions.KEY_SECRET, secret);
        }
        return identity;
    }

    @Override
    public void create(CreateContext context) throws BlockException {
        Creation options = CREATION.read(context.options(), Dialect.COMMAND_LINE);
        Preallocation preallocation = takePreallocation(context.options());
        Options rest = new Options(context.options());
        for (String key : rest.keys()) {
            context.options().take(key);
        }
        if (context.makesFile()) {
            // A secret that is not there costs nobody the file that was; what is in the secret is
            // looked at when it is needed, as by the peer.
            Passphrases.requireThere(
                    context.objects(), options.luks().keySecret(), LuksOptions.KEY_SECRET);
        }
        Child file = context.file(rest);
        byte[] passphrase =
                Passphrases.require(
                        context.objects(), options.luks().keySecret(), LuksOptions.KEY_SECRET);
        try {
            HeaderMaker creation = maker(options);
            long payload = headerLength(options);
            long end = options.isDetached() ? payload : end(payload, options);
            truncate(file, end, preallocation);
            creation.write(HeaderArea.of(file), passphrase, options.isDetached() ? 0 : payload);
            if (!options.isDetached() && end != payload + options.size()) {
                clearLastSector(file, end, passphrase);
            }
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    /// Writes zeroes to the sector of which a part is beyond what was asked for: who copies a disk
    /// leaves that part alone.
    private static void clearLastSector(Child file, long end, byte[] passphrase)
            throws BlockException {
        LuksHeaders headers = LuksHeaders.read(HeaderArea.of(file), false);
        int sector = headers.sectorSize();
        try (SectorCipher cipher = headers.unlock(passphrase)) {
            long shift = headers.cipherShift() - headers.payloadOffset();
            new EncryptedChild(file, cipher, shift)
                    .write(end - sector, ByteBuffer.allocateDirect(sector), WriteFlags.NONE);
        }
    }

    private static void truncate(Child file, long length, Preallocation preallocation)
            throws BlockException {
        try {
            file.truncate(length, false, preallocation, false);
        } catch (BlockException e) {
            throw e.errno() == Errno.EFBIG ? tooLarge() : e;
        }
    }

    /// The peer names no format here, and so no other error than that of a failed write.
    private static BlockException tooLarge() {
        return new BlockException(Errno.EIO, "The requested file size is too large");
    }

    /// Writes the header of a new volume.
    private interface HeaderMaker {
        void write(HeaderArea area, byte[] passphrase, long payloadOffset) throws BlockException;
    }

    private static HeaderMaker maker(Creation options) throws BlockException {
        SecureRandom random = new SecureRandom();
        return options.isSecond()
                ? new Luks2Creation(
                                options.luks(),
                                options.stretching(),
                                Math.clamp(options.memoryKiB(), 0, Integer.MAX_VALUE),
                                (int) options.sectorSize(),
                                random)
                        ::write
                : new Luks1Creation(options.luks(), random)::write;
    }

    private static long headerLength(Creation options) {
        return options.isSecond()
                ? Luks2Creation.PAYLOAD_OFFSET
                : Luks1Creation.headerLength(options.luks().spec());
    }

    /// Where the file ends: behind a whole sector, if those are larger than what disks consist of.
    private static long end(long payload, Creation options) throws BlockException {
        long size = options.size();
        if (size < 0 || size > Long.MAX_VALUE - payload - LuksInstance.MAX_SECTOR) {
            throw tooLarge();
        }
        return payload + LuksInstance.wholeSectors(size, (int) options.sectorSize());
    }

    /// How the payload's space is had: that of metadata is there in any case. What is none of the
    /// ways is left to the protocol to refuse.
    private static Preallocation takePreallocation(Options options) {
        if (options.get(PREALLOCATION) instanceof JsonString text) {
            for (Preallocation mode : Preallocation.values()) {
                if (mode.name().toLowerCase(Locale.ROOT).equals(text.value())) {
                    options.take(PREALLOCATION);
                    return mode == Preallocation.METADATA ? Preallocation.OFF : mode;
                }
            }
        }
        return Preallocation.OFF;
    }

    @Override
    public Optional<Measure> measure(MeasureContext context) throws BlockException {
        if (context.source().isPresent()) {
            context.options().put(SIZE, context.source().get().length());
        }
        Creation options = CREATION.read(context.options(), Dialect.COMMAND_LINE);
        options.luks().requireUsable(context.objects(), LuksOptions.KEY_SECRET);
        long header = headerLength(options);
        long length = options.isDetached() ? header : end(header, options);
        return Optional.of(new Measure(length, length, -1));
    }
}
