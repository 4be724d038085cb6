package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.InvalidOptionException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Domain(JsonValues.class)
@Domain(DomainContext.Global.class)
class OptionsTest {
    @Test
    void nestedObjectsAndListsBecomeDottedKeys() throws InvalidOptionException {
        Options options =
                flatten("{'driver': 'quorum', 'children': ['a', {'driver': 'file', 'x': 1}]}");

        assertThat(options.keys())
                .containsExactlyInAnyOrder(
                        "driver", "children.0", "children.1.driver", "children.1.x");
        assertThat(options.get("children.1.x")).isEqualTo(JsonValue.of(1));
        assertThat(options.listLength("children")).isEqualTo(2);
    }

    @Test
    void emptyListsAndObjectsStayAsValues() throws InvalidOptionException {
        Options options = flatten("{'a': {}, 'b': [[], 1]}");

        assertThat(options.keys()).containsExactlyInAnyOrder("a", "b.0", "b.1");
        assertThat(options.takeText("a")).isNull();
        assertThat(options.contains("a")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'file.size': 1, 'file': {'size': 2}}",
                "{'file': {'size': 2}, 'file.size': 1}",
            })
    void nestedValueWinsOverDottedKey(String json) throws InvalidOptionException {
        assertThat(flatten(json).get("file.size")).isEqualTo(JsonValue.of(2));
    }

    @Property(tries = 300)
    void unflattenIsTheInverseOfFlatten(@ForAll JsonObject object) throws InvalidOptionException {
        Options options = Options.flatten(object);
        try {
            assertThat(Options.flatten(options.unflatten())).isEqualTo(options);
        } catch (InvalidOptionException e) {
            assertThat(e.getMessage()).matches("Parameter.* (missing|used inconsistently)");
        }
    }

    @Test
    void unflattenRefusesGapsAndMixtures() {
        assertUnflattenFails("{'a.0': 1, 'a.2': 1}", "Parameter 'a.1' missing");
        assertUnflattenFails("{'a.0': 1, 'a.b': 1}", "Parameters 'a.*' used inconsistently");
        assertUnflattenFails("{'x.a': 1, 'x.a.b': 1}", "Parameters 'x.a.*' used inconsistently");
    }

    private static void assertUnflattenFails(String json, String message) {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> flatten(json).unflatten())
                .withMessage(message);
    }

    @Test
    void takeSubRemovesWhatItGives() throws InvalidOptionException {
        Options options = flatten("{'driver': 'raw', 'file': {'driver': 'file'}, 'filex': 1}");

        Options file = options.takeSub("file");

        assertThat(file).isEqualTo(new Options().put("driver", "file"));
        assertThat(options.keys()).containsExactlyInAnyOrder("driver", "filex");
        assertThat(new Options(options).putSub("file", file).hasSub("file")).isTrue();
        assertThat(options.hasSub("file")).isFalse();
    }

    @Test
    void explicitOptionsWinOverInherited() throws InvalidOptionException {
        Options explicit = flatten("{'read-only': true}");
        Options inherited = flatten("{'read-only': false, 'discard': 'unmap'}");

        assertThat(explicit.inherit(inherited))
                .isEqualTo(flatten("{'read-only': true, 'discard': 'unmap'}"));
    }

    @Test
    void argumentsHaveNoDotsInTheirKeys() {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> arguments("{'cache.direct': true}"))
                .withMessage("Parameter 'cache.direct' is unexpected");
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> arguments("{'children': [{'a.b': 1}]}"))
                .withMessage("Parameter 'children[0].a.b' is unexpected");
    }

    @Test
    void whatIsLeftIsNamedInThePeersOrder() {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> flatten("{'foo': 1, 'bar': 2}").requireEmpty(""))
                .withMessage("Parameter 'bar' is unexpected");
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> flatten("{'foo': {'b': 1}}").requireEmpty("file."))
                .withMessage("Parameter 'file.foo' is unexpected");
    }

    private static Options arguments(String json) throws InvalidOptionException {
        return Options.flattenArguments(Json.parseObject(json));
    }

    private static Options flatten(String json) throws InvalidOptionException {
        return Options.flatten(Json.parseObject(json));
    }
}
