package io.cairn.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Json;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who may come in.
class AuthorizationTest {
    private static final String RULES =
            "{'policy': 'deny', 'rules': ["
                    + "{'match': 'CN=bad*', 'policy': 'deny', 'format': 'glob'},"
                    + "{'match': 'CN=*,O=us', 'policy': 'allow', 'format': 'glob'},"
                    + "{'match': 'CN=guest', 'policy': 'allow'}]}";

    private final ObjectRegistry registry = new ObjectRegistry();

    @BeforeEach
    void addTypes() {
        TlsObjects.addTo(registry);
    }

    private Authorization add(String type, String properties) throws BlockException {
        Options options = Options.flatten(Json.parseObject(properties));
        return (Authorization) registry.add(type, "a", options);
    }

    @Test
    void oneIdentityIsLetIn() throws BlockException {
        Authorization simple = add("authz-simple", "{'identity': 'CN=me'}");

        assertThat(simple.allows("CN=me")).isTrue();
        assertThat(simple.allows("CN=you")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'CN=good,O=us', true",
        "'CN=bad,O=us', false",
        "CN=guest, true",
        "CN=guests, false",
        "CN=else, false",
    })
    void theFirstRuleThatFitsDecides(String identity, boolean allowed) throws BlockException {
        assertThat(add("authz-list", RULES).allows(identity)).isEqualTo(allowed);
    }

    @Test
    void aChangedFileCountsForTheNextPeer(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("rules"), "{'policy': 'deny'}");
        Authorization rules =
                add("authz-list-file", "{'filename': '" + file + "', 'refresh': true}");
        assertThat(rules.allows("CN=me")).isFalse();

        Files.writeString(file, "{'policy': 'allow'}");

        assertThat(rules.allows("CN=me")).isTrue();
    }

    @Test
    void rulesThatAreNoneAreRefused() {
        assertThatThrownBy(() -> add("authz-list", "{'policy': 'maybe'}"))
                .hasMessage("Parameter 'policy' does not accept value 'maybe'");
        assertThatThrownBy(() -> add("authz-list", "{'rules': [{'policy': 'allow'}]}"))
                .hasMessage("Parameter 'match' is missing");
    }

    @ParameterizedTest
    @CsvSource({
        "a*c, abbbc, true",
        "a*c, abbbd, false",
        "*, '', true",
        "a?c, abc, true",
        "a?c, ac, false",
        "[a-c]x, bx, true",
        "[!a-c]x, bx, false",
        "a\\*, a*, true",
        "a\\*, ab, false",
        "*a*b, xaxxb, true",
        "**b, aab, true",
    })
    void globsMeanWhatAShellMeans(String pattern, String text, boolean fits) {
        assertThat(Glob.fits(pattern, 0, text, 0)).isEqualTo(fits);
    }
}
