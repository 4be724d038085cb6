package io.cairn.cli.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.option.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "size=5 | {'size': 5}",
                "size=-5 | {'size': -5}",
                "size=64M | {'size': 67108864}",
                "size=18446744073709551615 | {'size': 18446744073709551615}",
                "ratio=0.5 | {'ratio': 0.5}",
                "flag=on | {'flag': true}",
                "flag=false | {'flag': false}",
                "names=5,b | {'names': ['5', 'b']}",
                "names= | {'names': []}",
                "names=[\"a b\"] | {'names': ['a b']}",
                "names.0=5 names.1=6 | {'names': ['5', '6']}",
                "counts=1,2 | {'counts': [1, 2]}",
                "limit=null | {'limit': null}",
                "limit=7 | {'limit': 7}",
                "node.driver=file node.filename=7 | {'node': {'driver': 'file', 'filename': '7'}}",
                "node={\"driver\": \"file\"} | {'node': {'driver': 'file'}}",
                "other=5 | {'other': 5}",
                "other=true | {'other': true}",
                "other=disk0 | {'other': 'disk0'}",
                "other=\"a b\" | {'other': 'a b'}",
                "other='a \"b' | {'other': 'a \"b'}",
                "other=a=b | {'other': 'a=b'}",
                "unknown=5 | {'unknown': 5}",
            })
    void typesValuesByTheSchema(String typed, String arguments) throws Exception {
        assertThat(message("set " + typed))
                .isEqualTo(Json.parse("{'execute': 'set', 'arguments': " + arguments + "}"));
    }

    @Test
    void findsTheMembersOfTheVariantThatTheTagNamesInAnyOrder() throws Exception {
        assertThat(message("blockdev-add file.filename=1 file.driver=file driver=qcow2"))
                .isEqualTo(
                        Json.parse(
                                "{'execute': 'blockdev-add', 'arguments': {'file': {'filename':"
                                        + " '1', 'driver': 'file'}, 'driver': 'qcow2'}}"));
    }

    @Test
    void takesAReferenceWhereAnObjectCouldBe() throws Exception {
        assertThat(message("blockdev-add driver=qcow2 file=5"))
                .isEqualTo(
                        Json.parse(
                                "{'execute': 'blockdev-add', 'arguments': {'driver': 'qcow2',"
                                        + " 'file': '5'}}"));
    }

    @Test
    void needsNoSchemaWithoutArguments() throws Exception {
        CommandText parser =
                new CommandText(() -> {
                    throw new AssertionError("asked for the schema");
                });

        assertThat(parser.parse("query-status"))
                .isEqualTo(Json.parse("{'execute': 'query-status'}"));
        assertThat(parser.parse("{'execute': 'stop', 'id': 7}"))
                .isEqualTo(Json.parse("{'execute': 'stop', 'id': 7}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "set size=many | Parameter 'size' expects an integer",
                "set size= | Parameter 'size' expects an integer",
                "set counts=1,x | Parameter 'counts' expects an integer",
                "set ratio=x | Parameter 'ratio' expects a number",
                "set flag=1 | Parameter 'flag' expects on or off",
                "set node=x | Parameter 'node' expects an object",
                "set node={x} | Parameter 'node': JSON parse error, invalid keyword 'x'",
                "set size=1 size=2 | Parameter 'size' is given more than once",
                "set other=1 other.a=2 | Parameter 'other.a' is given more than once",
                "set a..b=1 | Invalid parameter 'a..b'",
                "set size | 'size' is not KEY=VALUE",
                "set =5 | '=5' is not KEY=VALUE",
                "set other='a | the quote at 'a is not closed",
                "set other=[1 | the bracket at [1 is not closed",
                "{'execute': 5 | JSON parse error, premature EOI",
                "{'arguments': {}} | QMP input lacks member 'execute'",
            })
    void saysWhatIsWrong(String line, String problem) {
        assertThatThrownBy(() -> message(line)).hasMessage(problem);
    }

    private static Object message(String line) throws Exception {
        ServerSchema schema = Schemas.small();
        return new CommandText(() -> schema).parse(line);
    }
}
