package io.cairn.protocol.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

import javax.security.auth.x500.X500Principal;

/// The distinguished name of a certificate's owner as rules of `authz-…` objects spell it, which is
/// how GnuTLS prints it: as RFC 4514, but with its parts in the order of the certificate.
final class DistinguishedName {
    private static final int OID = 0x06;
    private static final int UTF8 = 0x0c;
    private static final int PRINTABLE = 0x13;
    private static final int TELETEX = 0x14;
    private static final int IA5 = 0x16;
    private static final int BMP = 0x1e;

    /// The names of attributes, by their identifiers.
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("2.5.4.3", "CN"),
                    Map.entry("2.5.4.4", "surName"),
                    Map.entry("2.5.4.5", "serialNumber"),
                    Map.entry("2.5.4.6", "C"),
                    Map.entry("2.5.4.7", "L"),
                    Map.entry("2.5.4.8", "ST"),
                    Map.entry("2.5.4.9", "street"),
                    Map.entry("2.5.4.10", "O"),
                    Map.entry("2.5.4.11", "OU"),
                    Map.entry("2.5.4.12", "title"),
                    Map.entry("2.5.4.42", "givenName"),
                    Map.entry("2.5.4.43", "initials"),
                    Map.entry("0.9.2342.19200300.100.1.1", "UID"),
                    Map.entry("0.9.2342.19200300.100.1.25", "DC"),
                    Map.entry("1.2.840.113549.1.9.1", "EMAIL"));

    private DistinguishedName() {}

    static String of(X500Principal owner) {
        StringBuilder text = new StringBuilder();
        ByteBuffer sets = Der.next(ByteBuffer.wrap(owner.getEncoded()));
        while (sets.hasRemaining()) {
            ByteBuffer attributes = Der.next(sets);
            char separator = ',';
            while (attributes.hasRemaining()) {
                if (!text.isEmpty()) {
                    text.append(separator);
                }
                append(text, Der.next(attributes));
                separator = '+';
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, ByteBuffer attribute) {
        String identifier = attribute.get(attribute.position()) == OID ? Der.oid(attribute) : "";
        ByteBuffer whole = attribute.slice();
        int tag = Byte.toUnsignedInt(attribute.get(attribute.position()));
        ByteBuffer value = Der.next(attribute);
        String name = NAMES.get(identifier);
        text.append(name == null ? identifier : name).append('=');
        boolean isText = tag == UTF8 || tag == PRINTABLE || tag == TELETEX || tag == IA5;
        if (name == null || !(isText || tag == BMP)) {
            byte[] bytes = new byte[whole.remaining()];
            whole.get(bytes);
            text.append('#').append(HexFormat.of().formatHex(bytes));
        } else {
            appendEscaped(
                    text,
                    (tag == BMP ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8)
                            .decode(value)
                            .toString());
        }
    }

    /// RFC 4514, section 2.4.
    private static void appendEscaped(StringBuilder text, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean isEdge = i == 0 || i == value.length() - 1;
            boolean isSpecial = ",+\"\\<>;".indexOf(c) >= 0;
            if (isSpecial || (c == ' ' && isEdge) || (c == '#' && i == 0)) {
                text.append('\\');
            }
            text.append(c);
        }
    }
}
