package io.cairn.block.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.option.Options;
import io.cairn.block.os.TestKeys;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Locale;
import java.util.Random;

class KeyringSecretTest {
    private static final String TYPE = "secret_keyring";

    private final ObjectRegistry registry = new ObjectRegistry();

    @BeforeEach
    void addOthers() throws BlockException {
        registry.add("throttle-group", "group", new Options());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 512, 513, 5000, 32767})
    void readsAKeyOfAnyLength(int length) throws BlockException {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        int key = TestKeys.add("cairn-length", payload);

        Secret secret = (Secret) registry.add(TYPE, "s", serial(key));

        assertThat(secret.value()).isEqualTo(payload);
        assertThat(secret.type()).isEqualTo(TYPE);
    }

    @Test
    void takesTheNumberInHexadecimal() throws BlockException {
        int key = TestKeys.add("cairn-hex", "letmein".getBytes(US_ASCII));
        Options given = new Options();
        given.put("serial", "0x" + Integer.toHexString(key));

        assertThat(((Secret) registry.add(TYPE, "s", given)).value())
                .asString()
                .isEqualTo("letmein");
    }

    @Test
    void decodesAndDecryptsWhatTheKernelKeeps() throws BlockException {
        Options master = new Options();
        master.put("format", "base64");
        master.put("data", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        registry.add("secret", "key", master);
        // What OpenSSL makes of "letmein" with 32 bytes of 7 and a vector of 9.
        int key = TestKeys.add("cairn-coded", "8M6ybS9236/Kv2RAf/0mMw==".getBytes(US_ASCII));
        Options given = serial(key);
        given.put("format", "base64");
        given.put("keyid", "key");
        given.put("iv", "CQkJCQkJCQkJCQkJCQkJCQ==");

        assertThat(((Secret) registry.add(TYPE, "s", given)).value())
                .asString()
                .isEqualTo("letmein");
    }

    @Test
    void saysThatAKeyIsRevoked() {
        int key = TestKeys.add("cairn-revoked", new byte[] {1});
        TestKeys.revoke(key);

        assertThatThrownBy(() -> registry.add(TYPE, "s", serial(key)))
                .hasMessage(
                        String.format(
                                Locale.ROOT,
                                "Unable to read serial key %08x: Key has been revoked",
                                key))
                .extracting(e -> ((BlockException) e).errno())
                .isEqualTo(Errno.EKEYREVOKED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "format=raw; Parameter 'serial' is missing",
                "format=hex; Parameter 'format' does not accept value 'hex'",
                "serial=1,foo=b; Parameter 'foo' is unexpected",
                "serial=1k; Parameter 'serial' expects integer",
                "serial=2147483648; Parameter 'serial' expects int32_t",
                "serial=-2147483649; Parameter 'serial' expects int32_t",
                "serial=0; 'serial' should not be equal to 0",
                "serial=0,loaded=on; 'serial' should not be equal to 0",
                "serial=1,loaded=off; Property 'secret_keyring.loaded' is not writable"
            })
    void namesWhatIsWrong(String properties, String message) {
        Options given = new Options();
        for (String pair : properties.split(",", -1)) {
            int equals = pair.indexOf('=');
            given.put(pair.substring(0, equals), pair.substring(equals + 1));
        }

        assertThatThrownBy(() -> registry.add(TYPE, "s", given)).hasMessage(message);
    }

    @Test
    void namesTheKeyThatThereIsNot() {
        int key = TestKeys.add("cairn-some", new byte[] {1});
        TestKeys.revoke(key);

        assertThatThrownBy(() -> registry.add(TYPE, "s", serial(1)))
                .hasMessage("Unable to read serial key 00000001: Required key not available");
    }

    private static Options serial(int key) {
        Options options = new Options();
        options.put("serial", Integer.toString(key));
        return options;
    }
}
