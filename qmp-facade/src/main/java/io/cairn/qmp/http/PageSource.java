package io.cairn.qmp.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The page itself, which holds all that it needs, and the policy under which a browser shows it:
/// it runs this script and no other, and asks nobody but us.
///
/// @param html the page
/// @param policy the value of `Content-Security-Policy`
record PageSource(String html, String policy) {
    /// The page of the resource.
    static PageSource load() {
        String html;
        try (InputStream in = PageSource.class.getResourceAsStream("page.html")) {
            if (in == null) {
                throw new IllegalStateException("page.html is missing");
            }
            html = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PageSource(
                html,
                "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none';"
                        + " frame-ancestors 'none'; script-src "
                        + hash(inner(html, "script"))
                        + "; style-src "
                        + hash(inner(html, "style")));
    }

    private static String inner(String html, String element) {
        String opening = "<" + element + ">";
        int start = html.indexOf(opening) + opening.length();
        return html.substring(start, html.indexOf("</" + element + ">"));
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
