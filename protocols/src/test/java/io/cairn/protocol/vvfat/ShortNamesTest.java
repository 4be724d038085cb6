package io.cairn.protocol.vvfat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortNamesTest {
    /// As the peer was seen to name them.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    FILE.TXT          | 'FILE    TXT'
                    lower.c           | 'LOWER   C  '
                    A long name.data  | 'ALONGN~1DAT'
                    abcdefghi.txt     | 'ABCDEF~1TXT'
                    abcdefgh.txt      | 'ABCDEFGHTXT'
                    a.b.c.txt         | 'A~1     TXT'
                    .hidden           | 'HIDDEN~1   '
                    .a.b              | 'A~1     B  '
                    ..x               | 'X~1        '
                    ...               | '~1         '
                    noext.            | 'NOEXT      '
                    sp ace.tx t       | 'SPACE~1 TXT'
                    plus+             | 'PLUS~1     '
                    x{y}              | 'X{Y}       '
                    ünï.txt           | 'N~1     TXT'
                    日本語.txt         | 'TXT~1      '
                    å                 | '~1         '
                    file.longext      | 'FILE~1  LON'
                    """)
    void namesAsThePeerDoes(String name, String shortName) {
        assertThat(new ShortNames().add(name)).isEqualTo(shortName);
    }

    @Test
    void givesEveryNameOnlyOnce() {
        ShortNames names = new ShortNames();

        assertThat(names.add("foo")).isEqualTo("FOO        ");
        assertThat(names.add("Foo")).isEqualTo("FOO~1      ");
        assertThat(names.add("foo~2")).isEqualTo("FOO~2      ");
        assertThat(names.add("FOO")).isEqualTo("FOO~3      ");
        for (int i = 1; i < 10; i++) {
            names.add("longname number " + i);
        }
        assertThat(names.add("longname number x")).isEqualTo("LONGN~10   ");
    }

    @Test
    void standsForManyAlikeNamesWithoutLongSearches() {
        ShortNames names = new ShortNames();
        String last = "";
        for (int i = 0; i < 60_000; i++) {
            last = names.add("the same beginning " + i);
        }
        assertThat(last).isEqualTo("TH~60000   ");
    }

    @Test
    void showsALongNameOnlyOnceWhateverItsCase() {
        LongNames names = new LongNames();

        assertThat(names.add("a:b?c")).isEqualTo("a_b_c");
        assertThat(names.add("A_B_C")).isEmpty();
        assertThat(names.add("trail. .")).isEqualTo("trail");
        assertThat(names.add("...")).isEmpty();
        names.take("ALONGN~1");
        assertThat(names.add("alongn~1")).isEmpty();
    }
}
