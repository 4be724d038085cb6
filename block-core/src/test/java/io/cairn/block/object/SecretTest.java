package io.cairn.block.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.cairn.block.BlockException;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretTest {
    /// 32 bytes of 7 and 16 bytes of 9.
    private static final String KEY = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

    private static final String IV = "CQkJCQkJCQkJCQkJCQkJCQ==";

    /// What OpenSSL makes of "letmein" with these.
    private static final String ENCRYPTED = "8M6ybS9236/Kv2RAf/0mMw==";

    private final ObjectRegistry registry = new ObjectRegistry();

    @BeforeEach
    void addMasterKey() throws BlockException {
        registry.add("secret", "key", options("format=base64,data=" + KEY));
        registry.add("throttle-group", "group", new Options());
    }

    @Test
    void decryptsWithAnotherSecret() throws BlockException {
        Options given = options("keyid=key,format=base64,iv=" + IV + ",data=" + ENCRYPTED);

        Secret secret = (Secret) registry.add("secret", "s", given);

        assertThat(secret.value()).isEqualTo("letmein".getBytes(US_ASCII));
    }

    @ParameterizedTest
    @CsvSource({"bGV0bWVp,letmei", "bGV0bWVpbg,letmei", "bGV0bWVpbg==,letmein", "'',''"})
    void readsWholeGroupsOfBase64(String text, String expected) throws BlockException {
        Secret secret = (Secret) registry.add("secret", "s", options("format=base64,data=" + text));

        assertThat(new String(secret.value(), US_ASCII)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; Either 'file' or 'data' must be provided",
                "data=a,file=b; 'file' and 'data' are mutually exclusive",
                "data=a,format=hex; Parameter 'format' does not accept value 'hex'",
                "data=a,foo=b; Parameter 'foo' is unexpected",
                "data=a b,format=base64; Base64 data contains invalid characters",
                "data=a,keyid=key; IV is required to decrypt secret",
                "data=a,keyid=other,iv=AAAA; No secret with id 'other'",
                "data=a,keyid=s; Secret with id 's' has no data",
                "data=a,keyid=group; Object with id 'group' is not a secret",
                "data=a,loaded=on; Property 'secret.loaded' is not writable",
                "loaded=off; Property 'secret.loaded' is not writable",
                "data=a,loaded=x; Parameter 'loaded' expects 'on' or 'off'",
                "data=a,keyid=key,iv=AAAA; IV should be 16 bytes in length not 3",
                "data=a,keyid=key,iv=CQkJCQkJCQkJCQkJCQkJCQ==; Length 1 must be a multiple of block"
                        + " size 16",
                "data=aaaabbbbccccdddd,keyid=key,iv=CQkJCQkJCQkJCQkJCQkJCQ==; Incorrect number of"
                        + " padding bytes (21) found on decrypted data"
            })
    void namesWhatIsWrong(String properties, String message) {
        assertThatThrownBy(() -> registry.add("secret", "s", options(properties.replace("''", ""))))
                .hasMessage(message);
    }

    private static Options options(String text) {
        Options options = new Options();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                options.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return options;
    }
}
