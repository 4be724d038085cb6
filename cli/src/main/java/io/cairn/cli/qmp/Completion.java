package io.cairn.cli.qmp;

import io.cairn.cli.qmp.ServerSchema.Kind;
import io.cairn.cli.qmp.ServerSchema.Member;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the word that is being typed may become: a command's name, an argument's name, or a value
/// where the schema lists them.
final class Completion {
    private final ServerSchema schema;

    Completion(ServerSchema schema) {
        this.schema = schema;
    }

    /// A word.
    ///
    /// @param isWhole whether another word follows; else more is typed to this one
    record Candidate(String word, boolean isWhole) {}

    /// The candidates for the last word of a line, in the schema's order.
    ///
    /// @param line up to where one types; a blank at its end starts a word
    List<Candidate> complete(String line) {
        String[] words = line.stripLeading().split("[ \t]+", -1);
        String last = words[words.length - 1];
        List<Candidate> all;
        if (words.length == 1) {
            all = new ArrayList<>(commands());
            Shell.LOCAL_COMMANDS.forEach(name -> all.add(new Candidate(name, true)));
        } else if (words[0].equals(Shell.HELP)) {
            all = words.length == 2 ? commands() : List.of();
        } else {
            all = arguments(words);
        }
        return all.stream().filter(candidate -> candidate.word().startsWith(last)).toList();
    }

    private List<Candidate> commands() {
        return schema.commands().stream().map(name -> new Candidate(name, true)).toList();
    }

    private List<Candidate> arguments(String[] words) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 1; i < words.length - 1; i++) {
            int equals = words[i].indexOf('=');
            if (equals > 0) {
                given.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
        }
        String root = schema.argumentsOf(words[0]);
        String last = words[words.length - 1];
        int equals = last.indexOf('=');
        if (equals >= 0) {
            String path = last.substring(0, equals);
            return values(schema.typeAt(root, path, given::get)).stream()
                    .map(value -> new Candidate(path + "=" + value, true))
                    .toList();
        }
        String prefix = last.substring(0, last.lastIndexOf('.') + 1);
        String type =
                prefix.isEmpty()
                        ? root
                        : schema.typeAt(root, prefix.substring(0, prefix.length() - 1), given::get);
        List<Candidate> names = new ArrayList<>();
        for (Member member : schema.members(type, tag -> given.get(prefix + tag))) {
            String path = prefix + member.name();
            if (!given.containsKey(path)) {
                addForms(path, member.type(), names);
            }
        }
        return names;
    }

    /// An object's name goes on with a dot, that of another value with an equals sign.
    private void addForms(String path, String type, List<Candidate> names) {
        boolean isObject = schema.kind(type) == Kind.OBJECT;
        if (!isObject) {
            names.add(new Candidate(path + "=", false));
        }
        if (isObject || !schema.members(type, tag -> null).isEmpty()) {
            names.add(new Candidate(path + ".", false));
        }
    }

    private List<String> values(String type) {
        if (schema.kind(type) != Kind.ALTERNATE) {
            return schema.values(type);
        }
        return schema.alternatives(type).stream()
                .flatMap(alternative -> schema.values(alternative).stream())
                .toList();
    }
}
