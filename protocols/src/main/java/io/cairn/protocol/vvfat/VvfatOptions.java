package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// What a `vvfat` node is opened with (QMP reference manual, "BlockdevOptionsVVFAT").
///
/// @param dir the directory
/// @param fatType 12, 16 or 32; 0 for 16 on a disk and 12 on a floppy
/// @param floppy a floppy rather than a partitioned disk
/// @param label the volume's label; null for {@link #DEFAULT_LABEL}
/// @param rw whether what is written goes into the files
record VvfatOptions(
        @Nullable String dir, long fatType, boolean floppy, @Nullable String label, boolean rw) {
    static final String PREFIX = "fat:";
    static final String DEFAULT_LABEL = "QEMU VVFAT";

    /// Bytes of a label.
    static final int LABEL_LENGTH = 11;

    private static final String DIR = "dir";
    private static final String FAT_TYPE = "fat-type";
    private static final String FLOPPY = "floppy";
    private static final String LABEL = "label";
    private static final String RW = "rw";

    static final OptionSchema<VvfatOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string(DIR, "Host directory to map to the vvfat device"),
                            Option.number(FAT_TYPE, "FAT type (12, 16 or 32)"),
                            Option.bool(FLOPPY, "Create a floppy rather than a hard disk image"),
                            Option.string(LABEL, "Use a volume label other than QEMU VVFAT"),
                            Option.bool(RW, "Make the image writable")),
                    VvfatOptions::read);

    private static VvfatOptions read(OptionReader in) throws InvalidOptionException {
        return new VvfatOptions(
                in.string(DIR),
                in.number(FAT_TYPE),
                in.bool(FLOPPY),
                in.string(LABEL),
                in.bool(RW));
    }

    /// The options of a node that keep it apart from another, of those that were given.
    static Options identity(Options given) {
        Options identity = new Options();
        for (String key : List.of(DIR, FAT_TYPE, FLOPPY, LABEL, RW)) {
            var value = given.get(key);
            if (value != null) {
                identity.put(key, value);
            }
        }
        return identity;
    }

    /// Reads `fat:[floppy:][12:|16:|32:][rw:]DIR`; the words may stand in any order, and what is
    /// between the first colon and the last and none of them means nothing.
    static void parseFilename(String filename, Options into) throws BlockException {
        if (!filename.startsWith(PREFIX)) {
            throw new InvalidOptionException("File name string must start with 'fat:'");
        }
        int last = filename.lastIndexOf(':');
        List<String> words = Arrays.asList(filename.substring(0, last).split(":", -1));
        long fatType = 0;
        for (int type : new int[] {12, 16, 32}) {
            fatType = words.contains(Integer.toString(type)) ? type : fatType;
        }
        into.put(DIR, filename.substring(last + 1));
        into.put(FAT_TYPE, fatType);
        into.put(FLOPPY, words.contains(FLOPPY));
        into.put(RW, words.contains(RW));
    }

    String requiredDir() throws InvalidOptionException {
        if (dir == null) {
            throw new InvalidOptionException("vvfat block driver requires a 'dir' option");
        }
        return dir;
    }

    Geometry geometry() throws BlockException {
        FatType standard = floppy ? FatType.FAT12 : FatType.FAT16;
        FatType type = fatType == 0 ? standard : FatType.of(fatType);
        if (floppy && type == FatType.FAT32) {
            throw new InvalidOptionException(
                    "A floppy has too few clusters for FAT32, use a fat-type of 12 or 16");
        }
        return Geometry.of(type, floppy, fatType != 0);
    }

    /// The label, padded with spaces.
    byte[] labelBytes() throws InvalidOptionException {
        byte[] text = (label == null ? DEFAULT_LABEL : label).getBytes(StandardCharsets.UTF_8);
        if (text.length > LABEL_LENGTH) {
            throw new InvalidOptionException("vvfat label cannot be longer than 11 bytes");
        }
        byte[] padded = new byte[LABEL_LENGTH];
        Arrays.fill(padded, (byte) ' ');
        System.arraycopy(text, 0, padded, 0, text.length);
        return padded;
    }
}
