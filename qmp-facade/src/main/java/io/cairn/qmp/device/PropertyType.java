package io.cairn.qmp.device;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Sizes;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/// What the values of a device's property are.
public enum PropertyType {
    TEXT("str"),
    DRIVE("str"),
    LINK("link<iothread>"),
    SWITCH("bool"),
    AUTO_SWITCH("OnOffAuto", "on", "off", "auto"),
    POLICY("BlockdevOnError", "report", "ignore", "enospc", "stop", "auto"),
    FLOPPY_TYPE("FdcDriveType", "144", "288", "120", "none", "auto"),
    TRANSLATION("BiosAtaTranslation", "auto", "none", "lba", "large", "rechs"),
    BLOCK_SIZE("size"),
    SIZE("size"),
    UINT8("uint8"),
    UINT16("uint16"),
    UINT32("uint32"),
    UINT64("uint64"),
    INT32("int32"),
    /// A slot and a function.
    PCI_ADDRESS("int32");

    private static final long LEAST_BLOCK = 512;
    private static final long LARGEST_BLOCK = 2L << 20;

    private final String text;
    private final List<String> choices;

    PropertyType(String text, String... choices) {
        this.text = text;
        this.choices = List.of(choices);
    }

    /// The type that the table of properties calls so.
    static PropertyType find(String word) {
        return switch (word) {
            case "str" -> TEXT;
            case "drive" -> DRIVE;
            case "link" -> LINK;
            case "bool" -> SWITCH;
            case "on-off-auto" -> AUTO_SWITCH;
            case "policy" -> POLICY;
            case "floppy-type" -> FLOPPY_TYPE;
            case "translation" -> TRANSLATION;
            case "block-size" -> BLOCK_SIZE;
            case "size" -> SIZE;
            case "uint8" -> UINT8;
            case "uint16" -> UINT16;
            case "uint32" -> UINT32;
            case "uint64" -> UINT64;
            case "int32" -> INT32;
            case "pci-address" -> PCI_ADDRESS;
            default -> throw new IllegalArgumentException("no type of properties: " + word);
        };
    }

    /// The type's name.
    public String text() {
        return text;
    }

    /// The value that a text stands for, in the form in which it is kept.
    ///
    /// @param owner the model of the device, for messages
    /// @param name the property's, for messages
    String parse(String owner, String name, String value) throws InvalidOptionException {
        return switch (this) {
            case TEXT, DRIVE, LINK -> value;
            case SWITCH -> isOn(name, value) ? "on" : "off";
            case AUTO_SWITCH, POLICY, FLOPPY_TYPE, TRANSLATION -> {
                if (!choices.contains(value)) {
                    throw new InvalidOptionException(
                            "Parameter '" + name + "' does not accept value '" + value + "'");
                }
                yield value;
            }
            case SIZE -> String.valueOf(size(name, value));
            case BLOCK_SIZE -> String.valueOf(blockSize(name, value));
            case UINT8 -> integer(name, value, BigInteger.ZERO, 8);
            case UINT16 -> integer(name, value, BigInteger.ZERO, 16);
            case UINT32 -> integer(name, value, BigInteger.ZERO, 32);
            case UINT64 -> integer(name, value, BigInteger.ZERO, 64);
            case INT32 -> integer(name, value, BigInteger.ONE.shiftLeft(31).negate(), 31);
            case PCI_ADDRESS -> pciAddress(owner, name, value);
        };
    }

    private static boolean isOn(String name, String value) throws InvalidOptionException {
        return switch (value) {
            case "on", "true", "yes", "y" -> true;
            case "off", "false", "no", "n" -> false;
            default ->
                    throw new InvalidOptionException(
                            "Parameter '" + name + "' expects 'on' or 'off'");
        };
    }

    private static long size(String name, String value) throws InvalidOptionException {
        long size = Sizes.parse(value);
        if (size < 0) {
            throw new InvalidOptionException("Parameter '" + name + "' expects size");
        }
        return size;
    }

    private static long blockSize(String name, String value) throws InvalidOptionException {
        long size = size(name, value);
        String refused = "Property ." + name + " doesn't take value ";
        if (size != 0 && (size < LEAST_BLOCK || size > LARGEST_BLOCK)) {
            throw new InvalidOptionException(
                    refused
                            + size
                            + " (minimum: "
                            + LEAST_BLOCK
                            + ", maximum: "
                            + LARGEST_BLOCK
                            + ")");
        }
        if (Long.bitCount(size) > 1) {
            throw new InvalidOptionException(refused + "'" + size + "', it's not a power of 2");
        }
        return size;
    }

    private String integer(String name, String value, BigInteger least, int bits)
            throws InvalidOptionException {
        BigInteger number;
        try {
            String digits = value.toLowerCase(Locale.ROOT);
            number =
                    digits.startsWith("0x")
                            ? new BigInteger(digits.substring(2), 16)
                            : new BigInteger(digits);
        } catch (NumberFormatException e) {
            InvalidOptionException failure =
                    new InvalidOptionException("Parameter '" + name + "' expects integer");
            failure.initCause(e);
            throw failure;
        }
        if (number.compareTo(least) < 0 || number.bitLength() > bits) {
            throw new InvalidOptionException("Parameter '" + name + "' expects " + text + "_t");
        }
        return number.toString();
    }

    private static String pciAddress(String owner, String name, String value)
            throws InvalidOptionException {
        int dot = value.indexOf('.');
        String slot = dot < 0 ? value : value.substring(0, dot);
        String function = dot < 0 ? "0" : value.substring(dot + 1);
        try {
            int slotNumber = Integer.parseInt(slot.startsWith("0x") ? slot.substring(2) : slot, 16);
            int functionNumber = Integer.parseInt(function, 16);
            if (slotNumber >= 0 && slotNumber < 32 && functionNumber >= 0 && functionNumber < 8) {
                return String.format(Locale.ROOT, "%02x.%x", slotNumber, functionNumber);
            }
        } catch (NumberFormatException _) {
            // Refused below.
        }
        throw new InvalidOptionException(
                "Property '" + owner + "." + name + "' doesn't take value '" + value + "'");
    }

    /// How the tree of devices shows a value.
    String shown(String value) {
        return switch (this) {
            case TEXT, DRIVE, LINK, AUTO_SWITCH, POLICY, FLOPPY_TYPE, TRANSLATION ->
                    "\"" + value + "\"";
            case SWITCH -> String.valueOf(value.equals("on"));
            case SIZE, BLOCK_SIZE -> value + " (" + Sizes.human(Long.parseLong(value)) + ")";
            case UINT8, UINT16, UINT32, UINT64, INT32 ->
                    value + " (0x" + new BigInteger(value).toString(16) + ")";
            case PCI_ADDRESS -> value;
        };
    }
}
