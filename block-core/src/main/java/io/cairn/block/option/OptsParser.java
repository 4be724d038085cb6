package io.cairn.block.option;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Reads the `k=v,k2,nok3` of `-o` and `--image-opts`.
final class OptsParser {
    private final PairScanner scanner;
    private final List<Keyval.Pair> pairs = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private boolean help;

    private OptsParser(String text) {
        scanner = new PairScanner(text);
    }

    static Keyval parse(String text, @Nullable String impliedKey) {
        return new OptsParser(text).parse(impliedKey);
    }

    private Keyval parse(@Nullable String impliedKey) {
        while (scanner.hasMore()) {
            String name = scanner.name();
            if (scanner.hasValue()) {
                scanner.skipName();
                pairs.add(new Keyval.Pair(name, scanner.value()));
                continue;
            }
            help |= isHelp(name);
            if (scanner.isAtStart() && impliedKey != null) {
                pairs.add(new Keyval.Pair(impliedKey, scanner.value()));
            } else {
                scanner.skipName();
                addFlag(name);
            }
        }
        return new Keyval(pairs, help, warnings);
    }

    private void addFlag(String name) {
        if (isHelp(name)) {
            pairs.add(new Keyval.Pair(name, "on"));
            return;
        }
        boolean off = name.startsWith("no");
        Keyval.Pair pair = new Keyval.Pair(off ? name.substring(2) : name, off ? "off" : "on");
        pairs.add(pair);
        warnings.add(
                "short-form boolean option '"
                        + name
                        + "' deprecated\nPlease use "
                        + pair.key()
                        + "="
                        + pair.value()
                        + " instead");
    }

    static boolean isHelp(String name) {
        return name.equals("help") || name.equals("?");
    }
}
