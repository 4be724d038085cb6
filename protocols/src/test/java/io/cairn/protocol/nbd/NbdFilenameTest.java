package io.cairn.protocol.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.option.Options;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The forms of filenames that lead to a server, as the peer was seen to take them.
class NbdFilenameTest {
    private static Options parse(String filename) throws BlockException {
        Options options = new Options();
        NbdFilename.parse(filename, options);
        return options;
    }

    @ParameterizedTest
    @CsvSource({
        "nbd://h/x, h, 10809, x",
        "nbd+tcp://h:5, h, 5,",
        "nbd://[::1]:5/a/b, ::1, 5, a/b",
        "nbds://h/%61%2f, h, 10809, a/",
        "nbd:h:99, h, 99,",
        "nbd:[::1]:5:exportname=e:f, ::1, 5, e:f",
    })
    void namesAHost(String filename, String host, String port, String export)
            throws BlockException {
        Options options = parse(filename);

        assertThat(options.getString("host")).isEqualTo(host);
        assertThat(options.getString("port")).isEqualTo(port);
        assertThat(options.getString("export")).isEqualTo(export);
    }

    @ParameterizedTest
    @CsvSource({
        "nbd+unix:///e?socket=/a b, /a b, e",
        "nbd+unix://?socket=/s, /s,",
        "nbds+unix:///?socket=/s, /s,",
        "nbd:unix:/s:exportname=e, /s, e",
        "nbd:unix:/s, /s,",
    })
    void namesASocket(String filename, String path, String export) throws BlockException {
        Options options = parse(filename.replace("a b", "a%20b"));

        assertThat(options.getString("path")).isEqualTo(path);
        assertThat(options.getString("export")).isEqualTo(export);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nbd://",
                "nbd:///x",
                "nbd://h/x?y=z",
                "nbd://h?socket=/s",
                "nbd://h:99999",
                "nbd+unix:///x",
                "nbd+unix://h/x?socket=/s",
                "nbd://h/%zz",
            })
    void refusesUrisThatSayNothing(String filename) {
        assertThatThrownBy(() -> parse(filename)).hasMessage("No valid URL specified");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nbd:h", "nbd:[::1:5", "nbd:[::1]"})
    void refusesAddressesWithoutAPort(String filename) {
        assertThatThrownBy(() -> parse(filename))
                .hasMessage("error parsing address '" + filename.substring(4) + "'");
    }
}
